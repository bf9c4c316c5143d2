"""The http bench: wrk loads the servers in turn; what counts is their CPU time for a request."""

import re
import shutil
from contextlib import ExitStack

from . import rounds
from .build import BENCH, say
from .stats import Series

SECONDS = 1
SCRIPTS = {"depth 1": (), "depth 16": ("-s", str(BENCH / "http" / "pipeline.lua"))}


def measure(bench, subjects, programs, settings):
    if shutil.which("wrk") is None:
        say("http is left out: wrk is not installed")
        return
    with ExitStack() as running:
        servers = {subject.name: _start(running, subject, programs) for subject in subjects}
        for case in bench.cases_for(settings.quick):
            results = rounds.interleave(
                subjects,
                settings.rounds(bench),
                lambda subject: _load(servers[subject.name], SCRIPTS[case]),
            )
            for i, (metric, unit) in enumerate((("cpu", "µs"), ("rate", "1/s"))):
                values = {name: [each[i] for each in runs] for name, runs in results.items()}
                yield Series(bench.name, case, metric, unit, values)


def _start(running, subject, programs):
    if subject.name == "nginx":
        return running.enter_context(rounds.nginx(BENCH / "http" / "nginx.conf"))
    server = rounds.start_server(programs.command(subject), subject.environment)
    running.callback(server.stop)
    server.stay_on(rounds.SERVER_CPU)
    return server


def _load(server, script):
    """One run of wrk: (the server's CPU time for a request in µs, requests a second)."""
    command = ["wrk", "-t1", "-c64", f"-d{SECONDS}s", *script, f"http://127.0.0.1:{server.port}/"]
    before_ns = server.cpu_ns()
    text = rounds.output_of(command, cpu=rounds.CLIENT_CPU)
    spent_ns = server.cpu_ns() - before_ns
    found = re.search(r"(\d+) requests in ([\d.]+)s", text)
    if found is None or "Non-2xx" in text or "Socket errors" in text:
        raise rounds.Failed(f"wrk was not answered well: {text}")
    requests = int(found.group(1))
    return spent_ns / 1000 / requests, requests / float(found.group(2))
