#!/usr/bin/env python3
"""The timeline that examples/56_failing_seed writes: a trace as Perfetto and Chrome read it."""
import collections
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

EXAMPLE = Path(os.environ["PIRN_BUILD_DIR"]) / "examples" / "56_failing_seed"


def time_of(event):
    return event["ts"]


@unittest.skipUnless(EXAMPLE.exists(), "examples are not built")
class Timeline(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "timeline.json"
            ended = subprocess.run([EXAMPLE, file], check=True, capture_output=True, text=True,
                                   timeout=60)
            cls.said = ended.stdout.splitlines()
            cls.trace = json.loads(file.read_text(encoding="utf-8"))
        cls.events = [each for each in cls.trace["traceEvents"] if each["ph"] != "M"]
        cls.names = {each["pid"]: each["args"]["name"] for each in cls.trace["traceEvents"]
                     if each["name"] == "process_name"}

    def of(self, *phases):
        return [each for each in self.events if each["ph"] in phases]

    def pairs(self, begin, end):
        """Each thing with an id, as (its beginning, its end)."""
        by_id = collections.defaultdict(list)
        for each in self.of(begin, end):
            by_id[each["cat"], each["id"]].append(each)
        for key, both in by_id.items():
            self.assertEqual([each["ph"] for each in both], [begin, end], key)
        return list(by_id.values())

    def test_every_host_is_a_process_with_a_name(self):
        self.assertEqual(sorted(self.names.values()), ["bank", "client", "faults"])
        self.assertLessEqual({each["pid"] for each in self.events}, set(self.names))

    def test_every_event_has_what_its_phase_wants(self):
        self.assertEqual({each["ph"] for each in self.events}, set("Xbesfi"))
        for each in self.events:
            self.assertGreaterEqual(each["ts"], 0)
            self.assertIn("tid", each)
            self.assertTrue(each["name"])
            if each["ph"] == "X":
                self.assertGreater(each["dur"], 0)

    def test_events_are_in_the_order_of_time(self):
        self.assertEqual(self.events, sorted(self.events, key=time_of))

    def test_slices_of_a_thread_do_not_overlap(self):
        ends = collections.defaultdict(float)
        for each in self.of("X"):
            self.assertGreaterEqual(each["ts"] + 1e-4, ends[each["tid"]])
            ends[each["tid"]] = each["ts"] + each["dur"]

    def test_messages_and_faults_begin_and_end(self):
        kinds = collections.Counter(begin["cat"] for begin, _ in self.pairs("b", "e"))
        self.assertEqual(set(kinds), {"message", "fault"})
        self.assertGreater(kinds["message"], 20)

    def test_arrows_go_from_a_slice_of_the_sender_to_one_of_the_receiver(self):
        slices = {(each["pid"], each["tid"], each["ts"]) for each in self.of("X")}
        arrows = self.pairs("s", "f")
        self.assertGreater(len(arrows), 20)
        for both in arrows:
            self.assertNotEqual(both[0]["pid"], both[1]["pid"])
            for end in both:
                self.assertIn((end["pid"], end["tid"], end["ts"]), slices)

    def test_the_faults_are_those_of_the_plan(self):
        plan = [line for line in self.said if " for " in line and ": " in line][-1:]
        lines = [begin["args"]["line"] for begin, _ in self.pairs("b", "e")
                 if begin["cat"] == "fault"]
        self.assertEqual(lines[-1:], plan)
        self.assertEqual(self.trace["otherData"]["faults"].splitlines(), lines)

    def test_the_failure_is_the_last_moment(self):
        failure = [each for each in self.of("i") if each.get("s") == "g"]
        self.assertEqual(len(failure), 1)
        self.assertTrue(failure[0]["name"].startswith("failure: seed "))
        self.assertEqual(failure[0]["ts"], self.events[-1]["ts"])
        self.assertIn("nothing is booked twice", self.trace["otherData"]["failure"])


if __name__ == "__main__":
    unittest.main()
