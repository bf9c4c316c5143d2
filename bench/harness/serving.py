"""The http bench: wrk loads the servers in turn; what counts is their CPU time for a request."""

import re
import shutil
from contextlib import ExitStack

from . import rounds
from .build import BENCH, say
from .stats import Series

SECONDS = 1
SCRIPTS = {"depth 1": (), "depth 16": ("-s", str(BENCH / "http" / "pipeline.lua"))}


def wrk_is_there(bench):
    if shutil.which("wrk") is None:
        say(f"{bench.name} is left out: wrk is not installed")
        return False
    return True


def measure(bench, subjects, programs, settings):
    if not wrk_is_there(bench):
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
    before_ns = server.cpu_ns()
    requests, rate = wrk(server.port, 64, script, rounds.CLIENT_CPU)
    spent_ns = server.cpu_ns() - before_ns
    return spent_ns / 1000 / requests, rate


def wrk(port, connections, script=(), cpu=None):
    """Loads a server over so many connections; returns the requests, and how many a second."""
    options = ("-t1", f"-c{connections}", f"-d{SECONDS}s", *script)
    text = rounds.output_of(["wrk", *options, f"http://127.0.0.1:{port}/"], cpu=cpu)
    found = re.search(r"(\d+) requests in ([\d.]+)s", text)
    if found is None or "Non-2xx" in text or "Socket errors" in text:
        raise rounds.Failed(f"wrk was not answered well: {text}")
    requests = int(found.group(1))
    return requests, requests / float(found.group(2))
