"""How sure a mean over questions is: the percentile bootstrap (Efron and Tibshirani, 1993, chapter 13).

Questions are drawn anew, with replacement, as often as there are; the same seed gives the same interval.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, fsum

RESAMPLES = 1_000
_LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean over `questions` with its 95 % interval from `low` to `high`."""

    value: float
    low: float
    high: float
    questions: int


@dataclass(frozen=True)
class Difference:
    """How much higher a mean is than another over the same questions, and the share of resamples where it is higher."""

    value: float
    low: float
    high: float
    questions: int
    share_above: float

    @property
    def is_sure(self) -> bool:
        """Whether no difference at all is outside of the interval."""
        return self.low > 0 or self.high < 0


def mean_interval(values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """Raises ValueError for no values."""
    means = _means(values, resamples, seed)
    return Interval(fsum(values) / len(values), *_middle(means), len(values))


def paired_difference(
    new: Sequence[float], old: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0
) -> Difference:
    """Of two runs' figures of the same questions in the same order. Raises ValueError if there are none or not as many.

    Pairs are drawn, so that what makes a question hard for both does not widen the interval.
    """
    gains = [a - b for a, b in zip(new, old, strict=True)]
    means = _means(gains, resamples, seed)
    above = sum(mean > 0 for mean in means) / len(means)
    return Difference(fsum(gains) / len(gains), *_middle(means), len(gains), above)


def _means(values: Sequence[float], resamples: int, seed: int) -> list[float]:
    if not values:
        raise ValueError("there are no figures")
    if min(values) == max(values):
        return [float(values[0])] * resamples
    dice = random.Random(seed)  # noqa: S311 - a sample, no secret
    count = len(values)
    return sorted(sum(dice.choices(values, k=count)) / count for _ in range(resamples))


def _middle(means: Sequence[float]) -> tuple[float, float]:
    tail = (1 - _LEVEL) / 2
    return means[int(tail * len(means))], means[ceil((1 - tail) * len(means)) - 1]
