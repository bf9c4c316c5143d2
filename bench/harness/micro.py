"""The benches whose programs measure themselves: generator, yield, spawn, await, queue, timers."""

import json

from . import instructions, rounds
from .stats import Series


def measure(bench, subjects, programs, settings):
    """Yields a series for each case, and one for each counted subject's instructions."""
    for case in bench.cases_for(settings.quick):

        def run_once(subject):
            command = [*programs.command(subject), case]
            return json.loads(rounds.output_of(command, subject.environment))["value"]

        values = rounds.interleave(subjects, settings.rounds(bench), run_once)
        yield Series(bench.name, case, "cpu", "ns", values)
        yield from _instructions(bench, case, subjects, programs)


def _instructions(bench, case, subjects, programs):
    counted = [subject for subject in subjects if subject.name in bench.counted]
    if not counted or not instructions.is_there():
        return
    values = instructions.of_each(
        counted, lambda subject: instructions.of_program(programs.command(subject), case)
    )
    yield Series(bench.name, case, "instructions", "instr", values)
