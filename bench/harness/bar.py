"""A bar, and the ways in which one is worked out from what was measured."""

from dataclasses import dataclass, replace
from statistics import median

from .catalog import PIRN
from .stats import interval_of_median


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


def against(results, bench, case, wanted, other, metric="cpu"):
    mine = results.values(bench, case, metric, PIRN)
    measure = "" if metric == "cpu" else f" {metric}"
    what = f"{case}{measure} to {other}"
    return pair(bench, what, wanted, mine, results.values(bench, case, metric, other))


def not_behind(results, bench, case, other):
    """Met unless the whole interval is on the wrong side."""
    bar = against(results, bench, case, 1, other)
    return bar and replace(bar, what=f"{case} not behind {other}", is_met=bar.low <= 1)


def absolute(results, bench, case, metric, unit, wanted):
    values = results.values(bench, case, metric, PIRN)
    return of(bench, f"{case} in {unit}", wanted, values) if values else None


def pair(bench, what, wanted, mine, others):
    if not mine or not others:
        return None
    return of(bench, what, wanted, [a / b for a, b in zip(mine, others)])


def of(bench, what, wanted, values):
    low, high = interval_of_median(values)
    got = median(values)
    return Bar(bench, what, wanted, got, low, high, is_met=got <= wanted)
