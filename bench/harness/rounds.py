"""Runs programs: in interleaved rounds, on chosen processors, and as servers."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

SERVER_CPU, CLIENT_CPU = 0, 1


class Failed(Exception):
    """A subject did not do what it was started for."""


def interleave(subjects, rounds, run_once):
    """Calls run_once(subject) A B C, then B C A, then C A B, …; returns {subject: [results]}.

    A subject that fails is named, and left out of this case; the others go on.
    """
    results = {subject.name: [] for subject in subjects}
    for round_number in range(rounds):
        for i in range(len(subjects)):
            subject = subjects[(i + round_number) % len(subjects)]
            if subject.name not in results:
                continue
            try:
                results[subject.name].append(run_once(subject))
            except (Failed, subprocess.TimeoutExpired) as failure:
                note_failure(subject.name, failure)
                del results[subject.name]
    return results


failures = []  # what went wrong in this call; any makes it end with status 1


def note_failure(who, failure):
    failures.append(f"{who} failed: {failure}")
    print(f"bench: {failures[-1]}", file=sys.stderr, flush=True)


def pinned(cpu):
    """What subprocess calls in the child so that it stays on one processor, where there are two."""
    if cpu is None or (os.cpu_count() or 1) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {cpu})


def output_of(command, environment=None, timeout_s=120, cpu=None, cwd=None):
    """Runs a program to its end and returns what it printed."""
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=timeout_s,
        preexec_fn=pinned(cpu),
        cwd=cwd,
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def start(command, environment=None, cpu=None, **pipes):
    """Starts a program that goes on beside others."""
    environment = {**os.environ, **(environment or {})}
    return subprocess.Popen(command, env=environment, preexec_fn=pinned(cpu), **pipes)


class Server:
    """A running server: its process and port."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    @property
    def pid(self):
        return self.process.pid

    def cpu_ns(self):
        """The run time of all its threads, as the scheduler counts it."""
        total = 0
        for file in Path(f"/proc/{self.pid}/task").glob("*/schedstat"):
            try:
                total += int(file.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass  # the thread has ended meanwhile
        return total

    def stay_on(self, cpu):
        """Moves all its threads to one processor, where there are two."""
        if (os.cpu_count() or 1) < 2:
            return
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {cpu})

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_server(command, environment=None, port=None, stderr=None, cpu=SERVER_CPU):
    """Starts a server that prints its port, or was told one, and waits until it serves.

    It stays on one processor, unless `cpu` is None.
    """
    process = start(
        command,
        environment,
        cpu,
        stdout=subprocess.PIPE if port is None else subprocess.DEVNULL,
        stderr=stderr if stderr is not None else sys.stderr,
        text=True,
    )
    if port is None:
        line = process.stdout.readline().strip()
        if not line.isdigit():
            process.kill()
            process.wait()
            raise Failed(f"{' '.join(command)} printed {line!r} instead of its port")
        return Server(process, int(line))
    wait_for_port(process, port)
    return Server(process, port)


def wait_for_port(process, port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise Failed(f"a server ended with {process.returncode} before it listened")
        time.sleep(0.05)
    process.kill()
    raise Failed(f"nothing listens on port {port} after 5 s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def nginx(template, **values):
    """Runs nginx on a free port by a configuration with @NAME@ to fill in; yields the server."""
    folder = Path(tempfile.mkdtemp(prefix="bench-nginx-"))
    port = free_port()
    text = template.read_text()
    for name, value in {"PORT": port, "DIR": folder, **values}.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(text)
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [binary, "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    server = None
    try:
        server = start_server(command, port=port)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
