"""Writes the results down: lines for people, JSON for programs, tables for the documents."""

import datetime
import json
import platform
import re
import subprocess
from dataclasses import asdict
from pathlib import Path

from .build import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
HEADINGS = ("bench", "case", "measure", "subject", "unit", "median", "min", "max", "runs")


def number(value):
    """Four significant digits at most, and no exponent."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 10 else f"{value:.3f}"


def ratio_text(row):
    if row.subject == row.base or row.ratio is None:
        return ""
    if row.is_equal:
        return f"equal [{row.ratio_low:.2f}, {row.ratio_high:.2f}]"
    if row.runs == 1:
        return f"{row.ratio:.2f}"
    return f"{row.ratio:.2f} [{row.ratio_low:.2f}, {row.ratio_high:.2f}]"


def cells(row):
    numbers = (number(row.median), number(row.min), number(row.max), str(row.runs))
    return (row.bench, row.case, row.metric, row.subject, row.unit, *numbers, ratio_text(row))


WIDTHS = (11, 19, 12, 12, 5, 9, 9, 9, 4, 0)


def line(words):
    """One line of the table that goes to the terminal; numbers to the right, words to the left."""
    aligned = [
        word.rjust(width) if 5 <= i <= 8 else word.ljust(width)
        for i, (word, width) in enumerate(zip(words, WIDTHS))
    ]
    return "  ".join(aligned).rstrip()


def heading(base):
    return line((*HEADINGS, f"ratio to {base}"))


def bar_line(bar):
    verdict = "met" if bar.is_met else "MISSED"
    interval = f"{number(bar.got)} [{number(bar.low)}, {number(bar.high)}]"
    return f"{verdict:7} {bar.bench:11}  {bar.what}: {interval}, wanted <= {number(bar.wanted)}"


def machine():
    """The machine and the tools, in one line each."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cpus = len(re.findall(r"^processor\s*:", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    return {
        "processor": f"{cpus} x {cpu.group(1) if cpu else platform.machine()}",
        "memory": f"{int(memory.group(1)) / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "compiler": first_line("clang++-19", "--version"),
        "rust": first_line("/usr/bin/rustc", "--version"),
        "go": first_line("go", "version"),
    }


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except OSError:
        return "none"
    return done.stdout.split("\n")[0].strip()


def write_json(path, command, rows, bars):
    document = {
        "date": datetime.date.today().isoformat(),
        "command": command,
        "machine": machine(),
        "rows": [{**asdict(row), "equal": row.is_equal} for row in rows],
        "bars": [asdict(bar) for bar in bars],
    }
    Path(path).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def publish(command, benches, rows, bars):
    """Puts each measured bench's table between its markers in the page."""
    text = PAGE.read_text()
    stamp = f"{datetime.date.today().isoformat()}, `{command}`."
    for bench in benches:
        mine = [row for row in rows if row.bench == bench.name]
        if mine:
            body = "\n".join([stamp, "", *table(mine), *bar_list(bench.name, bars)])
            text = between_markers(text, bench.name, body)
    facts = "\n".join(f"- {name}: {value}" for name, value in machine().items())
    PAGE.write_text(between_markers(text, "machine", facts))


def between_markers(text, name, body):
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    if begin not in text or end not in text:
        raise SystemExit(f"bench: {PAGE} has no place for {name}: {begin} … {end}")
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n{body}\n{end}{tail}"


def table(rows):
    """Markdown: a line for each case and subject: the first measure whole, of others the median."""
    first = rows[0].metric
    others = list(dict.fromkeys((row.metric, row.unit) for row in rows if row.metric != first))
    medians = {(row.case, row.subject, row.metric): number(row.median) for row in rows}
    extra = "".join(f" {metric}, {unit} |" for metric, unit in others)
    measure, base = f"{first}, {rows[0].unit}", rows[0].base
    head = f"| case | subject | {measure} | min | max | runs | ratio to {base} |"
    yield head + extra
    yield f"| --- | --- | ---: | ---: | ---: | ---: | --- |{' ---: |' * len(others)}"
    for row in rows:
        if row.metric != first:
            continue
        numbers = " | ".join(cells(row)[5:])
        found = [medians.get((row.case, row.subject, metric), "") for metric, _ in others]
        yield f"| {' | '.join([row.case, row.subject, numbers, *found])} |"


def bar_list(bench, bars):
    mine = [bar for bar in bars if bar.bench == bench]
    if not mine:
        return
    met = [bar for bar in mine if bar.is_met]
    yield ""
    yield f"Bars met: {len(met)} of {len(mine)}."
    for bar in mine:
        if not bar.is_met:
            interval = f"{number(bar.got)} [{number(bar.low)}, {number(bar.high)}]"
            yield f"- missed: {bar.what}, {interval} where {number(bar.wanted)} is wanted"
