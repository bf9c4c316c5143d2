"""The bars that pirn is to clear, and whether it did in this call."""

from dataclasses import dataclass, replace
from math import exp, log
from statistics import median

from .catalog import PIRN
from .stats import interval_of_median

ECHO_PEERS = ("asio", "libuv", "tokio", "go")


@dataclass(frozen=True)
class Bar:
    """What is asked for, and the median that was got, with its interval."""

    bench: str
    what: str
    wanted: float
    got: float
    low: float
    high: float
    is_met: bool


class Results:
    """All series of a call, found by (bench, case, metric)."""

    def __init__(self, all_series):
        self._found = {(each.bench, each.case, each.metric): each for each in all_series}

    def values(self, bench, case, metric, subject):
        series = self._found.get((bench, case, metric))
        return series.values.get(subject) if series else None

    def cases(self, bench, metric):
        return [case for name, case, each in self._found if name == bench and each == metric]


def bars(all_series):
    """Every bar whose subjects were all measured."""
    results = Results(all_series)
    return [bar for bar in _all(results) if bar is not None]


def _all(results):
    yield _against(results, "generator", "send", 2, "limit")
    yield _pair(
        "generator",
        "five levels of delegation to one",
        1.2,
        results.values("generator", "delegate-5", "cpu", PIRN),
        results.values("generator", "delegate-1", "cpu", PIRN),
    )
    yield _against(results, "yield", "one", 3, "limit")
    yield _against(results, "yield", "one", 1 / 5, "go")
    yield _absolute(results, "yield", "busy", "cpu", "ns", 20)
    yield _against(results, "spawn", "thousand", 5, "limit")
    for peer in ("tokio", "asio"):
        yield _against(results, "spawn", "thousand", 1, peer)
    yield _against(results, "await", "five", 1.5, "limit")
    yield _against(results, "await", "five", 1.4, "limit", "instructions")
    for case in ("ping-pong", "four-to-one"):
        for peer in ("go", "tokio"):
            yield _against(results, "queue", case, 1 / 5, peer)
    for case in ("latest", "random", "shuffled", "sleeps"):
        yield _against(results, "timers", case, 1.3 if case == "sleeps" else 1.2, "limit")
        yield _against(results, "timers", case, 1, "asio")
    yield from _echo(results)
    yield _against(results, "http", "depth 1", 1, "nginx")
    yield _against(results, "http", "depth 16", 1, "hyper")
    for peer in ("wget2", "curl", "aria2c"):
        yield _against(results, "get", "small", 1, peer, "wall")
    yield _against(results, "get", "small", 1.5, "limit", "wall")
    yield _against(results, "get", "large", 1, "curl")
    yield _absolute(results, "get", "wide", "memory", "MB", 20)


def _echo(results):
    cases = results.cases("echo", "cpu")
    better = {case: _better_limit(results, case, "cpu") for case in cases}
    pirn = {case: results.values("echo", case, "cpu", PIRN) for case in cases}
    if not cases or not all(better.values()) or not all(pirn.values()):
        return
    rounds = range(len(pirn[cases[0]]))
    yield _of(
        "echo",
        "geometric mean over rows to the better limit",
        1.10,
        [exp(sum(log(pirn[c][r] / better[c][r]) for c in cases) / len(cases)) for r in rounds],
    )
    for case in cases:
        yield _pair("echo", f"{case} to the better limit", 1.25, pirn[case], better[case])
    for case in results.cases("echo", "instructions"):
        counts = results.values("echo", case, "instructions", PIRN)
        limit = results.values("echo", case, "instructions", "limit-uring")  # pirn's driver too
        yield _pair("echo", f"{case} instructions to limit-uring", 1.5, counts, limit)
    for peer in ECHO_PEERS:
        for case in cases:
            yield _not_behind(results, "echo", case, peer)


def _better_limit(results, case, metric):
    found = [results.values("echo", case, metric, f"limit-{each}") for each in ("epoll", "uring")]
    return min((each for each in found if each), key=median, default=None)


def _against(results, bench, case, wanted, other, metric="cpu"):
    mine = results.values(bench, case, metric, PIRN)
    measure = "" if metric == "cpu" else f" {metric}"
    what = f"{case}{measure} to {other}"
    return _pair(bench, what, wanted, mine, results.values(bench, case, metric, other))


def _not_behind(results, bench, case, other):
    """Met unless the whole interval is on the wrong side."""
    bar = _against(results, bench, case, 1, other)
    return bar and replace(bar, what=f"{case} not behind {other}", is_met=bar.low <= 1)


def _absolute(results, bench, case, metric, unit, wanted):
    values = results.values(bench, case, metric, PIRN)
    return _of(bench, f"{case} in {unit}", wanted, values) if values else None


def _pair(bench, what, wanted, mine, others):
    if not mine or not others:
        return None
    return _of(bench, what, wanted, [a / b for a, b in zip(mine, others)])


def _of(bench, what, wanted, values):
    low, high = interval_of_median(values)
    got = median(values)
    return Bar(bench, what, wanted, got, low, high, is_met=got <= wanted)
