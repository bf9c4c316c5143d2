"""What there is to measure: the benches, their cases and their subjects."""

from dataclasses import dataclass, field

PIRN = "pirn"


@dataclass(frozen=True)
class Subject:
    """One program that a bench compares. Names that begin with `limit` are hand-written limits."""

    name: str
    program: str  # a source below bench/, or a tool by its bare name
    arguments: tuple = ()
    environment: dict = field(default_factory=dict, hash=False)

    @property
    def is_limit(self):
        return self.name.startswith("limit")


@dataclass(frozen=True)
class Measure:
    """One of the numbers that a program prints, which are in ns or in bytes."""

    name: str
    key: str
    unit: str = "ns"

    def of(self, printed):
        return printed[self.key] / {"ns": 1, "µs": 1e3, "ms": 1e6, "B": 1}[self.unit]


def _cpu():
    """What programs of one thread print."""
    return (Measure("cpu", "value"),)


def _elapsed(unit):
    """What programs of several threads print."""
    return (Measure("wall", "wall", unit), Measure("cpu", "cpu", unit))


@dataclass(frozen=True)
class Bench:
    """One bench: every case is measured on every subject."""

    name: str
    what: str
    cases: tuple
    subjects: tuple
    rounds: int = 9
    quick_cases: tuple = ()  # empty: all
    counted: tuple = ()  # the subjects whose instructions callgrind counts
    measures: tuple = _cpu()

    def cases_for(self, quick):
        return self.quick_cases if quick and self.quick_cases else self.cases


def _subjects(bench, *names):
    known = {
        "limit": Subject("limit", f"{bench}/limit.cpp"),
        "limit-epoll": Subject("limit-epoll", f"{bench}/limit_epoll.cpp"),
        "limit-uring": Subject("limit-uring", f"{bench}/limit_uring.cpp"),
        "limit-callback": Subject("limit-callback", f"{bench}/limit_callback.cpp"),
        "limit-coroutine": Subject("limit-coroutine", f"{bench}/limit_coroutine.cpp"),
        "shared-ptr": Subject("shared-ptr", f"{bench}/shared_ptr.cpp"),
        "pirn": Subject("pirn", f"{bench}/pirn.cpp"),
        "pirn-epoll": Subject("pirn-epoll", f"{bench}/pirn.cpp", (), {"PIRN_DRIVER": "epoll"}),
        "asio": Subject("asio", f"{bench}/asio.cpp"),
        "libuv": Subject("libuv", f"{bench}/libuv.cpp"),
        "tbb": Subject("tbb", f"{bench}/tbb.cpp"),
        "tokio": Subject("tokio", f"{bench}/tokio.rs"),
        "hyper": Subject("hyper", f"{bench}/hyper.rs"),
        "rayon": Subject("rayon", f"{bench}/rayon.rs"),
        "go": Subject("go", f"{bench}/go.go"),
        "cpython": Subject("cpython", f"{bench}/cpython.py"),
        "cpython-pool": Subject("cpython-pool", f"{bench}/cpython_pool.py"),
        "uvloop": Subject("uvloop", f"{bench}/cpython.py", (), {"BENCH_LOOP": "uvloop"}),
        "simpy": Subject("simpy", f"{bench}/simpy.py", (), {"BENCH_NEEDS": "SimPy"}),
        "nginx": Subject("nginx", "nginx"),
        "wget2": Subject("wget2", "wget2"),
        "curl": Subject("curl", "curl"),
        "aria2c": Subject("aria2c", "aria2c"),
        "pirn-command": Subject("pirn", "pirn"),
        "pirn-command-epoll": Subject("pirn-epoll", "pirn", (), {"PIRN_DRIVER": "epoll"}),
        "sha256sum": Subject("sha256sum", "sha256sum"),
        "openssl": Subject("openssl", "openssl"),
        "iperf3": Subject("iperf3", "iperf3"),
        "socat": Subject("socat", "socat"),
    }
    return tuple(known[name] for name in names)


@dataclass(frozen=True)
class EchoCase:
    size_bytes: int
    connections: int
    depth: int

    def __str__(self):
        small = self.size_bytes < 1024
        size = f"{self.size_bytes} B" if small else f"{self.size_bytes // 1024} KiB"
        return f"{size} x{self.connections} depth {self.depth}"


_ECHO_CASES = tuple(
    EchoCase(size, connections, depth)
    for size in (64, 4096)
    for connections in (1, 64, 1000)
    for depth in (1, 16)
)

BENCHES = {
    bench.name: bench
    for bench in (
        Bench(
            "generator",
            "resume and suspend with send; straight, and through one and five levels of delegation",
            ("send", "delegate-1", "delegate-5"),
            _subjects("generator", "pirn", "limit", "cpython"),
        ),
        Bench(
            "yield",
            "a task through the ready list: alone, among a hundred, and alone with a listener in "
            "flight and 100 timers pending",
            ("one", "hundred", "busy"),
            _subjects("yield", "pirn", "limit", "asio", "tokio", "go", "cpython", "uvloop"),
        ),
        Bench(
            "spawn",
            "spawn and join 1,000 children in a group; per child",
            ("thousand",),
            _subjects("spawn", "pirn", "limit", "asio", "tokio", "go", "cpython", "uvloop"),
        ),
        Bench(
            "await",
            "five nested awaits that return a value",
            ("five",),
            _subjects("await", "pirn", "limit", "asio", "cpython"),
            counted=("pirn", "limit", "asio"),
        ),
        Bench(
            "queue",
            "a round trip through two queues of one place; an item from four producers to one "
            "consumer through 64 places",
            ("ping-pong", "four-to-one"),
            _subjects("queue", "pirn", "limit", "asio", "tokio", "go", "cpython", "uvloop"),
        ),
        Bench(
            "des_hold",
            "so many processes that sleep for random lengths of simulated time; a sleep, from its "
            "start to its end",
            ("1", "10", "1000", "100000", "1000000"),
            _subjects(
                *("des_hold", "pirn", "limit", "limit-callback", "limit-coroutine"),
                *("shared-ptr", "simpy"),
            ),
            rounds=5,
        ),
        Bench(
            "des_mm1",
            "a simulated queue with one server at a load of 0.8, for each customer: the customers "
            "are items of a store, or processes at a resource",
            ("store", "resource"),
            _subjects("des_mm1", "pirn", "limit", "simpy"),
        ),
        Bench(
            "des_memory",
            "a million simulated processes that sleep: the bytes that each has",
            ("1000000",),
            _subjects("des_memory", "pirn", "limit"),
            rounds=3,
            measures=(Measure("memory", "value", "B"),),
        ),
        Bench(
            "taxis",
            "days of a hundred taxis, as generators and as tasks, printed nowhere; an event",
            ("generators", "tasks"),
            _subjects("taxis", "pirn", "cpython"),
        ),
        Bench(
            "timers",
            "arm and cancel with 100,000 pending: the latest deadline (a), random ones (b); arm "
            "100,000 and cancel them in random order (c); a million sleeps of 1 to 1,000 ms, CPU "
            "for each (d)",
            ("latest", "random", "shuffled", "sleeps"),
            _subjects("timers", "pirn", "limit", "asio", "libuv", "tokio", "go"),
        ),
        Bench(
            "world",
            "hosts that ask each other once a second, per simulated second; seeds of three hosts "
            "under faults for a simulated minute, per seed; the replicated store under faults, per "
            "simulated second",
            ("echo-10", "echo-1000", "seeds", "kv"),
            _subjects("world", "pirn"),
        ),
        Bench(
            "fork_join",
            "fib(35), skynet of a million leaves, the queens on 12 by 12, a task for every call; on "
            "one thread and on two",
            ("fib-1", "fib-2", "skynet-1", "skynet-2", "nqueens-1", "nqueens-2"),
            _subjects("fork_join", "pirn", "limit", "tbb", "rayon", "tokio", "go"),
            rounds=5,
            measures=_elapsed("ms"),
        ),
        Bench(
            "submit",
            "tiny tasks to two workers, and their results: in batches of 1,000, one by one from a "
            "plain thread, and one by one from a worker; a map over a million elements of 20 ns in "
            "chunks of 10,000, per element",
            ("batched", "one-plain", "one-worker", "map-chunk"),
            _subjects("submit", "pirn", "limit", "tbb", "tokio", "go", "asio", "cpython"),
            measures=_elapsed("ns"),
        ),
        Bench(
            "process_map",
            "tiny calls in two other processes: mapped in chunks of 1 and of 100, one by one, and "
            "the start and stop of a pool with one call",
            ("chunk1", "chunk100", "one", "startstop"),
            _subjects("process_map", "pirn", "cpython", "cpython-pool"),
            rounds=5,
            measures=_elapsed("µs"),
        ),
        Bench(
            "remote_post",
            "calls posted to a loop from another thread, as fast as it can; and the median time "
            "from one post to a waiting loop until its call runs",
            ("batched", "wake"),
            _subjects("remote_post", "pirn", "limit", "asio", "go"),
            measures=_elapsed("ns"),
        ),
        Bench(
            "cores",
            "an HTTP handler that computes for 2 ms, on one worker and on two",
            (1, 2),
            _subjects("cores", "pirn", "go"),
        ),
        Bench(
            "echo",
            "an echo server's CPU time for a message, messages a second, latency of a burst",
            _ECHO_CASES,
            _subjects(
                "echo",
                *("pirn", "pirn-epoll", "limit-epoll", "limit-uring"),
                *("asio", "libuv", "tokio", "go", "uvloop"),
            ),
            rounds=15,
            quick_cases=(
                EchoCase(64, 1, 1),
                EchoCase(64, 64, 1),
                EchoCase(64, 1000, 1),
                EchoCase(4096, 64, 16),
            ),
            counted=("pirn", "pirn-epoll", "limit-epoll", "limit-uring", "asio", "libuv"),
        ),
        Bench(
            "udp",
            "an echo of datagrams of 64 bytes, one at a time and in bursts of 16 and of 64; the "
            "server's CPU time for one",
            ("one at a time", "bursts of 16", "bursts of 64"),
            _subjects("udp", "pirn", "pirn-epoll", "limit", "asio", "tokio", "go"),
        ),
        Bench(
            "connect",
            "the CPU time of a connection: at an echo server that takes it, sends one byte back and "
            "sees its end, one by one (accept) and 10,000 at once (storm); at a client that makes "
            "and resets it, one by one (connect) and 64 at a time",
            ("accept", "storm of 10,000", "connect", "connect x64"),
            _subjects(
                "echo",
                *("pirn", "pirn-epoll", "limit-epoll", "limit-uring"),
                *("asio", "libuv", "tokio", "go"),
            )
            + _subjects("connect", "pirn", "pirn-epoll", "limit", "asio", "tokio", "go"),
        ),
        Bench(
            "stream",
            "one end writes pieces of 64 KiB, the other reads them: plain TCP, and TLS "
            "(TLS_AES_256_GCM_SHA384), and plain TCP with a program between them that passes it on; "
            "wall and CPU time for a KiB",
            ("plain", "tls", "forward"),
            _subjects("stream", "pirn", "pirn-epoll", "limit", "iperf3", "socat"),
        ),
        Bench(
            "http",
            "keep-alive plaintext under wrk with 64 connections, one request at a time and 16 "
            "pipelined; the server's CPU time for a request",
            ("depth 1", "depth 16"),
            _subjects("http", "pirn", "limit", "nginx", "hyper", "go"),
        ),
        Bench(
            "get",
            "5,000 files of 10 KiB (small), the same over 300 connections (wide), and 20 of 50 MiB "
            "(large), from one nginx process to a file system in memory",
            ("small", "wide", "large"),
            _subjects("get", "pirn-command", "limit", "wget2", "curl", "aria2c"),
        ),
        Bench(
            "hash",
            "the SHA-256 of 5,000 files of 10 KiB (small) and of 8 of 50 MiB (large), in memory",
            ("small", "large"),
            _subjects("hash", "pirn-command", "sha256sum", "openssl"),
        ),
        Bench(
            "charfinder",
            "a character finder over TCP: queries with one line for an answer, so many pipelined in "
            "a write; the server's CPU time for a query",
            ("depth 16", "depth 256"),
            _subjects("charfinder", "pirn-command", "pirn-command-epoll", "cpython", "uvloop"),
        ),
        Bench(
            "c1m",
            "ten thousand connections, and a million, to echo servers: all answer, and again after a "
            "minute; bytes a connection in the servers' own memory, of those beyond the handler's own "
            "frame, and in the kernel for both ends; the CPU time for a message on one connection "
            "among them, to that among 1,000",
            ("10k", "1M"),
            _subjects("c1m", "pirn", "pirn-epoll")
            + _subjects("echo", "asio", "libuv", "tokio", "go"),
            quick_cases=("10k",),
        ),
    )
}
