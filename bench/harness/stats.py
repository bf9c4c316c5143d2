"""Medians, and intervals of medians that assume nothing about the noise."""

from dataclasses import dataclass
from math import comb
from statistics import median


@dataclass(frozen=True)
class Series:
    """What the rounds of one case gave: for each subject a value a round, in their order."""

    bench: str
    case: str
    metric: str
    unit: str
    values: dict


@dataclass(frozen=True)
class Row:
    """One line of the table. The ratio is of this subject to the base; None for a lone subject."""

    bench: str
    case: str
    metric: str
    subject: str
    unit: str
    median: float
    min: float
    max: float
    runs: int
    base: str
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None

    @property
    def is_equal(self):
        """Whether the interval contains 1, so that the two cannot be told apart."""
        return self.ratio is not None and self.runs > 1 and self.ratio_low <= 1 <= self.ratio_high


def interval_of_median(values, confidence=0.95):
    """The tightest pair of order statistics that holds the median with the given confidence.

    Below six values that is the whole range (five give 94 %).
    """
    ordered = sorted(values)
    count = len(ordered)
    cut = 0  # values left out at each end
    tail = 0.0  # the chance that the median lies below the value at index `each`
    for each in range((count + 1) // 2):
        tail += comb(count, each) / 2**count
        if 1 - 2 * tail < confidence:
            break
        cut = each
    return ordered[cut], ordered[count - 1 - cut]


def rows_of(series, base):
    """One row for each subject; ratios are taken round by round, so drift hits both sides."""
    base_values = series.values.get(base)  # none when the base failed in this case
    rows = []
    for subject, values in series.values.items():
        ratio = low = high = None
        if base_values and all(base_values):
            ratios = [value / against for value, against in zip(values, base_values)]
            ratio = median(ratios)
            low, high = interval_of_median(ratios)
        rows.append(
            Row(
                bench=series.bench,
                case=series.case,
                metric=series.metric,
                subject=subject,
                unit=series.unit,
                median=median(values),
                min=min(values),
                max=max(values),
                runs=len(values),
                base=base,
                ratio=ratio,
                ratio_low=low,
                ratio_high=high,
            )
        )
    return rows
