"""The get bench: clients fetch the same files from one nginx process to a file system in memory."""

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import rounds
from .build import BENCH
from .stats import Series

MEMORY = Path("/dev/shm")
MEASURES = (("wall_s", "s", "wall"), ("cpu_s", "s", "cpu"), ("rss_mb", "MB", "memory"))


@dataclass(frozen=True)
class Job:
    """What one case fetches, and how wide."""

    files: str
    count: int
    size_bytes: int
    connections: int


JOBS = {
    "small": Job("small", 5_000, 10 * 1024, 64),
    "wide": Job("small", 5_000, 10 * 1024, 300),
    "large": Job("large", 20, 50 * 1024 * 1024, 20),
}


def command_of(name, program, job, lists, out):
    """How each client is told to fetch a list of URLs into a folder over that many connections."""
    plain, for_curl = lists / f"{job.files}.urls", lists / f"{job.files}.curl"
    wide = str(job.connections)
    match name:
        case "pirn":
            width = ("-j", wide, "--per-host", wide)
            return [*program, "get", "-q", "-i", str(plain), "-o", str(out), *width]
        case "limit":
            return [*program, str(plain), str(out), wide]
        case "wget2":  # its threads carry several streams each; more than 20 make it slower
            threads = str(min(job.connections, 20))
            return [*program, "-q", f"--max-threads={threads}", "-P", str(out), "-i", str(plain)]
        case "curl":
            return [
                *(*program, "--silent", "--parallel", "--parallel-max", wide),
                *("--output-dir", str(out), "--config", str(for_curl)),
            ]
        case "aria2c":
            return [
                *(*program, "--no-conf", "--quiet", "--file-allocation=none", "-j", wide),
                *("-d", str(out), "-i", str(plain)),
            ]
    raise ValueError(name)


def measure(bench, subjects, programs, settings):
    folder = Path(tempfile.mkdtemp(prefix="bench-get-", dir=MEMORY))
    try:
        root = folder / "root"
        root.mkdir()
        make_files(root)
        with rounds.nginx(BENCH / "get" / "nginx.conf", ROOT=root) as server:
            write_lists(folder, server.port)
            for case in bench.cases_for(settings.quick):
                yield from _measure_case(bench, case, subjects, programs, settings, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure_case(bench, case, subjects, programs, settings, folder):
    job = JOBS[case]
    # The large job moves a gigabyte a run; the median of five is steady.
    count = min(settings.rounds(bench), 5) if job.files == "large" else settings.rounds(bench)
    results = rounds.interleave(
        subjects, count, lambda subject: _fetch(subject, programs, job, folder)
    )
    for key, unit, metric in MEASURES:
        values = {name: [each[key] for each in runs] for name, runs in results.items()}
        yield Series(bench.name, case, metric, unit, values)


def _fetch(subject, programs, job, folder):
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    client = command_of(subject.name, programs.command(subject), job, folder, out)
    spent = json.loads(rounds.output_of([str(programs.path("command/stopwatch.cpp")), *client]))
    sizes = [each.stat().st_size for each in out.iterdir()]
    if len(sizes) != job.count or any(size != job.size_bytes for size in sizes):
        raise rounds.Failed(f"{subject.name} left {len(sizes)} files, {sum(sizes)} bytes")
    return spent


def make_files(root):
    """The small files differ; the large ones are one file under several names."""
    for job in (JOBS["small"], JOBS["large"]):
        for i in range(job.count):
            path = root / f"{job.files}{i}"
            if job.files == "large" and i > 0:
                os.link(root / "large0", path)
            else:
                path.write_bytes(os.urandom(job.size_bytes))


def write_lists(folder, port):
    for job in (JOBS["small"], JOBS["large"]):
        urls = [f"http://127.0.0.1:{port}/{job.files}{i}" for i in range(job.count)]
        (folder / f"{job.files}.urls").write_text("".join(f"{url}\n" for url in urls))
        lines = "".join(f"url = {url}\nremote-name\n" for url in urls)
        (folder / f"{job.files}.curl").write_text(lines)
