"""Which pieces of the retrieved passages answer the question, and whether any of them does.

A piece is first judged by words: the share of the question's words that it holds, each weighted by how rare it is among
the candidates; how well its passage was found; whether it holds the kind of thing that is asked for. The best of these
are read by the cross-encoder together with the best passages. On 152 questions with a known answer the right piece came
first for 97 and among three for 106 this way; by words alone 82 and 103, by the cosine of embedded sentences 62 and 85.
Changing one of the weights below by a third to a half moved at most 3 of 159 answers; doubling the cross-encoder's
took 5 from the right ones.
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from docqa.agent.asking import NOWHERE, Place, place_in, without_place
from docqa.agent.expected import Expected, expected_answer, holds, questions_in
from docqa.agent.quotable import Piece
from docqa.agent.rows import NO_MATCH, RowMatch, Words, match_row, matches, rows_alike
from docqa.agent.units import has_measure, measures_asked
from docqa.agent.withheld import readable
from docqa.core.models import Hit
from docqa.core.ports import Analyzer, PairScorer

READ_PIECES = 8
READ_PASSAGES = 2
"""What the cross-encoder reads: about 12 ms for a piece, 45 ms for a passage, 164 ms in all (median of 33 questions),
on one thread. 10 and 12 pieces gave the same answers."""
CLEAR_COVERAGE = 0.5
CLEAR_RANKINGS = 2

_HIT_WEIGHT = 0.3
_KIND_WEIGHT = 0.2
_RELEVANCE_WEIGHT = 0.1
_MEASURE_WEIGHT = 0.5
_PLACE_WEIGHT = 0.5
_NOTHING_NEW = 0.4
_NEW_WORDS = 2
_HEADING_SHARE = 0.6
"""What a question's word is worth when it stands only in the heading above the piece, or in its table's header."""

_ABOUT_DOCUMENTS = """caption chart column deck describe document figure find get give list listed many mention much
name page paper paragraph report row say section sentence slide stand table tell text value
abschnitt dokument folie seite spalte tabelle zeile tableau ligne colonne tabla fila columna"""
_ABOUT_DOCUMENTS_SHARE = 0.2
"""Such words ask where to look, and seldom stand in what is looked for."""


@dataclass(frozen=True)
class Candidate:
    """A piece that may answer. `coverage` is 0..1; `relevance` the cross-encoder's logit, None when it was not read."""

    hit: Hit
    piece: Piece
    covered: Words
    coverage: float
    fits_kind: bool
    says_more: bool = True
    """Whether it holds words beside the question's: a running title repeats them and answers nothing."""
    has_measure: bool = False
    """Whether it holds the kind of measure that is asked for, such as a speed."""
    at_place: bool = False
    """Whether it stands on the page, and in the row, that the question names."""
    row: RowMatch = NO_MATCH
    order: int = 0
    """Counts the pieces of all passages in the order that they stand in."""
    alike: int = 0
    """For a row: how many rows hold in their values what this one does, itself included."""
    relevance: float | None = None

    @property
    def by_words(self) -> float:
        nothing_new = 0.0 if self.says_more else _NOTHING_NEW
        fitting = _KIND_WEIGHT * self.fits_kind + _MEASURE_WEIGHT * self.has_measure + _PLACE_WEIGHT * self.at_place
        return self.coverage + _HIT_WEIGHT * self.hit.score + fitting - nothing_new

    @property
    def score(self) -> float:
        return self.by_words + _RELEVANCE_WEIGHT * (self.relevance if self.relevance is not None else -5.0)

    @property
    def context(self) -> str:
        """The piece as the cross-encoder reads it: below its headings, its cells named."""
        return ": ".join([*self.hit.heading_path[-2:], self.piece.in_context()])


@dataclass(frozen=True)
class Evidence:
    """Candidates, best first, and the logit of the best passage."""

    candidates: tuple[Candidate, ...]
    passage_relevance: float
    weights: tuple[float, ...]
    """Of the question's words, summing to 1; `Candidate.covered` holds indexes into it."""
    parts: tuple[Words, ...] = ()
    """The words of each question in a compound one ("who wrote it, and when was it printed?"); one part otherwise."""
    topical: Words = frozenset()
    """The words that do not merely ask where to look."""
    expected: Expected = Expected.ANYTHING
    asked: tuple[set[str], ...] = ()
    """The possible terms of each word."""
    place: Place = NOWHERE
    clear: bool = False
    """Words alone leave no doubt: see `is_clear`."""


def gather(question: str, hits: Sequence[Hit], analyzer: Analyzer) -> Evidence:
    """Every piece of the passages, judged by words alone."""
    asked = _asked_terms(without_place(question), analyzer)
    quotable = [(hit, piece) for hit in hits for piece in _pieces_of(hit)]
    terms = [_terms_of(piece, analyzer) for _, piece in quotable]
    found = [matches(asked, held) for held in terms]
    aside = set(analyzer.query_terms(_ABOUT_DOCUMENTS))
    topical = frozenset(i for i, variants in enumerate(asked) if not variants & aside)
    importance = [1.0 if i in topical else _ABOUT_DOCUMENTS_SHARE for i in range(len(asked))]
    judge = _Judge(question, asked, _weights(importance, found), analyzer)
    candidates = [judge.candidate(*each) for each in zip(quotable, terms, found, strict=True)]
    rows = [candidate.row for candidate in candidates if candidate.row.values]
    counted = [
        replace(c, order=order, alike=rows_alike(c.row, rows) if c.row.values else 0)
        for order, c in enumerate(candidates)
    ]
    counted.sort(key=lambda candidate: -candidate.by_words)
    parts = tuple(matches(asked, set(analyzer.query_terms(part))) for part in questions_in(question))
    return Evidence(
        tuple(counted),
        -math.inf,
        judge.weights,
        parts,
        topical,
        expected_answer(question),
        tuple(asked),
        place_in(question),
    )


class _Judge:
    """Judges pieces by words: what all the pieces of a question have in common, and the words of headings above."""

    def __init__(
        self, question: str, asked: Sequence[set[str]], weights: tuple[float, ...], analyzer: Analyzer
    ) -> None:
        self.weights = weights
        self._question = question
        self._asked = asked
        self._own_words = set().union(*asked)
        self._analyzer = analyzer
        self._expected = expected_answer(question)
        self._measures = measures_asked(question)
        self._place = place_in(question)
        self._above: dict[str, Words] = {}

    def candidate(self, place: tuple[Hit, Piece], held: set[str], inside: Words) -> Candidate:
        hit, piece = place
        row = match_row(piece, self._asked, self._analyzer) if piece.is_row and inside else NO_MATCH
        said = inside - (row.names - row.values)
        above = self._in_headings(hit, piece) | inside
        coverage = self._weight(said) + _HEADING_SHARE * self._weight(above - said)
        return Candidate(
            hit,
            piece,
            inside,
            coverage,
            fits_kind=holds(self._expected, piece.text, self._question),
            says_more=piece.is_row or sum(len(term) > 1 for term in held - self._own_words) >= _NEW_WORDS,
            has_measure=has_measure(self._measures, piece.text),
            at_place=_stands_at(self._place, hit, piece),
            row=row,
        )

    def _in_headings(self, hit: Hit, piece: Piece) -> Words:
        heading = "\n".join([*hit.heading_path[-2:], piece.header])
        if heading not in self._above:
            self._above[heading] = matches(self._asked, set(self._analyzer.terms(heading)))
        return self._above[heading]

    def _weight(self, words: Words) -> float:
        return sum(self.weights[i] for i in words)


def _stands_at(place: Place, hit: Hit, piece: Piece) -> bool:
    if place.page is not None and not (hit.page_from or 0) <= place.page <= (hit.page_to or hit.page_from or 0):
        return False
    if place.row is not None and (not piece.is_row or place.row != piece.data_row):
        return False
    return place != NOWHERE


def is_clear(evidence: Evidence, hits: Sequence[Hit]) -> bool:
    """Whether the best piece needs no second look: a sentence with half of what is asked, of the kind that is asked
    for, from a passage that two of three rankings (by meaning, by words, fused) put first.

    Of 181 questions 64 are so, and 61 of these have an answer; for 60 the passage with it is among the first four,
    which are as many as after the cross-encoder has read, and it grades 60 of the 61 enough.
    """
    best = next(iter(evidence.candidates), None)
    if best is None or best.piece.is_row or not best.fits_kind or best.coverage < CLEAR_COVERAGE:
        return False
    by_meaning = max(hits, key=lambda hit: hit.dense_score or 0.0)
    by_words = max(hits, key=lambda hit: hit.lexical_score or 0.0)
    return sum(first is best.hit for first in (hits[0], by_meaning, by_words)) >= CLEAR_RANKINGS


async def read(question: str, evidence: Evidence, hits: Sequence[Hit], scorer: PairScorer) -> Evidence:
    """The same evidence after the cross-encoder read the best pieces and passages. Raises DependencyUnavailable."""
    best, rest = evidence.candidates[:READ_PIECES], evidence.candidates[READ_PIECES:]
    passages = ["\n".join([*hit.heading_path[-2:], hit.text]) for hit in hits[:READ_PASSAGES]]
    logits, of_passages = await asyncio.gather(  # as long as the longer of them, where two cores are free
        scorer.score(question, [candidate.context for candidate in best]), scorer.score(question, passages)
    )
    scored = [replace(candidate, relevance=logit) for candidate, logit in zip(best, logits, strict=True)]
    ordered = sorted([*scored, *rest], key=lambda candidate: -candidate.score)
    return replace(evidence, candidates=tuple(ordered), passage_relevance=max(of_passages, default=-math.inf))


def _pieces_of(hit: Hit) -> list[Piece]:
    """A heading names its section and says nothing about it, so it is quoted only when there is nothing else."""
    found = readable(hit)
    return [piece for piece in found if piece.text not in hit.heading_path] or found


def _terms_of(piece: Piece, analyzer: Analyzer) -> set[str]:
    """A row's names and numbers say little of its language: it is read as a question is, in every likely one."""
    terms = set(analyzer.terms(piece.text))
    return terms | set(analyzer.query_terms(piece.text)) if piece.is_row else terms


def _asked_terms(question: str, analyzer: Analyzer) -> list[set[str]]:
    """The question's words, each as its possible terms: a word is stemmed in every language that it may be in, and such
    terms follow each other and begin alike."""
    asked: list[set[str]] = []
    for term in analyzer.query_terms(question):
        if asked and len(term) > 3 and any(term[:3] == other[:3] for other in asked[-1]):
            asked[-1].add(term)
        else:
            asked.append({term})
    return asked


def _weights(importance: Sequence[float], found: Sequence[Words]) -> tuple[float, ...]:
    """Inverse document frequency (BM25's) of each word among the candidates times its importance, summing to 1."""
    frequencies = [sum(i in inside for inside in found) for i in range(len(importance))]
    rarity = [math.log(1 + (len(found) - n + 0.5) / (n + 0.5)) for n in frequencies]
    raw = [rare * important for rare, important in zip(rarity, importance, strict=True)]
    total = sum(raw) or 1.0
    return tuple(weight / total for weight in raw)
