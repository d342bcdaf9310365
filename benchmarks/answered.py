"""Answers of one system to questions, their figures, and tables of several systems side by side."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from benchmarks.figures import Grid
from docqa.evaluation.bootstrap import paired_difference
from docqa.evaluation.datasets import Question
from docqa.evaluation.places import Passage
from docqa.evaluation.scoring import answer_figures, in_order, label

ALL, OWN = "all documents", "its own document"
LEFT_OUT = "em"
"""Exact match: nobody is asked to write the bare answer."""


@dataclass(frozen=True)
class Answered:
    """What a system said to a question. `grounded`: it did not refuse; `wrote`: a language model wrote the text."""

    system: str
    scope: str
    question: Question
    text: str
    cited: tuple[Passage, ...]
    grounded: bool
    wrote: bool
    seconds: float

    @cached_property
    def figures(self) -> dict[str, float]:
        figures = answer_figures(self.question, self.text, self.cited, grounded=self.grounded)
        return {name: value for name, value in figures.items() if name != LEFT_OUT}

    def line(self) -> dict[str, Any]:
        """As JSON, to be read by people."""
        fields = asdict(self) | {"question": self.question.text, "gold": self.question.answers}
        return {"id": self.question.id, **fields, "figures": self.figures}


def by_figure(grid: Grid, columns: Mapping[str, Sequence[Answered]], beside: str | None = None) -> Grid:
    """Fill a grid with a row a figure: the mean of each column, all of which answer the same questions in one order.

    With `beside`, the difference of every other column to that one with its 95 % interval, in bold if that is not 0.
    """
    first = next(iter(columns.values()))
    for name in in_order({name for answer in first for name in answer.figures}):
        values = {
            column: [a.figures[name] for a in answers if name in a.figures] for column, answers in columns.items()
        }
        cells = [share(statistics.fmean(one)) for one in values.values()]
        others = [one for column, one in values.items() if beside not in (None, column)]
        cells += [difference(one, values[beside]) for one in others if beside is not None]
        grid.add(f"{label(name)} ({len(next(iter(values.values())))} questions)", *cells)
    times = [f"{statistics.median(a.seconds for a in answers):.1f}" for answers in columns.values()]
    grid.add("seconds, median", *times, *[""] * (len(grid.columns) - 1 - len(times)))
    return grid


def by_kind(grid: Grid, columns: Mapping[str, Sequence[Answered]], kinds: Mapping[str, str]) -> Grid:
    """Fill a grid with a row a kind of question: how many contain an answer and their F1, or how many are refused."""
    first = next(iter(columns.values()))
    for kind in sorted({kinds[answer.question.id] for answer in first}):
        own = {name: [a for a in answers if kinds[a.question.id] == kind] for name, answers in columns.items()}
        grid.add(kind, str(len(next(iter(own.values())))), *(_of_kind(answers) for answers in own.values()))
    return grid


def _of_kind(answers: Sequence[Answered]) -> str:
    names = ("refused",) if "refused" in answers[0].figures else ("contains", "f1")
    return " / ".join(share(statistics.fmean(a.figures[name] for a in answers)) for name in names)


def share(value: float) -> str:
    """A share as it stands in a table."""
    return f"{value:.2f}"


def difference(new: Sequence[float], old: Sequence[float]) -> str:
    """Of two means over the same questions, with its 95 % interval; in bold if that is on one side of 0."""
    found = paired_difference(new, old)
    text = f"{found.value:+.2f} ({found.low:+.2f} to {found.high:+.2f})"
    return f"**{text}**" if found.is_sure else text
