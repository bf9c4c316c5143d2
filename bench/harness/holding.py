"""The c1m bench: many connections at once, each of which answers; what one costs while it waits."""

import json
import math
import resource
import signal
import statistics
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from . import rounds
from .build import say
from .stats import Series

CONNECTIONS = {"10k": 10_000, "1M": 1_000_000}
FEW = 1_000  # among so many the cost of an active one is measured for comparison
IDLE_S, QUICK_IDLE_S = 60, 2
ACTIVE_ROUNDS, ACTIVE_MS = 15, 200
ENDS_WITHIN_S = 600

# What a connection takes of the machine at most, for both ends, to know beforehand whether it fits.
BYTES_EACH = 10_000
BYTES_A_PROCESS = 8 << 20
SPARE_DESCRIPTORS = 500

MEASURES = (("user", "B"), ("beyond", "B"), ("kernel", "B"), ("active", "x"), ("seconds", "s"))


def measure(bench, subjects, programs, settings):
    for case in bench.cases_for(settings.quick):
        shape = Shape(CONNECTIONS[case])
        why_not = shape.why_not_here()
        if why_not:
            say(f"{bench.name} {case} is left out: {why_not}")
            continue
        held = subjects if case == "10k" else [each for each in subjects if each.name == "pirn"]
        idle_s = QUICK_IDLE_S if settings.quick else IDLE_S

        def hold(subject):
            return _hold(programs, subject, shape, idle_s)

        results = rounds.interleave(held, settings.wanted_rounds or 1, hold)
        for metric, unit in MEASURES:
            values = {
                name: [each[metric] for each in runs]
                for name, runs in results.items()
                if runs and all(metric in each for each in runs)
            }
            if values:
                yield Series(bench.name, case, metric, unit, values)


class Shape:
    """So many connections, spread over processes, since a process may have so many descriptors."""

    def __init__(self, connections):
        self.connections = connections
        _, self.descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.processes = math.ceil(connections / max(self.descriptors - SPARE_DESCRIPTORS, 1))
        self.shares = [
            connections * (i + 1) // self.processes - connections * i // self.processes
            for i in range(self.processes)
        ]

    def why_not_here(self):
        """What this machine lacks for it, in words, or None."""
        memory = self.connections * BYTES_EACH + 2 * self.processes * BYTES_A_PROCESS
        there = _memory("MemAvailable")
        if memory > there:
            return f"it needs {memory / 2**30:.1f} GiB of memory, and {there / 2**30:.1f} are free"
        files = int(_read("/proc/sys/fs/file-max")) - int(_read("/proc/sys/fs/file-nr").split()[0])
        if 2 * self.connections + 10_000 > files:
            return f"it needs {2 * self.connections} open files, and the system allows {files} more"
        if self.processes > 200:
            return f"with {self.descriptors} descriptors a process it needs too many processes"
        return None


class Holders:
    """The servers, and as many clients that hold connections to them; ends all at its exit."""

    def __init__(self, programs, subject, shares):
        self._ends = ExitStack()
        self._programs = programs
        with ExitStack() as on_failure:
            on_failure.callback(self._ends.close)
            self.servers = [self._server(subject) for _ in shares]
            self._before = sum(_pss(each.pid) for each in self.servers)
            self._slab_before = _memory("Slab") + _memory("PageTables")
            self._clients = [self._client(*each) for each in zip(self.servers, shares)]
            for client in self._clients:
                self._answer(client)
            on_failure.pop_all()
        self._connections = sum(shares)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends.close()

    def _server(self, subject):
        server = rounds.start_server(self._programs.command(subject), subject.environment)
        self._ends.callback(server.stop)
        return server

    def _client(self, server, count):
        client = subprocess.Popen(
            [str(self._programs.path("c1m/load.cpp")), str(server.port), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=rounds.pinned(rounds.CLIENT_CPU),
        )
        self._ends.callback(_end, client)
        return client

    def _answer(self, client):
        line = client.stdout.readline()
        if not line:
            raise rounds.Failed(f"a client ended with {client.wait()}")
        return json.loads(line)

    def _ask(self, client, line):
        client.stdin.write(line + "\n")
        client.stdin.flush()

    def all_answer(self, number):
        """Sends a message over every connection; fails unless each is answered with the same."""
        for client in self._clients:
            self._ask(client, f"echo {number}")
        answered = sum(self._answer(client)["answered"] for client in self._clients)
        if answered != self._connections:
            raise rounds.Failed(f"{answered} of {self._connections} connections answered")

    def cost_of_one(self, over_s):
        """CPU time of the server for a message on one connection while the others are idle, in ns.

        The median of rounds that are spread over so many seconds: where processors are virtual,
        waking one may take several times as long for seconds on end.
        """
        server, client = self.servers[0], self._clients[0]
        pause_s = max(0, over_s / ACTIVE_ROUNDS - ACTIVE_MS / 1000)
        costs = []
        for _ in range(ACTIVE_ROUNDS):
            time.sleep(pause_s)
            before_ns = server.cpu_ns()
            self._ask(client, f"one {ACTIVE_MS}")
            messages = self._answer(client)["messages"]
            costs.append((server.cpu_ns() - before_ns) / messages)
        return statistics.median(costs)

    def user_bytes(self):
        """What the servers' own memory has grown by for each connection."""
        return (sum(_pss(each.pid) for each in self.servers) - self._before) / self._connections

    def kernel_bytes(self):
        """What the kernel keeps for each connection, both ends together."""
        return (_memory("Slab") + _memory("PageTables") - self._slab_before) / self._connections

    def frame_bytes(self):
        """The size of the handler's own frame, where the server tells it."""
        return int(self.servers[0].process.stdout.readline())


def _hold(programs, subject, shape, idle_s):
    resource.setrlimit(resource.RLIMIT_NOFILE, (shape.descriptors, shape.descriptors))
    start_s = time.monotonic()
    with _time_limit(ENDS_WITHIN_S):
        among_few = [_cost_among_few(programs, subject, idle_s / 2)]
        say(f"{subject.name}: connecting {shape.connections}, {shape.processes} processes a side")
        with Holders(programs, subject, shape.shares) as all_held:
            all_held.all_answer(1)
            found = {"user": all_held.user_bytes(), "kernel": all_held.kernel_bytes()}
            say(f"{subject.name}: all answered, {time.monotonic() - start_s:.0f} s; now idle, but for one, {idle_s} s")
            # Before all answer again: what a million late acknowledgements cost the kernel in the
            # seconds after would be charged to the one that is active.
            among_many = all_held.cost_of_one(idle_s)
            all_held.all_answer(2)
            if subject.program.startswith("c1m/pirn"):
                found["beyond"] = found["user"] - all_held.frame_bytes()
        among_few.append(_cost_among_few(programs, subject, idle_s / 2))
    found["active"] = among_many / (sum(among_few) / len(among_few))
    found["seconds"] = time.monotonic() - start_s
    return found


def _cost_among_few(programs, subject, over_s):
    with Holders(programs, subject, [FEW]) as few:
        few.all_answer(0)
        return few.cost_of_one(over_s)


class _time_limit:
    """Makes what takes longer fail."""

    def __init__(self, seconds):
        self._seconds = seconds

    def __enter__(self):
        def ring(*_):
            raise rounds.Failed(f"it has not ended in {self._seconds} s")

        self._before = signal.signal(signal.SIGALRM, ring)
        signal.alarm(self._seconds)

    def __exit__(self, *_):
        signal.alarm(0)
        signal.signal(signal.SIGALRM, self._before)


def _end(client):
    client.stdin.close()
    try:
        client.wait(timeout=60)
    except subprocess.TimeoutExpired:
        client.kill()
        client.wait()


def _read(path):
    return Path(path).read_text()


def _memory(name):
    """A number of /proc/meminfo, in bytes."""
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) << 10
    raise KeyError(name)


def _pss(pid):
    """The memory of a process in bytes, its share of what it shares."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) << 10
    raise KeyError("Pss")
