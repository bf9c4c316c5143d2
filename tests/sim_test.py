#!/usr/bin/env python3
"""`pirn sim` end to end: each scenario under many seeds, and what the command says of them."""
import json
import re
import signal
import unittest

from command_kit import InFolder, Outcome, run, start, until_it_catches

SMOKE_SEEDS = 200


def scenarios():
    return [line.split()[0] for line in run("sim", "--list").out.splitlines()]


def hash_of(outcome):
    return re.search(r"hash (?:over all: )?([0-9a-f]{16})", outcome.out)[1]


class Smoke(unittest.TestCase):
    def test_no_seed_of_any_scenario_fails(self):
        for name in scenarios():
            with self.subTest(scenario=name):
                outcome = run("sim", name, "--seeds", f"1..{SMOKE_SEEDS}")
                self.assertEqual((outcome.status, outcome.err), (0, ""), outcome)
                self.assertIn(f"{name}: {SMOKE_SEEDS} seeds, none failed; {SMOKE_SEEDS} runs",
                              outcome.out)

    def test_a_seed_says_all(self):
        for name in scenarios():
            with self.subTest(scenario=name):
                outcome = run("sim", name, "--seeds", "1001..1012", "--twice")
                self.assertEqual(outcome.status, 0, outcome)
                self.assertIn("12 seeds, none failed; 24 runs", outcome.out)


class Failures(InFolder):
    """A client that crashes and does not say --sync has torn files: that must be found."""

    def test_a_failure_is_told_repeated_and_reduced(self):
        self.assertEqual(run("sim", "get", "--list-bugs").out, "no-sync\n")
        few = self.folder / "few"
        trace = self.folder / "trace"
        bug = ["get", "--bug", "no-sync"]
        outcome = run("sim", *bug, "--seeds", "1..60", "--reduce", few, "--timeline", trace)
        self.assertEqual(outcome.status, 1, outcome)
        told = re.search(r"^FAILED (seed (\d+), at [\d.]+ s, event \d+: .+)\n  again: pirn (.+)$",
                         outcome.out, re.MULTILINE)
        self.assertIsNotNone(told, outcome)
        self.assertRegex(told[1], "the program client.* failed: .*file")
        self.assertEqual(told[3], f"sim get --seed {told[2]} --bug no-sync")
        again = run(*told[3].split())
        self.assertEqual(again.status, 1)
        self.assertIn(f"# FAILED {told[1]}\n", again.out)
        reduced = re.search(r"(?m)^seed \d+: (\d+) of (\d+) faults are enough", outcome.out)
        self.assertLess(int(reduced[1]), int(reduced[2]))
        self.assertIn("crash client", few.read_text())
        outcome = run("sim", *bug, "--seed", told[2], "--faults", few)
        self.assertEqual(outcome.status, 1, outcome)
        self.assertIn(" failed: ", json.loads(trace.read_text())["otherData"]["failure"])
        report = json.loads(run("sim", *bug, "--seeds", "1..60", "--json").out)
        self.assertEqual(report["failures"][0]["seed"], int(told[2]))
        self.assertEqual(report["failures"][0]["again"], f"pirn {told[3]}")

    def test_a_wrong_bug(self):
        self.assertEqual(run("sim", "charfinder", "--list-bugs").out, "")
        self.assertEqual(run("sim", "charfinder", "--bug", "no-sync").status, 2)


class Report(InFolder):
    def test_the_help_names_the_scenarios(self):
        self.assertIn("one of " + ", ".join(scenarios()), run("sim", "--help").out)

    def test_the_list_has_a_line_for_each(self):
        self.assertLessEqual({"charfinder", "get"}, set(scenarios()))
        for line in run("sim", "--list").out.splitlines():
            self.assertRegex(line, r"^[a-z]+ +\S.{20,85}$")

    def test_who_is_first_to_finish_does_not_show(self):
        one = run("sim", "charfinder", "--seeds", "1..20", "-j", 1)
        many = run("sim", "charfinder", "--seeds", "1..20", "-j", 3)
        self.assertEqual(hash_of(one), hash_of(many))
        self.assertNotEqual(hash_of(one), hash_of(run("sim", "charfinder", "--seeds", "2..21")))

    def test_one_seed_tells_what_goes_wrong_and_that_can_be_given_back(self):
        once = run("sim", "charfinder", "--seed", 3)
        self.assertEqual(once.status, 0, once)
        lines = once.out.splitlines()
        self.assertRegex(lines[-2], r"^# charfinder: seed 3, 1 run, [\d,]+ events, ")
        self.assertEqual(lines[-1], "# nothing failed")
        plan = self.folder / "plan"
        plan.write_text(once.out)
        self.assertGreater(len(lines), 5)
        share = re.match(r"# (\d+) of (\d+) faults carried out$", lines[-3])
        self.assertEqual(int(share[2]), len(lines) - 3)
        self.assertLessEqual(int(share[1]), int(share[2]))
        again = run("sim", "charfinder", "--seed", 3, "--faults", plan)
        self.assertEqual(again.out, once.out)
        less = self.folder / "less"
        less.write_text("\n".join(lines[:1]))
        self.assertNotEqual(hash_of(run("sim", "charfinder", "--seed", 3, "--faults", less)),
                            hash_of(once))

    def test_a_fault_that_was_never_carried_out_is_told(self):
        plan = self.folder / "plan"
        plan.write_text("1s for 5s: crash client1\n"
                        "2s for 1s: pause client1\n"
                        "90s for 1s: crash server\n")
        for seeds, share in ((["--seed", 3], "1 of 3"), (["--seeds", "1..2"], "2 of 6")):
            outcome = run("sim", "charfinder", *seeds, "--faults", plan)
            self.assertEqual(outcome.status, 0, outcome)
            self.assertIn(f"{share} faults carried out\n", outcome.out)
        report = json.loads(run("sim", "charfinder", "--seeds", "1..2", "--faults", plan,
                                "--json").out)
        self.assertEqual(report["faults_carried_out"], 2)

    def test_a_plan_is_of_the_scenario_s_hosts(self):
        plan = self.folder / "plan"
        for name in scenarios():
            plan.write_text("# by hand\n\n1s for 1s: crash nobody\n")
            outcome = run("sim", name, "--faults", plan)
            self.assertEqual((outcome.status, outcome.out), (2, ""), outcome)
            told = re.search(r"plan: line 3: there is no host 'nobody'; there are (.+)",
                             outcome.err)
            self.assertIsNotNone(told, outcome)
            hosts = told[1].split(", ")
            plan.write_text("".join(f"1s for 0.1s: pause {each}\n" for each in hosts))
            outcome = run("sim", name, "--seed", 1, "--faults", plan)
            self.assertEqual(outcome.status, 0, outcome)
            self.assertIn(f"{len(hosts)} of {len(hosts)} faults carried out\n", outcome.out)

    def test_without_faults(self):
        outcome = run("sim", "charfinder", "--seeds", "1..5", "--no-faults")
        self.assertEqual(outcome.status, 0)
        self.assertNotIn("faults:", outcome.out)
        self.assertIn("faults: ", run("sim", "charfinder", "--seeds", "1..5").out)

    def test_for_programs(self):
        outcome = run("sim", "charfinder", "--seeds", "5..9", "--json")
        report = json.loads(outcome.out)
        self.assertEqual((report["scenario"], report["seeds"], report["failed"]),
                         ("charfinder", 5, 0))
        self.assertEqual(report["failures"], [])
        self.assertGreater(report["simulated_s"], 5 * 20)
        self.assertGreater(sum(report["faults"].values()), 50)
        text = run("sim", "charfinder", "--seeds", "5..9")
        self.assertEqual(report["hash"], hash_of(text))
        self.assertEqual(run("sim", "charfinder", "--seeds", "5..9", "-q").out, "")

    def test_ctrl_c_tells_what_was_done(self):
        for how, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = start("sim", "charfinder", "--seeds", "1..100000000")
            self.addCleanup(process.kill)
            until_it_catches(process, how)
            process.send_signal(how)
            outcome = Outcome(process)
            self.assertEqual(outcome.status, status, outcome)
            self.assertRegex(outcome.out, r"^charfinder: [\d,]+ seeds?, none failed; ")

    def test_wrong_arguments(self):
        missing = self.folder / "missing"
        wrong = self.folder / "wrong"
        wrong.write_text("whatever\n")
        for arguments, reason in ((["nothing"], "there is no scenario 'nothing'; there are: "),
                                  ([], "say which scenario"),
                                  (["get", "--seeds", "9..3"], "B is below A"),
                                  (["get", "--seeds", "x"], "not a seed: 'x'"),
                                  (["get", "--seed", "-1"], "--seed N: not a seed: '-1'"),
                                  (["get", "--seed", ""], "--seed N: not a seed: ''"),
                                  (["get", "--seed", "1..2"], "--seed N: not a seed: '1..2'"),
                                  (["get", "--bug", "fly"], "get has no bug 'fly'"),
                                  (["get", "--seed", "1", "--seeds", "1..2"], "excludes"),
                                  (["get", "--faults", wrong], "wrong"),
                                  (["get", "--faults", missing], "missing: "),
                                  (["get", "--faults", ""], "--faults: it is empty"),
                                  (["get", "--bug", ""], "--bug: it is empty")):
            outcome = run("sim", *arguments)
            self.assertEqual((outcome.status, outcome.out), (2, ""), outcome)
            self.assertIn(reason, outcome.err)


if __name__ == "__main__":
    unittest.main()
