#!/usr/bin/env python3
"""`pirn taxis` end to end: byte by byte what the book's program prints, in both styles."""
import collections
import json
import queue
import random
import re
import signal
import statistics
import unittest
import xml.etree.ElementTree

from command_kit import InFolder, Outcome, run, start

STYLES = ("generators", "tasks")
Event = collections.namedtuple("Event", "time proc action")


def taxi(number, trips, start_time):
    """A taxi's day: yields what happens, is sent the time of what happens next."""
    time = yield Event(start_time, number, "leave garage")
    for _ in range(trips):
        time = yield Event(time, number, "pick up passenger")
        time = yield Event(time, number, "drop off passenger")
    yield Event(time, number, "going home")


MEAN_MINUTES = {"leave garage": 5, "pick up passenger": 20, "drop off passenger": 5,
                "going home": 1}


def day(seed, taxis=3, end_time=180):
    """The events of a day, and how many were still to come; None when there were no more."""
    source = random.Random(seed)
    procs = {number: taxi(number, (number + 1) * 2, number * 5) for number in range(taxis)}
    pending = queue.PriorityQueue()
    for proc in procs.values():
        pending.put(next(proc))
    happened, time = [], 0
    while time < end_time:
        if pending.empty():
            return happened, None
        event = pending.get()
        happened.append(event)
        time = event.time
        after = int(source.expovariate(1 / MEAN_MINUTES[event.action])) + 1
        try:
            pending.put(procs[event.proc].send(time + after))
        except StopIteration:
            del procs[event.proc]
    return happened, pending.qsize()


def printed(seed, taxis=3, end_time=180):
    happened, pending = day(seed, taxis, end_time)
    lines = [f"taxi: {each.proc} {each.proc * '   '} {each}" for each in happened]
    if pending is None:
        lines.append("*** end of events ***")
    else:
        lines.append(f"*** end of simulation time: {pending} events pending ***")
    return "\n".join(lines) + "\n"


class Days(unittest.TestCase):
    def same(self, seed, taxis, end_time):
        expected = printed(seed, taxis, end_time)
        for style in STYLES:
            with self.subTest(seed=seed, taxis=taxis, end_time=end_time, style=style):
                outcome = run("taxis", "--seed", seed, "-t", taxis, "--end-time", end_time,
                              "--style", style)
                self.assertEqual((outcome.status, outcome.err), (0, ""))
                self.assertEqual(outcome.out, expected)

    def test_many_seeds(self):
        for seed in [*range(60), -1, -17, 2**31, 2**32, 2**53 + 1, 2**63 - 1, -2**63]:
            self.same(seed, 3, 180)

    def test_many_taxis(self):
        for taxis in (0, 1, 2, 5, 10, 30, 100):
            for seed in range(3):
                self.same(seed, taxis, 180)
                self.same(seed, taxis, 10**9)

    def test_every_end(self):
        for end_time in [-1, *range(0, 30), 10**18]:
            self.same(7, 3, end_time)

    def test_chance(self):
        chosen = random.randrange(2**32)
        source = random.Random(chosen)
        for _ in range(30):
            with self.subTest(chosen=chosen):
                self.same(source.randrange(2**63), source.randrange(12), source.randrange(400))

    def test_the_day_that_the_documents_tell_of(self):
        lines = run("taxis", "--seed", 3, "--end-time", 120, "--taxis", 3).out.splitlines()
        self.assertEqual(len(lines), 31)
        self.assertEqual(lines[-2].split("  ")[-1].strip(),
                         "Event(time=110, proc=1, action='going home')")
        self.assertEqual(lines[-1], "*** end of events ***")

    def test_without_a_seed_it_is_told(self):
        outcome = run("taxis")
        found = re.fullmatch(r"pirn taxis: seed (\d+)\n", outcome.err)
        self.assertEqual(outcome.out, printed(int(found[1])))

    def test_json(self):
        for style in STYLES:
            for end_time in (60, 10**6):
                outcome = run("taxis", "--json", "-s", 5, "-e", end_time, "--style", style)
                *events, end = map(json.loads, outcome.out.splitlines())
                happened, pending = day(5, 3, end_time)
                self.assertEqual([Event(**each) for each in events], happened)
                self.assertEqual(end, {"pending": pending})


class Delays(unittest.TestCase):
    def test_change_nothing_but_the_time(self):
        for style in STYLES:
            outcome = run("taxis", "-s", 3, "--delay", "0.001", "--style", style)
            self.assertEqual(outcome.out, printed(3))

    def test_ctrl_c(self):
        for style in STYLES:
            process = start("taxis", "-s", 3, "-d", 60, "--style", style)
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            outcome = Outcome(process)
            self.assertEqual((outcome.status, outcome.err), (130, ""))
            self.assertTrue(printed(3).startswith(first + outcome.out))


class Replications(InFolder):
    COUNT = 300

    def figures(self, *arguments):
        outcome = run("taxis", "-s", 10, "-n", self.COUNT, "--json", *arguments)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        found = json.loads(outcome.out)
        self.assertEqual((found["seed"], found["replications"]), (10, self.COUNT))
        return {each.pop("name"): each for each in found["figures"]}

    def test_figures_are_those_of_python(self):
        found = self.figures()
        days = [day(seed)[0] for seed in range(10, 10 + self.COUNT)]
        trips = [sum(each.action == "drop off passenger" for each in events) for events in days]
        for name, values in (
            ("events", [len(events) for events in days]),
            ("end of day, min", [events[-1].time for events in days]),
            ("trips", trips),
        ):
            with self.subTest(name=name):
                figure = found[name]
                self.assertEqual(figure["count"], self.COUNT)
                self.assertAlmostEqual(figure["mean"], statistics.fmean(values))
                self.assertAlmostEqual(figure["deviation"], statistics.stdev(values))
                self.assertAlmostEqual(figure["median"], statistics.median(values))
                self.assertEqual((figure["minimum"], figure["maximum"]),
                                 (min(values), max(values)))
                width = figure["high"] - figure["low"]  # normal, with so many days
                error = statistics.stdev(values) / self.COUNT**0.5
                self.assertAlmostEqual(width / 2 / error, 1.96, delta=0.02)

    def test_every_executor_finds_the_same(self):
        expected = self.figures()
        for arguments in (["-x", "inline"], ["-x", "processes"], ["-x", "mpi"], ["-j", "1"],
                          ["-x", "threads", "-j", "3"], ["--style", "tasks"],
                          ["--style", "tasks", "-x", "processes", "-j", "2"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.figures(*arguments), expected)

    def test_the_table(self):
        outcome = run("taxis", "-s", 10, "-n", 20)
        lines = outcome.out.splitlines()
        self.assertRegex(lines[0], r"^figure +mean +deviation +95 % confidence +minimum +maximum$")
        self.assertEqual(len(lines), 7)
        for line in lines[1:]:
            self.assertRegex(line, r"^\w.*? +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d \.\. \d+\.\d\d "
                                   r"+\d+\.\d\d +\d+\.\d\d$")

    def test_one_replication_knows_of_no_spread(self):
        outcome = run("taxis", "-s", 10, "-n", 1)
        self.assertRegex(outcome.out.splitlines()[1], r"^events +\d+\.00 +- +- +\d+\.00 +\d+\.00$")
        self.assertEqual(run("taxis", "-s", 10, "-n", 2, "-t", 0).status, 0)

    def test_ctrl_c(self):
        for executor in ("threads", "processes"):
            with self.subTest(executor=executor):
                process = start("taxis", "-s", 1, "-n", 10**9, "-x", executor, "-t", 1000)
                process.stdout.read(0)
                with self.assertRaises(Exception):
                    process.wait(0.3)
                process.send_signal(signal.SIGINT)
                self.assertEqual(Outcome(process).status, 130)


class Charts(InFolder):
    def drawn(self, *arguments):
        chart = self.folder / "taxis.svg"
        outcome = run("taxis", "-s", 3, "--plot", chart, *arguments)
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(self.names(self.folder), ["taxis.svg"])
        text = chart.read_text()
        xml.etree.ElementTree.fromstring(text)
        return text

    def test_shows_each_stretch_of_a_day(self):
        text = self.drawn("-e", 10**6)
        self.assertEqual(text.count(" has a passenger from "), 2 + 4 + 6)
        self.assertEqual(text.count(" looks for one from "), 2 + 4 + 6 + 3)
        self.assertEqual(text.count(" goes home at "), 3)
        self.assertIn("A day of 3 taxis, seed 3", text)
        self.assertNotIn("The end of the day", text)

    def test_is_that_of_the_first_seed_with_a_histogram(self):
        text = self.drawn("-n", 100)
        self.assertIn("A day of 3 taxis, seed 3", text)
        self.assertIn("The end of the day, 100 seeds", text)

    def test_of_extremes(self):
        for arguments in (["-t", 0], ["-t", 1000], ["-e", 0], ["-n", 1], ["-t", 0, "-n", 5],
                          ["-e", 1, "-n", 3], ["-e", 10**15]):
            with self.subTest(arguments=arguments):
                self.assertNotIn("nan", self.drawn(*arguments))

    def test_of_both_styles_are_the_same(self):
        self.assertEqual(self.drawn("--style", "tasks"), self.drawn("--style", "generators"))

    def test_that_cannot_be_written(self):
        outcome = run("taxis", "-s", 3, "--plot", self.folder / "none" / "taxis.svg")
        self.assertEqual(outcome.status, 1)
        self.assertIn("taxis.svg", outcome.err)
        self.assertEqual(self.names(self.folder), [])


class Arguments(unittest.TestCase):
    def test_wrong_ones(self):
        for arguments, problem in (
            (["--style", "actors"], "--style: actors not in"),
            (["--seed", "three"], "--seed"),
            (["--taxis", "-1"], "--taxis"),
            (["--delay", "-1"], "--delay"),
            (["-n", "0"], "--replications"),
            (["--executor", "threads"], "--executor requires --replications"),
            (["--jobs", "2"], "--jobs requires --replications"),
            (["--delay", "1", "-n", "2"], "--delay excludes --replications"),
            (["-n", "2", "-x", "inline", "-j", "2"], "--jobs is for --executor threads"),
        ):
            with self.subTest(arguments=arguments):
                outcome = run("taxis", *arguments)
                self.assertEqual((outcome.status, outcome.out), (2, ""), outcome)
                self.assertIn(problem, outcome.err.splitlines()[0])


if __name__ == "__main__":
    unittest.main()
