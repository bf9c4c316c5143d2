"""The hash bench: programs print the SHA-256 of the same files, which are in memory."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from . import rounds
from .fetching import MEMORY, MEASURES
from .stats import Series

JOBS = {"small": (5_000, 10 * 1024), "large": (8, 50 * 1024 * 1024)}
ARGUMENTS = {"pirn": ["hash"], "sha256sum": [], "openssl": ["dgst", "-sha256", "-r"]}


def measure(bench, subjects, programs, settings):
    for case in bench.cases_for(settings.quick):
        folder = Path(tempfile.mkdtemp(prefix="bench-hash-", dir=MEMORY))
        try:
            digests = _make_files(folder, *JOBS[case])
            results = rounds.interleave(
                subjects,
                settings.rounds(bench),
                lambda subject, digests=digests: _hash(subject, programs, digests),
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        for key, unit, metric in MEASURES:
            values = {name: [each[key] for each in runs] for name, runs in results.items()}
            yield Series(bench.name, case, metric, unit, values)


def _hash(subject, programs, digests):
    printed = Path(next(iter(digests))).parent / "printed"
    client = [*programs.command(subject), *ARGUMENTS[subject.name], *digests]
    watch = [str(programs.path("command/stopwatch.cpp")), "/bin/sh", "-c", '"$@" > "$0"', str(printed)]
    spent = json.loads(rounds.output_of([*watch, *client]))
    lines = (line.split(maxsplit=1) for line in printed.read_text().splitlines())
    if {name.removeprefix("*"): digest for digest, name in lines} != digests:
        raise rounds.Failed(f"{subject.name} printed other digests")
    return spent


def _make_files(folder, count, size_bytes):
    """{path: digest}; the large files are one under several names."""
    digests = {}
    for i in range(count):
        path = folder / f"file{i}"
        if size_bytes > 1 << 20 and i > 0:
            os.link(folder / "file0", path)
            digests[str(path)] = digests[str(folder / "file0")]
            continue
        content = os.urandom(size_bytes)
        path.write_bytes(content)
        digests[str(path)] = hashlib.sha256(content).hexdigest()
    return digests
