#!/usr/bin/env python3
"""`pirn kv` on the kernel: three processes, of which one at a time is killed."""
import re
import signal
import subprocess
import threading
import unittest

from command_kit import InFolder, free_port, run, start


class Nodes(InFolder):
    def setUp(self):
        super().setUp()
        self.nodes = ",".join(f"127.0.0.1:{free_port()}" for _ in range(3))
        self.led = {}  # by which node, its last term
        self.serving = set()
        self.processes = {}
        self.changed = threading.Condition()
        for number in (1, 2, 3):
            self.start_node(number)

    def start_node(self, number):
        process = start("kv", "node", number, "-n", self.nodes, "-j",
                        self.folder / f"{number}.journal", stderr=subprocess.DEVNULL)
        self.processes[number] = process
        listener = threading.Thread(target=self.listen, args=(process,))
        listener.start()
        self.addCleanup(self.end, process, listener)

    def end(self, process, listener):
        process.kill()
        process.wait()
        listener.join()
        process.stdout.close()

    def listen(self, process):
        for line in process.stdout:
            if found := re.match(r"node (\d) of 3 on ", line):
                with self.changed:
                    self.serving.add(int(found[1]))
                    self.changed.notify_all()
            if found := re.match(r"node (\d) leads in term (\d+)", line):
                with self.changed:
                    self.led[int(found[2])] = int(found[1])
                    self.changed.notify_all()

    def leader(self, after=0):
        """The latest leader, of a term above that."""
        with self.changed:
            self.assertTrue(self.changed.wait_for(lambda: max(self.led, default=0) > after, 30))
            term = max(self.led)
            return term, self.led[term]

    def kv(self, *words, status=0):
        outcome = run("kv", *words, "-n", self.nodes, "-t", "30")
        self.assertEqual(outcome.status, status, outcome)
        return outcome.out.strip()

    def test_values_are_kept_and_swapped(self):
        self.kv("get", "greeting", status=1)
        self.kv("put", "greeting", "hello")
        self.assertEqual(self.kv("get", "greeting"), "hello")
        self.kv("cas", "greeting", "goodbye", "never", status=1)
        self.kv("cas", "greeting", "hello", "goodbye")
        self.assertEqual(self.kv("get", "greeting"), "goodbye")

    def test_what_was_written_outlives_each_leader(self):
        term = 0
        for round_ in range(3):
            term, leader = self.leader(after=term)
            self.kv("put", f"round{round_}", f"led by {leader}")
            self.processes[leader].send_signal(signal.SIGKILL)
            self.processes[leader].wait()
            self.assertEqual(self.kv("get", f"round{round_}"), f"led by {leader}")
            self.start_node(leader)
        for round_ in range(3):
            self.assertRegex(self.kv("get", f"round{round_}"), r"^led by \d$")

    def test_nothing_is_lost_when_all_are_killed(self):
        self.kv("put", "kept", "yes")
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
        for process in self.processes.values():
            process.wait()
        for number in (1, 2, 3):
            self.start_node(number)
        self.assertEqual(self.kv("get", "kept"), "yes")

    def test_without_a_majority_nothing_is_answered(self):
        self.kv("put", "kept", "yes")
        for number in (1, 2):
            self.processes[number].send_signal(signal.SIGKILL)
            self.processes[number].wait()
        outcome = run("kv", "get", "kept", "-n", self.nodes, "-t", "1.5")
        self.assertEqual((outcome.status, outcome.out), (1, ""), outcome)

    def test_a_node_ends_in_order(self):
        with self.changed:
            self.assertTrue(self.changed.wait_for(lambda: 2 in self.serving, 30))
        self.processes[2].send_signal(signal.SIGTERM)
        self.assertEqual(self.processes[2].wait(timeout=30), 143)


class Arguments(unittest.TestCase):
    def test_wrong_ones_are_refused(self):
        for words in (["fly"], ["get"], ["put", "key"], ["node", "4"], ["node", "x"],
                      ["get", "key", "-n", "nowhere"], ["get", "key", "-j", "file"]):
            with self.subTest(words=words):
                outcome = run("kv", *words)
                self.assertEqual((outcome.status, outcome.out), (2, ""), outcome)


if __name__ == "__main__":
    unittest.main()
