"""The bars of the executors: threads, processes and loops on several processors.

They are on the wall's time, which only two processors that are otherwise idle make short.
"""

from .bar import absolute, against, of, pair
from .catalog import PIRN


def executor_bars(results):
    yield from _fork_join(results)
    yield from _submit(results)
    yield from _process_map(results)
    yield absolute(results, "remote_post", "batched", "wall", "ns", 100)
    yield against(results, "remote_post", "wake", 1.5, "limit", "wall")
    for case in ("small", "large"):
        yield against(results, "hash", case, 1, "sha256sum", "wall")
    one, two = (results.values("cores", f"{n}", "rate", PIRN) for n in (1, 2))
    yield pair("cores", "requests of one worker to those of two", 1 / 1.8, one, two)
    if load := results.values("cores", "2", "load", PIRN):
        yield of("cores", "the load's own share of a core in %", 5, load)


def _fork_join(results):
    for work in ("fib", "skynet", "nqueens"):
        for case in (f"{work}-1", f"{work}-2"):
            for peer in ("tbb", "tokio", "go"):
                yield against(results, "fork_join", case, 1, peer, "wall")
        one, two = (results.values("fork_join", f"{work}-{n}", "wall", PIRN) for n in (1, 2))
        yield pair("fork_join", f"{work} on two threads to one", 1, two, one)


def _submit(results):
    for peer in ("tbb", "tokio", "go", "asio"):
        yield against(results, "submit", "batched", 1, peer, "wall")
    for case in ("one-plain", "one-worker"):
        yield absolute(results, "submit", case, "wall", "ns", 1_000)
    yield against(results, "submit", "map-chunk", 1.1, "limit", "wall")


def _process_map(results):
    for case in ("chunk1", "chunk100", "one", "startstop"):
        yield against(results, "process_map", case, 1 / 10, "cpython", "wall")
        yield against(results, "process_map", case, 1, "cpython-pool", "wall")
