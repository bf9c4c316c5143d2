"""The stream bench: pieces of 64 KiB, plain, through TLS, and passed on by a third program."""

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from . import rounds
from .stats import Series

MIB = {"plain": 2048, "tls": 512, "forward": 2048}  # about half a second
TIMEOUT_S = 60
CIPHER = "TLS_AES_256_GCM_SHA384"  # what both choose; another would be another bench
MEASURES = (
    ("wall", "ns/KiB"),
    ("rate", "MB/s"),
    ("sender's cpu", "ns/KiB"),
    ("receiver's cpu", "ns/KiB"),
)
FORWARD_MEASURES = (("cpu", "ns/KiB"), ("wall", "ns/KiB"), ("rate", "MB/s"))
ONLY_IN = {"iperf3": "plain", "socat": "forward"}


def measure(bench, subjects, programs, settings):
    for case in bench.cases_for(settings.quick):
        mine = [each for each in subjects if ONLY_IN.get(each.program, case) == case]
        with certificate(case) as files:
            results = rounds.interleave(
                mine, settings.rounds(bench), lambda subject: _run(subject, programs, case, files)
            )
        for i, (metric, unit) in enumerate(FORWARD_MEASURES if case == "forward" else MEASURES):
            values = {name: [each[i] for each in runs] for name, runs in results.items()}
            yield Series(bench.name, case, metric, unit, values)


@contextmanager
def certificate(case):
    """A certificate for 127.0.0.1 that signs itself, and its key; none for what is plain."""
    if case != "tls":
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
    if case == "forward":
        return _run_between(subject, programs)
    if subject.program == "iperf3":
        return _run_iperf3(program, MIB[case])
    command = [*program, "receive", *files]
    with _running(command, subject.environment) as receiver:
        port = receiver.stdout.readline().strip()
        command = [*program, "send", port, str(MIB[case]), *files[:1]]
        printed = rounds.output_of(command, subject.environment, cpu=rounds.CLIENT_CPU)
        sent = json.loads(printed)
        received = json.loads(receiver.communicate(timeout=TIMEOUT_S)[0])
    if sent["bytes"] != received["bytes"] or sent["cipher"] != (CIPHER if files else ""):
        raise rounds.Failed(f"{sent} was sent, {received} received")
    return sent["wall"], 1.024e6 / sent["wall"], sent["cpu"], received["cpu"]


def _run_between(subject, programs):
    """A forwarder between the limit's two ends: (its CPU time for a KiB, wall, MB a second)."""
    ends = str(programs.path("stream/limit.cpp"))
    with _running([ends, "receive"], cpu=rounds.CLIENT_CPU) as receiver:
        target = receiver.stdout.readline().strip()
        with _forwarder(subject, programs, target) as (forwarder, port):
            send = [ends, "send", port, str(MIB["forward"])]
            sent = json.loads(rounds.output_of(send, cpu=rounds.CLIENT_CPU))
            used = _resources_of(forwarder)
        received = json.loads(receiver.communicate(timeout=TIMEOUT_S)[0])
    if sent["bytes"] != received["bytes"]:
        raise rounds.Failed(f"{sent} was sent, {received} received")
    cpu = 1e9 * (used.ru_utime + used.ru_stime) / (sent["bytes"] / 1024)
    return cpu, sent["wall"], 1.024e6 / sent["wall"]


@contextmanager
def _forwarder(subject, programs, target):
    """Yields a program that will pass on one connection to a port, and its own port."""
    command = programs.command(subject)
    if subject.program == "socat":
        port = str(rounds.free_port())
        ends = [f"TCP-LISTEN:{port},bind=127.0.0.1,nodelay", f"TCP:127.0.0.1:{target},nodelay"]
        with _running([*command, "-dd", "-b65536", *ends], stderr=subprocess.PIPE) as process:
            for line in process.stderr:
                if "listening on" in line:
                    break
            yield process, port
    else:
        with _running([*command, "forward", target], subject.environment) as process:
            yield process, process.stdout.readline().strip()


def _resources_of(process):
    """Waits for a program to end: what it has used, its start included."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise rounds.Failed(f"{process.args[0]} ended with {process.returncode}")
    return used


def _run_iperf3(program, mib):
    port = rounds.free_port()
    listen = [*program, "--server", "--one-off", "--bind", "127.0.0.1", "--port", str(port)]
    with _running([*listen, "--forceflush"]) as receiver:
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
def _running(command, environment=None, cpu=rounds.SERVER_CPU, stderr=None):
    """A program that is ended if the other end fails."""
    pipes = {"stdout": subprocess.PIPE, "stderr": stderr, "text": True}
    process = rounds.start(command, environment, cpu=cpu, **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
