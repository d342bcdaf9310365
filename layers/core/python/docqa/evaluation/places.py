"""Where an answer stands in a document, and whether a passage or a citation is from there."""

from collections.abc import Sequence
from dataclasses import dataclass

from docqa.evaluation.answers import overlap, words

HELD = 0.6
"""Share of the words of an evidence's text that a passage has to hold, …"""
WITHIN = 0.9
"""… or of the words of a short passage that lie in the evidence's text."""


@dataclass(frozen=True)
class Evidence:
    """A place in a document: a page or slide, a heading, rows, a text; None and () where it names none."""

    doc: str
    page: int | None = None
    heading: str | None = None
    rows: tuple[int, ...] = ()
    text: str | None = None

    @property
    def is_place(self) -> bool:
        """Whether more than the document is named."""
        return bool(self.page or self.heading or self.rows or self.text)


@dataclass(frozen=True)
class Passage:
    """A passage that was found, or the quote of a citation. `headings` None: those above it are not known."""

    doc: str
    text: str
    pages: tuple[int, int] | None = None
    rows: tuple[int, int] | None = None
    headings: tuple[str, ...] | None = None


def stands_at(passage: Passage, evidence: Evidence) -> bool:
    """Whether a passage is from the page, the rows or the section that an evidence names; else, whether it holds its
    text."""
    if passage.doc != evidence.doc:
        return False
    if evidence.page is not None:
        return passage.pages is not None and passage.pages[0] <= evidence.page <= passage.pages[1]
    if evidence.rows:
        return passage.rows is not None and any(passage.rows[0] <= row <= passage.rows[1] for row in evidence.rows)
    if evidence.heading is not None and passage.headings is not None:
        return _under(passage, evidence.heading)
    return evidence.text is None or _holds_text(passage.text, evidence.text)


def holds(passage: Passage, evidence: Evidence) -> bool:
    """Whether a passage is from the place that an evidence names and holds its text, if it names both."""
    return stands_at(passage, evidence) and (evidence.text is None or _holds_text(passage.text, evidence.text))


def page_hit(found: Sequence[Passage], evidence: Sequence[Evidence], k: int) -> float:
    """1 if one of the first k passages is from a place that the evidence names."""
    return float(any(stands_at(passage, one) for passage in found[:k] for one in evidence))


def citation_precision(cited: Sequence[Passage], evidence: Sequence[Evidence]) -> float:
    """Share of the citations that are from places that the evidence names; 0 for none."""
    right = sum(any(stands_at(passage, one) for one in evidence) for passage in cited)
    return right / len(cited) if cited else 0.0


def citation_recall(cited: Sequence[Passage], evidence: Sequence[Evidence]) -> float:
    """Share of the places of the evidence that are cited; 0 for no evidence."""
    found = sum(any(stands_at(passage, one) for passage in cited) for one in evidence)
    return found / len(evidence) if evidence else 0.0


def as_ranking(found: Sequence[Passage], evidence: Sequence[Evidence]) -> tuple[list[str], dict[str, int]]:
    """Passages as the names of the evidence that they hold, others under names of their own, and what is relevant.

    For the figures of a ranking: an evidence that several passages hold counts at the first of them.
    """
    ranking: list[str] = []
    for place, passage in enumerate(found):
        held = [f"evidence {number}" for number, one in enumerate(evidence) if holds(passage, one)]
        ranking += held or [f"other {place}"]
    return ranking, {f"evidence {number}": 1 for number in range(len(evidence))}


def _under(passage: Passage, heading: str) -> bool:
    wanted = words(heading)
    above = [*(passage.headings or ()), *passage.text.split("\n")]
    return any(words(one) == wanted for one in above)


def _holds_text(text: str, wanted: str) -> bool:
    held, asked = words(text), words(wanted)
    return overlap(asked, held) >= HELD or overlap(held, asked) >= WITHIN
