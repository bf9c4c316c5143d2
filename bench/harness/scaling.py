"""The cores bench: the same servers with one worker and with two, loaded in turn."""

import resource
from contextlib import ExitStack
from dataclasses import dataclass

from . import rounds, serving
from .stats import Series

CONNECTIONS = 8  # so that no worker runs out of requests, though the kernel deals them unevenly
MEASURES = (("rate", "1/s"), ("load", "% of a core"))


@dataclass(frozen=True)
class Running:
    """A subject's server with so many workers."""

    subject: str
    workers: int
    server: rounds.Server

    @property
    def name(self):
        return f"{self.subject} with {self.workers}"


def measure(bench, subjects, programs, settings):
    if not serving.wrk_is_there(bench):
        return
    with ExitStack() as stack:
        running = [
            _start(stack, subject, workers, programs)
            for subject in subjects
            for workers in bench.cases
        ]
        results = rounds.interleave(running, settings.rounds(bench), _load)
    for workers in bench.cases:
        mine = [each for each in running if each.workers == workers and each.name in results]
        for i, (metric, unit) in enumerate(MEASURES):
            values = {each.subject: [one[i] for one in results[each.name]] for each in mine}
            yield Series(bench.name, str(workers), metric, unit, values)


def _start(stack, subject, workers, programs):
    command = [*programs.command(subject), str(workers)]
    server = rounds.start_server(command, subject.environment, cpu=None)
    stack.callback(server.stop)
    return Running(subject.name, workers, server)


def _load(running):
    """One run of wrk: (requests a second, its own CPU time in percent of the time it took)."""
    before_s = _cpu_of_children_s()
    requests, rate = serving.wrk(running.server.port, CONNECTIONS)
    spent_s = _cpu_of_children_s() - before_s
    return rate, 100 * spent_s * rate / requests


def _cpu_of_children_s():
    """The CPU time of the programs that have ended; the servers have not."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
