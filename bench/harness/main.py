"""The command: chooses the benches, runs them, writes the results down."""

import argparse
import subprocess
import sys
from dataclasses import dataclass

from . import build, connecting, datagrams, echoing, fetching, finding, hashing, holding, micro
from . import report, rounds, scaling, serving, streaming
from .bars import bars
from .build import say
from .catalog import BENCHES, PIRN
from .stats import rows_of

MEASURE = {
    "cores": scaling.measure,
    "echo": echoing.measure,
    "http": serving.measure,
    "get": fetching.measure,
    "hash": hashing.measure,
    "charfinder": finding.measure,
    "udp": datagrams.measure,
    "connect": connecting.measure,
    "stream": streaming.measure,
    "c1m": holding.measure,
}
QUICK_ROUNDS = 5


@dataclass(frozen=True)
class Settings:
    quick: bool
    wanted_rounds: int | None

    def rounds(self, bench):
        return self.wanted_rounds or (QUICK_ROUNDS if self.quick else bench.rounds)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Measures pirn beside hand-written limits and other libraries, round by round.",
        epilog="benches: " + ", ".join(BENCHES) + "; without a name all are run",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benches to run")
    parser.add_argument("--json", metavar="FILE", help="write all results to FILE as well")
    parser.add_argument("--setup", action="store_true", help="install the peers (apt) first")
    parser.add_argument("--quick", action="store_true", help="five rounds, fewer echo rows")
    parser.add_argument("--rounds", type=int, metavar="N", help="so many rounds of everything")
    parser.add_argument("--subjects", metavar="A,B", help="only these subjects")
    parser.add_argument("--base", default=PIRN, help="the subject that ratios are to")
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks.md's tables")
    parser.add_argument("--list", action="store_true", help="say what there is and stop")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench is called {unknown[0]}; there are: {', '.join(BENCHES)}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds N must be >= 1")
    return options


def list_benches():
    for bench in BENCHES.values():
        subjects = ", ".join(subject.name for subject in bench.subjects)
        print(f"{bench.name}: {bench.what}\n  subjects: {subjects}")


def subjects_of(bench, programs, options):
    """The subjects that can be run here, and were asked for."""
    wanted = options.subjects.split(",") if options.subjects else None
    chosen = [each for each in bench.subjects if wanted is None or each.name in wanted]
    return [each for each in chosen if programs.command(each) is not None]


def base_of(subjects, wanted):
    """The subject that ratios are to: the wanted one, else the first that there is."""
    names = [subject.name for subject in subjects]
    return wanted if wanted in names else names[0]


def measure_bench(bench, programs, options):
    """Measures one bench and prints its lines as they come; returns its series and rows."""
    subjects = subjects_of(bench, programs, options)
    if not subjects:
        say(f"{bench.name} is left out: it has no subject here")
        return [], []
    base = base_of(subjects, options.base)
    settings = Settings(options.quick, options.rounds)
    all_series, all_rows = [], []
    print(f"\n{bench.name}: {bench.what}\n{report.heading(base)}", flush=True)
    for series in MEASURE.get(bench.name, micro.measure)(bench, subjects, programs, settings):
        rows = rows_of(series, base)
        all_series.append(series)
        all_rows += rows
        for row in rows:
            print(report.line(report.cells(row)), flush=True)
    return all_series, all_rows


def run(options, command):
    benches = [BENCHES[name] for name in options.names] or list(BENCHES.values())
    programs = build.Programs()
    programs.build(benches)
    all_series, all_rows = [], []
    for bench in benches:
        series, rows = measure_bench(bench, programs, options)
        all_series += series
        all_rows += rows
    met = bars(all_series)
    if met:
        print("\nbars")
    for bar in met:
        print(report.bar_line(bar))
    if options.json:
        report.write_json(options.json, command, all_rows, met)
    if options.publish:
        report.publish(command, benches, all_rows, met)


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parse(arguments)
    try:
        if options.list:
            list_benches()
            return 0
        if options.setup:
            build.set_up()
        run(options, " ".join(["./dev bench", *arguments]))
    except rounds.Failed as failure:
        say(str(failure))
        return 1
    except subprocess.CalledProcessError as failure:
        say(f"{failure.cmd[0]} failed with {failure.returncode}")
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    except BrokenPipeError:
        sys.stdout = None  # who read has gone, as `| head` does
        return 141
    for failure in rounds.failures:
        say(failure)
    return 1 if rounds.failures else 0
