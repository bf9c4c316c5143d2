"""The echo bench: all servers run, one client loads them in turn, round by round."""

import json
from contextlib import ExitStack

from . import instructions, rounds
from .stats import Series

# What the client reports, its unit here, and the name of the measure.
MEASURES = (
    ("cpu_us", "µs", "cpu"),
    ("per_second", "1/s", "rate"),
    ("p50_us", "µs", "p50"),
    ("p99_us", "µs", "p99"),
)

# What a message costs depends on how many come at once, so many are counted, and thrice.
INSTRUCTION_BURSTS = 16_000
INSTRUCTION_TIMES = 3


def load_command(programs, server, case, milliseconds, messages=0):
    return [
        str(programs.path("echo/load.cpp")),
        *(str(server.port), str(case.connections), str(case.size_bytes), str(case.depth)),
        *(str(milliseconds), str(server.pid), str(messages)),
    ]


def client_cpu(case):
    """The client's processor: the server's own for one connection, the other for more.

    One connection is a conversation of one at a time; on two processors it would mostly measure how
    long the machine takes to wake an idle one. More connections keep both busy.
    """
    return rounds.SERVER_CPU if case.connections == 1 else rounds.CLIENT_CPU


def measure(bench, subjects, programs, settings):
    milliseconds = 100 if settings.quick else 200
    with ExitStack() as running:
        servers = {}
        for subject in subjects:
            server = rounds.start_server(programs.command(subject), subject.environment)
            running.callback(server.stop)
            server.stay_on(rounds.SERVER_CPU)
            servers[subject.name] = server
        for case in bench.cases_for(settings.quick):

            def run_once(subject):
                command = load_command(programs, servers[subject.name], case, milliseconds)
                return json.loads(rounds.output_of(command, cpu=client_cpu(case)))

            results = rounds.interleave(subjects, settings.rounds(bench), run_once)
            for key, unit, metric in MEASURES:
                values = {name: [each[key] for each in runs] for name, runs in results.items()}
                yield Series(bench.name, str(case), metric, unit, values)
    yield from _instructions(bench, subjects, programs)


def _instructions(bench, subjects, programs):
    """Instructions for a message at 64 connections; with one, each would be a whole turn."""
    counted = [subject for subject in subjects if subject.name in bench.counted]
    if not counted or not instructions.is_there():
        return
    for case in bench.cases:
        if case.connections != 64:
            continue

        def load(server, messages):
            command = load_command(programs, server, case, 0, messages)
            rounds.output_of(command, cpu=rounds.CLIENT_CPU)

        def count_once(subject):
            command = programs.command(subject)
            count = INSTRUCTION_BURSTS * case.depth
            return instructions.of_server(command, subject.environment, load, count)

        values = instructions.of_each(counted, count_once, INSTRUCTION_TIMES)
        yield Series(bench.name, str(case), "instructions", "instr", values)
