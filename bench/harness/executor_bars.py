"""The bars of the executors: threads, processes and loops on several processors.

They are on the wall's time, which only two processors that are otherwise idle make short.
"""

from .bar import against, pair
from .catalog import PIRN


def executor_bars(results):
    yield from _fork_join(results)


def _fork_join(results):
    for work in ("fib", "skynet", "nqueens"):
        for case in (f"{work}-1", f"{work}-2"):
            for peer in ("tbb", "tokio", "go"):
                yield against(results, "fork_join", case, 1, peer, "wall")
        one, two = (results.values("fork_join", f"{work}-{n}", "wall", PIRN) for n in (1, 2))
        yield pair("fork_join", f"{work} on two threads to one", 1, two, one)
