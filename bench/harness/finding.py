"""The charfinder bench: one client asks the servers in turn; a query has one line for an answer."""

import json
from contextlib import ExitStack

from . import rounds
from .stats import Series

QUERY = "black chess knight-rook"
MILLISECONDS = 500
DEPTHS = {"depth 16": 16, "depth 256": 256}


def measure(bench, subjects, programs, settings):
    with ExitStack() as running:
        servers = {subject.name: _start(running, subject, programs) for subject in subjects}
        for case in bench.cases_for(settings.quick):
            results = rounds.interleave(
                subjects,
                settings.rounds(bench),
                lambda subject: _load(servers[subject.name], programs, DEPTHS[case]),
            )
            for i, (metric, unit) in enumerate((("cpu", "µs"), ("rate", "1/s"))):
                values = {name: [each[i] for each in runs] for name, runs in results.items()}
                yield Series(bench.name, case, metric, unit, values)


def _start(running, subject, programs):
    command, port = programs.command(subject), None
    if subject.program == "pirn":
        port = rounds.free_port()
        command = [*command, "charfinder", "--quiet", "--tcp", f"127.0.0.1:{port}"]
    server = rounds.start_server(command, subject.environment, port)
    running.callback(server.stop)
    server.stay_on(rounds.SERVER_CPU)
    return server


def _load(server, programs, depth):
    """One run: (the server's CPU time for a query in µs, queries a second)."""
    load = str(programs.path("charfinder/load.cpp"))
    before_ns = server.cpu_ns()
    printed = rounds.output_of(
        [load, str(server.port), QUERY, str(depth), str(MILLISECONDS)], cpu=rounds.CLIENT_CPU
    )
    spent_ns = server.cpu_ns() - before_ns
    found = json.loads(printed)
    return spent_ns / 1000 / found["queries"], found["per_second"]
