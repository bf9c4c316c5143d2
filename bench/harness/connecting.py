"""The connect bench: echo servers take connections, one by one and in a storm; clients make them."""

import json
import time
from contextlib import ExitStack
from pathlib import Path

from . import rounds
from .stats import Series

# To servers, from a client of our own: (how, connections, whose processor the client shares).
TAKEN = {
    "accept": ("accept", 4_000, rounds.SERVER_CPU),
    "storm of 10,000": ("storm", 10_000, rounds.CLIENT_CPU),
}
# From clients, to an acceptor of our own: (connections, how many side by side).
MADE = {"connect": (12_800, 1), "connect x64": (12_800, 64)}


def measure(bench, subjects, programs, settings):
    servers = [each for each in subjects if each.program.startswith("echo/")]
    clients = [each for each in subjects if each.program.startswith("connect/")]
    cases = bench.cases_for(settings.quick)
    with ExitStack() as running:
        started = {each.name: _start(running, programs.command(each), each) for each in servers}
        for case in (each for each in cases if each in TAKEN):
            run = lambda subject: _take(started[subject.name], programs, *TAKEN[case])
            yield from _series(bench, case, rounds.interleave(servers, settings.rounds(bench), run))
    with ExitStack() as running:
        acceptor = _start(running, [str(programs.path("connect/acceptor.cpp"))])
        for case in (each for each in cases if each in MADE):
            run = lambda subject: _make(subject, programs, acceptor, *MADE[case])
            yield from _series(bench, case, rounds.interleave(clients, settings.rounds(bench), run))


def _series(bench, case, results):
    for i, (metric, unit) in enumerate((("cpu", "µs"), ("rate", "1/s"))):
        values = {name: [each[i] for each in runs] for name, runs in results.items()}
        yield Series(bench.name, case, metric, unit, values)


def _start(running, command, subject=None):
    server = rounds.start_server(command, subject.environment if subject else None)
    running.callback(server.stop)
    server.stay_on(rounds.SERVER_CPU)
    return server


def _take(server, programs, how, count, cpu):
    """One run: (the server's CPU time for a connection in µs, connections a second)."""
    load = [str(programs.path("connect/load.cpp")), str(server.port), how, str(count)]
    open_before, before_ns = _open_count(server), server.cpu_ns()
    found = json.loads(rounds.output_of(load, cpu=cpu))
    _wait_for_ends(server, open_before)
    return (server.cpu_ns() - before_ns) / 1000 / count, found["per_second"]


def _open_count(server):
    return sum(1 for _ in Path(f"/proc/{server.pid}/fd").iterdir())


def _wait_for_ends(server, open_before):
    """Until the server has closed what its client has: that is part of a connection's cost."""
    for _ in range(500):
        if _open_count(server) <= open_before:
            return
        time.sleep(0.01)
    raise rounds.Failed("connections are still open 5 s after their ends")


def _make(subject, programs, acceptor, count, width):
    """One run: (the client's CPU time for a connection in µs, connections a second)."""
    command = [*programs.command(subject), str(acceptor.port), str(count), str(width)]
    printed = rounds.output_of(command, subject.environment, cpu=rounds.CLIENT_CPU)
    found = json.loads(printed)
    return found["cpu"] / 1000, 1e9 / found["wall"]
