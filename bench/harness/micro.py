"""The benches whose programs measure themselves, and print what they measured as JSON."""

import json

from . import instructions, rounds
from .stats import Series


def measure(bench, subjects, programs, settings):
    """Yields a case's series, one for each measure and one for the counted instructions."""
    for case in bench.cases_for(settings.quick):

        def run_once(subject):
            command = [*programs.command(subject), case]
            return json.loads(rounds.output_of(command, subject.environment))

        results = rounds.interleave(subjects, settings.rounds(bench), run_once)
        for one in bench.measures:
            values = {name: [one.of(each) for each in runs] for name, runs in results.items()}
            yield Series(bench.name, case, one.name, one.unit, values)
        yield from _instructions(bench, case, subjects, programs)


def _instructions(bench, case, subjects, programs):
    counted = [subject for subject in subjects if subject.name in bench.counted]
    if not counted or not instructions.is_there():
        return
    values = instructions.of_each(
        counted, lambda subject: instructions.of_program(programs.command(subject), case)
    )
    yield Series(bench.name, case, "instructions", "instr", values)
