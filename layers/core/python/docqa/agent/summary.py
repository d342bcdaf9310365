"""Questions about a whole document: what it is, what stands in it. Not the best passages answer them but all of them.

The passages are gathered by section, and of each section the sentence is taken that its words speak for most: the one
nearest to the section's centroid (Radev et al., "Centroid-based summarization of multiple documents", 2004), earlier
ones a little before later ones. Where there is a model, it says each section in a sentence instead (map), checked like
any other; the sections that are shown are those that most of the document is about (reduce).
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from docqa.agent.evidence import Candidate
from docqa.agent.quotable import Piece
from docqa.agent.withheld import readable
from docqa.core.models import Hit
from docqa.core.ports import Analyzer

SHOWN = 8
"""Sections of a summary."""
LONGEST_SECTION = 6_000
"""Characters of a section; a longer one is parted."""
_EARLY = 0.25
"""What standing at the beginning of a section is worth, beside its words."""
_LEAST_WORDS = 4
_MOST_CHARACTERS = 320

_THING = r"(?:file|document|report|paper|book|pdf|presentation)"
_ASKS = re.compile(
    r"\b(?:summar(?:y|i[sz]e|ies)|overview|tl;?dr|main points|key points|gist)\b"
    r"|\bwhat(?:'s| is| does)\b.{0,20}\b(?:this|the|that|in (?:this|the))\s+"
    rf"{_THING}\b(?:\s+(?:about|say|contain|cover))?\s*\??\s*$"
    r"|\bzusammenfass\w*|\bfass\w* .{0,40}zusammen\b|\brésum\w*|\bresum\w*",
    re.IGNORECASE,
)


def asked(question: str) -> bool:
    """Whether a question is about a document as a whole."""
    return _ASKS.search(question) is not None


@dataclass(frozen=True)
class Section:
    """Passages that stand below one heading, in order."""

    heading: str
    hits: tuple[Hit, ...]

    @property
    def text(self) -> str:
        return "\n".join(hit.text for hit in self.hits)


def sections(hits: Sequence[Hit]) -> list[Section]:
    """A document's passages by their first heading; one that is very long in parts of its own."""
    found: list[Section] = []
    for hit in hits:
        heading = hit.heading_path[0] if hit.heading_path else ""
        last = found[-1] if found else None
        if last is not None and last.heading == heading and len(last.text) + len(hit.text) <= LONGEST_SECTION:
            found[-1] = Section(heading, (*last.hits, hit))
        else:
            found.append(Section(heading, (hit,)))
    return found


@dataclass(frozen=True)
class Point:
    """What a section says, in a sentence of its own; `weight`: how much of the document is about it."""

    section: Section
    candidate: Candidate
    weight: float


def points(found: Sequence[Section], analyzer: Analyzer) -> list[Point]:
    """One of each section that has a sentence, the weightiest ones, in the order of the document."""
    parts = [_quotable(section) for section in found]
    terms = [[set(analyzer.terms(piece.text)) for _, piece in part] for part in parts]
    frequency: dict[str, int] = {}
    for held in (one for part in terms for one in part):
        for term in held:
            frequency[term] = frequency.get(term, 0) + 1
    count = sum(map(len, terms))
    rarity = {term: math.log(1 + count / n) for term, n in frequency.items()}
    made = [
        _point(section, part, held, rarity) for section, part, held in zip(found, parts, terms, strict=True) if part
    ]
    kept = sorted(made, key=lambda point: -point.weight)[:SHOWN]
    return [point for point in made if point in kept]


def _point(
    section: Section, part: Sequence[tuple[Hit, Piece]], terms: Sequence[set[str]], rarity: dict[str, float]
) -> Point:
    inside: dict[str, int] = {}
    for held in terms:
        for term in held:
            inside[term] = inside.get(term, 0) + 1
    centroid = {term: n * rarity[term] for term, n in inside.items()}
    length = math.sqrt(sum(value * value for value in centroid.values())) or 1.0

    def central(at: int) -> float:
        held = terms[at]
        own = math.sqrt(sum(rarity[term] ** 2 for term in held)) or 1.0
        near = sum(rarity[term] * centroid[term] for term in held) / (own * length)
        return near + _EARLY / (1 + at)

    best = max(range(len(part)), key=central)
    hit, piece = part[best]
    candidate = Candidate(hit, piece, frozenset(), coverage=1.0, fits_kind=True)
    return Point(section, candidate, weight=math.sqrt(len(section.text)))


def _quotable(section: Section) -> list[tuple[Hit, Piece]]:
    """Sentences that say something; rows of tables and headings do not, unless there is nothing else."""
    every = [(hit, piece) for hit in section.hits for piece in readable(hit)]
    said = [
        (hit, piece)
        for hit, piece in every
        if not piece.is_row
        and piece.text not in hit.heading_path
        and len(piece.text.split()) >= _LEAST_WORDS
        and len(piece.text) <= _MOST_CHARACTERS
    ]
    return said or every[:1]
