"""The stream bench: one end writes pieces of 64 KiB, the other reads; plain, and through TLS."""

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from . import rounds
from .stats import Series

MIB = {"plain": 2048, "tls": 512}  # about half a second
TIMEOUT_S = 60
CIPHER = "TLS_AES_256_GCM_SHA384"  # what both choose; another would be another bench
MEASURES = (
    ("wall", "ns/KiB"),
    ("rate", "MB/s"),
    ("sender's cpu", "ns/KiB"),
    ("receiver's cpu", "ns/KiB"),
)


def measure(bench, subjects, programs, settings):
    for case in bench.cases_for(settings.quick):
        mine = [each for each in subjects if case == "plain" or each.program != "iperf3"]
        with certificate(case) as files:
            results = rounds.interleave(
                mine, settings.rounds(bench), lambda subject: _run(subject, programs, case, files)
            )
        for i, (metric, unit) in enumerate(MEASURES):
            values = {name: [each[i] for each in runs] for name, runs in results.items()}
            yield Series(bench.name, case, metric, unit, values)


@contextmanager
def certificate(case):
    """A certificate for 127.0.0.1 that signs itself, and its key; none for what is plain."""
    if case == "plain":
        yield []
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-stream-"))
    try:
        files = [str(folder / "certificate.pem"), str(folder / "key.pem")]
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        rounds.output_of([*command, "-out", files[0], "-keyout", files[1]])
        yield files
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(subject, programs, case, files):
    """One stream: (wall for a KiB in ns, MB a second, CPU time for a KiB of each end in ns)."""
    program = programs.command(subject)
    if subject.program == "iperf3":
        return _run_iperf3(program, MIB[case])
    command = [*program, "receive", *files]
    with _receiver(command, subject.environment) as receiver:
        port = receiver.stdout.readline().strip()
        command = [*program, "send", port, str(MIB[case]), *files[:1]]
        printed = rounds.output_of(command, subject.environment, cpu=rounds.CLIENT_CPU)
        sent = json.loads(printed)
        received = json.loads(receiver.communicate(timeout=TIMEOUT_S)[0])
    if sent["bytes"] != received["bytes"] or sent["cipher"] != (CIPHER if files else ""):
        raise rounds.Failed(f"{sent} was sent, {received} received")
    return sent["wall"], 1.024e6 / sent["wall"], sent["cpu"], received["cpu"]


def _run_iperf3(program, mib):
    port = rounds.free_port()
    listen = [*program, "--server", "--one-off", "--bind", "127.0.0.1", "--port", str(port)]
    with _receiver([*listen, "--forceflush"]) as receiver:
        for line in receiver.stdout:
            if "listening" in line:
                break
        connect = [*program, "--client", "127.0.0.1", "--port", str(port)]
        job = ["--length", "64K", "--bytes", f"{mib}M", "--json"]
        found = json.loads(rounds.output_of([*connect, *job], cpu=rounds.CLIENT_CPU))["end"]
        receiver.communicate(timeout=TIMEOUT_S)
    stream, used = found["sum_received"], found["cpu_utilization_percent"]
    wall = 1e9 * stream["seconds"] / (stream["bytes"] / 1024)
    cpu = (wall * used[end] / 100 for end in ("host_total", "remote_total"))
    return wall, stream["bytes"] / stream["seconds"] / 1e6, *cpu


@contextmanager
def _receiver(command, environment=None):
    """A receiver on the servers' processor; it is ended if its sender fails."""
    pipes = {"stdout": subprocess.PIPE, "text": True}
    process = rounds.start(command, environment, cpu=rounds.SERVER_CPU, **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
