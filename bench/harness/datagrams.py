"""The udp bench: one client sends bursts of datagrams to the servers in turn; they come back."""

import json
from contextlib import ExitStack

from . import rounds
from .stats import Series

BURSTS = {"one at a time": 1, "bursts of 16": 16, "bursts of 64": 64}
MILLISECONDS = 200
MEASURES = (("cpu", "µs"), ("rate", "1/s"), ("lost", "1/M"))


def measure(bench, subjects, programs, settings):
    with ExitStack() as running:
        servers = {}
        for subject in subjects:
            server = rounds.start_server(programs.command(subject), subject.environment)
            running.callback(server.stop)
            server.stay_on(rounds.SERVER_CPU)
            servers[subject.name] = server
        for case in bench.cases_for(settings.quick):
            results = rounds.interleave(
                subjects,
                settings.rounds(bench),
                lambda subject: _load(servers[subject.name], programs, BURSTS[case]),
            )
            for i, (metric, unit) in enumerate(MEASURES):
                values = {name: [each[i] for each in runs] for name, runs in results.items()}
                yield Series(bench.name, case, metric, unit, values)


def _load(server, programs, burst):
    """One run: the server's CPU time for a datagram in µs, datagrams a second, lost of a million.

    A conversation of one at a time shares the server's processor, as in the echo bench.
    """
    load = str(programs.path("udp/load.cpp"))
    cpu = rounds.SERVER_CPU if burst == 1 else rounds.CLIENT_CPU
    before_ns = server.cpu_ns()
    command = [load, str(server.port), str(burst), str(MILLISECONDS)]
    found = json.loads(rounds.output_of(command, cpu=cpu))
    spent_ns = server.cpu_ns() - before_ns
    if found["datagrams"] == 0:
        raise rounds.Failed("no datagram came back")
    lost = 1e6 * found["lost"] / (found["datagrams"] + found["lost"])
    return spent_ns / 1000 / found["datagrams"], found["per_second"], lost
