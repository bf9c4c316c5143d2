"""The bars that pirn is to clear, and whether it did in this call."""

from math import exp, log
from statistics import median

from .bar import Results, absolute, against, not_behind, of, pair
from .catalog import PIRN
from .executor_bars import executor_bars

ECHO_PEERS = ("asio", "libuv", "tokio", "go")


def bars(all_series):
    """Every bar whose subjects were all measured."""
    results = Results(all_series)
    return [bar for bar in _all(results) if bar is not None]


def _all(results):
    yield against(results, "generator", "send", 2, "limit")
    yield pair(
        "generator",
        "five levels of delegation to one",
        1.2,
        results.values("generator", "delegate-5", "cpu", PIRN),
        results.values("generator", "delegate-1", "cpu", PIRN),
    )
    yield against(results, "yield", "one", 3, "limit")
    yield against(results, "yield", "one", 1 / 5, "go")
    yield absolute(results, "yield", "busy", "cpu", "ns", 20)
    yield against(results, "spawn", "thousand", 5, "limit")
    for peer in ("tokio", "asio"):
        yield against(results, "spawn", "thousand", 1, peer)
    yield against(results, "await", "five", 1.5, "limit")
    yield against(results, "await", "five", 1.4, "limit", "instructions")
    for case in ("ping-pong", "four-to-one"):
        for peer in ("go", "tokio"):
            yield against(results, "queue", case, 1 / 5, peer)
    yield against(results, "des_hold", "10", 1.2, "limit-callback")
    yield against(results, "des_hold", "1000", 1, "limit-callback")
    yield against(results, "des_hold", "100000", 1, "limit-coroutine")
    yield against(results, "des_hold", "100000", 1 / 3, "shared-ptr")
    yield absolute(results, "des_hold", "1000000", "cpu", "ns", 500)
    for case in ("10", "1000", "100000"):
        yield against(results, "des_hold", case, 1 / 20, "simpy")
    yield absolute(results, "des_memory", "1000000", "memory", "B", 256)
    yield absolute(results, "des_mm1", "store", "cpu", "ns", 100)
    yield absolute(results, "des_mm1", "resource", "cpu", "ns", 300)
    for case in ("generators", "tasks"):
        yield absolute(results, "taxis", case, "cpu", "ns", 200)  # 5 million a second
    for case in ("latest", "random", "shuffled", "sleeps"):
        yield against(results, "timers", case, 1.3 if case == "sleeps" else 1.2, "limit")
        yield against(results, "timers", case, 1, "asio")
    yield absolute(results, "world", "echo-1000", "cpu", "ns", 1e9)  # faster than real time
    yield absolute(results, "world", "seeds", "cpu", "ns", 24e6)  # 5,000 a minute on two cores
    yield absolute(results, "world", "kv", "cpu", "ns", 1e6)  # 1,000 simulated seconds a second
    yield from executor_bars(results)
    yield from _echo(results)
    for case in results.cases("udp", "cpu"):
        for peer in ("asio", "go"):
            yield against(results, "udp", case, 1, peer)
    for case in results.cases("connect", "cpu"):
        for peer in ("go", "tokio"):
            yield against(results, "connect", case, 1, peer)
    yield against(results, "stream", "plain", 1.10, "iperf3", "wall")
    yield against(results, "stream", "tls", 1.10, "limit", "wall")
    yield against(results, "http", "depth 1", 1, "nginx")
    yield against(results, "http", "depth 16", 1, "hyper")
    for peer in ("wget2", "curl", "aria2c"):
        yield against(results, "get", "small", 1, peer, "wall")
    yield against(results, "get", "small", 1.5, "limit", "wall")
    yield against(results, "get", "large", 1, "curl")
    for case in ("depth 16", "depth 256"):
        yield absolute(results, "charfinder", case, "cpu", "µs", 5)  # 200,000 a second
    yield absolute(results, "get", "wide", "memory", "MB", 20)
    for case in results.cases("c1m", "user"):
        yield absolute(results, "c1m", case, "beyond", "B beyond the handler's frame", 256)
        yield absolute(results, "c1m", case, "active", "of the cost among 1,000", 1.25)


def _echo(results):
    cases = results.cases("echo", "cpu")
    better = {case: _better_limit(results, case, "cpu") for case in cases}
    drivers = {
        name: {case: results.values("echo", case, "cpu", name) for case in cases}
        for name in (PIRN, "pirn-epoll")
    }
    if not cases or not all(better.values()) or not all(drivers[PIRN].values()):
        return
    for name, costs in drivers.items():
        if not all(costs.values()):
            continue
        what = f"geometric mean of {name} over rows to the better limit"
        yield of("echo", what, 1.05, _geometric_means(costs, better))
        for case in cases:
            what = f"{case} of {name} to the better limit"
            yield pair("echo", what, 1.25, costs[case], better[case])
    if all(drivers["pirn-epoll"].values()):
        what = "geometric mean of the default driver over rows to the other"
        yield of("echo", what, 1, _geometric_means(drivers[PIRN], drivers["pirn-epoll"]))
    for case in results.cases("echo", "instructions"):
        counts = results.values("echo", case, "instructions", PIRN)
        limit = results.values("echo", case, "instructions", "limit-uring")  # pirn's driver too
        yield pair("echo", f"{case} instructions to limit-uring", 1.5, counts, limit)
    for peer in ECHO_PEERS:
        for case in cases:
            yield not_behind(results, "echo", case, peer)


def _geometric_means(mine, others):
    """Of the ratios over all cases, round by round."""
    rounds = range(min(len(values) for values in (*mine.values(), *others.values())))
    return [exp(sum(log(mine[c][r] / others[c][r]) for c in mine) / len(mine)) for r in rounds]


def _better_limit(results, case, metric):
    found = [results.values("echo", case, metric, f"limit-{each}") for each in ("epoll", "uring")]
    return min((each for each in found if each), key=median, default=None)
