"""What a run says in plain sentences: which variant is better than which here, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docqa.evaluation.bootstrap import Difference
from docqa.evaluation.runs import Run, difference
from docqa.evaluation.scoring import LOWER_IS_BETTER, label


@dataclass(frozen=True)
class Contrast:
    """Two variants that differ in one thing. `if_worse`: what to do then, as the end of a sentence."""

    variant: str
    base: str
    if_worse: str = ""


@dataclass(frozen=True)
class Finding:
    """How one variant compares with another by one metric."""

    variant: str
    base: str
    metric: str
    difference: Difference
    if_worse: str = ""

    @property
    def verdict(self) -> str:
        """ "better", "worse", or "no difference" that so many questions could show."""
        if not self.difference.is_sure:
            return "no difference"
        return "better" if (self.difference.value > 0) != (self.metric in LOWER_IS_BETTER) else "worse"

    @property
    def sentence(self) -> str:
        gap, name = self.difference, label(self.metric)
        if self.verdict == "no difference":
            told = f"{gap.value:+.3f} {name}, {gap.low:+.3f} to {gap.high:+.3f}"
            shown = f"that these {gap.questions} questions could show"
            return f"{self.variant} makes no difference to {self.base} {shown} ({told})."
        low, high = sorted((abs(gap.low), abs(gap.high)))
        told = f"{abs(gap.value):.3f} {name} ({low:.3f} to {high:.3f})"
        advice = f": {self.if_worse}" if self.verdict == "worse" and self.if_worse else ""
        return f"{self.variant} is {self.verdict} than {self.base} here by {told}{advice}."


def main_metric(run: Run) -> str | None:
    """The metric that decides: the first one of the first variant, such as nDCG@10; None if there is no figure."""
    return next((metric for means in run.summary.values() for metric in means), None)


def findings(run: Run, contrasts: Iterable[Contrast]) -> list[Finding]:
    """By the metric that decides, each contrast whose variants are both in the run."""
    metric = main_metric(run)
    found: list[Finding] = []
    for one in contrasts:
        if metric is None or not {one.variant, one.base} <= run.variants.keys():
            continue
        gap = difference(run.variants[one.variant], run.variants[one.base], metric)
        if gap is not None:
            found.append(Finding(one.variant, one.base, metric, gap, one.if_worse))
    return found


def compared(new: Run, old: Run) -> list[Finding]:
    """Each variant that both runs have, by each metric: the new run against the old one, on the same questions."""
    found: list[Finding] = []
    for variant, means in new.summary.items():
        for metric in means:
            gap = difference(new.variants[variant], old.variants.get(variant, {}), metric)
            if gap is not None:
                found.append(Finding(f"{variant} ({new.name})", f"{variant} ({old.name})", metric, gap))
    return found


def sentences(found: Sequence[Finding]) -> list[str]:
    return [one.sentence for one in found]
