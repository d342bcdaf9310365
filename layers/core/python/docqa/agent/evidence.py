"""Which pieces of the retrieved passages answer the question, and whether any of them does.

A piece is first judged by words: the share of the question's words that it holds, each weighted by how rare it is among
the candidates; how well its passage was found; whether it holds the kind of thing that is asked for. The best of these
are read by the cross-encoder together with the best passages. On 152 questions with a known answer the right piece came
first for 97 and among three for 106 this way; by words alone 82 and 103, by the cosine of embedded sentences 62 and 85.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from docqa.agent.expected import expected_answer, holds, questions_in
from docqa.agent.quotable import Piece, pieces
from docqa.core.models import Hit
from docqa.core.ports import Analyzer, PairScorer

READ_PIECES = 10
READ_PASSAGES = 2
"""What the cross-encoder reads: about 12 ms for a piece, 45 ms for a passage, on one thread. More was no better."""

_HIT_WEIGHT = 0.3
_KIND_WEIGHT = 0.2
_RELEVANCE_WEIGHT = 0.1
_NOTHING_NEW = 0.4
_NEW_WORDS = 2
_HEADING_SHARE = 0.6
"""What a question's word is worth when it stands only in the heading above the piece, or in its table's header."""

_ABOUT_DOCUMENTS = """caption chart column deck describe document figure list listed mention name page paper paragraph
report row say section sentence slide table text value
abschnitt dokument folie seite spalte tabelle zeile tableau ligne colonne tabla fila columna"""
_ABOUT_DOCUMENTS_SHARE = 0.2
"""Such words ask where to look, and seldom stand in what is looked for."""


@dataclass(frozen=True)
class Candidate:
    """A piece that may answer. `coverage` is 0..1; `relevance` the cross-encoder's logit, None when it was not read."""

    hit: Hit
    piece: Piece
    covered: frozenset[int]
    coverage: float
    fits_kind: bool
    says_more: bool = True
    """Whether it holds words beside the question's: a running title repeats them and answers nothing."""
    relevance: float | None = None

    @property
    def by_words(self) -> float:
        nothing_new = 0.0 if self.says_more else _NOTHING_NEW
        return self.coverage + _HIT_WEIGHT * self.hit.score + _KIND_WEIGHT * self.fits_kind - nothing_new

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
    parts: tuple[frozenset[int], ...] = ()
    """The words of each question in a compound one ("who wrote it, and when was it printed?"); one part otherwise."""


def gather(question: str, hits: Sequence[Hit], analyzer: Analyzer) -> Evidence:
    """Every piece of the passages, judged by words alone."""
    asked = _asked_terms(question, analyzer)
    expected = expected_answer(question)
    quotable = [(hit, piece) for hit in hits for piece in _pieces_of(hit)]
    terms = [set(analyzer.terms(piece.text)) for _, piece in quotable]
    found = [_matches(asked, held) for held in terms]
    aside = set(analyzer.query_terms(_ABOUT_DOCUMENTS))
    importance = [_ABOUT_DOCUMENTS_SHARE if variants & aside else 1.0 for variants in asked]
    weights = _weights(importance, found)
    own_words = set().union(*asked)
    above: dict[str, frozenset[int]] = {}
    candidates = []
    for (hit, piece), held, inside in zip(quotable, terms, found, strict=True):
        heading = "\n".join([*hit.heading_path[-2:], piece.header])
        if heading not in above:
            above[heading] = _matches(asked, set(analyzer.terms(heading)))
        coverage = sum(weights[i] for i in inside) + _HEADING_SHARE * sum(weights[i] for i in above[heading] - inside)
        more = piece.is_row or sum(len(term) > 1 for term in held - own_words) >= _NEW_WORDS
        candidates.append(Candidate(hit, piece, inside, coverage, holds(expected, piece.text, question), more))
    candidates.sort(key=lambda candidate: -candidate.by_words)
    parts = tuple(_matches(asked, set(analyzer.query_terms(part))) for part in questions_in(question))
    return Evidence(tuple(candidates), -math.inf, weights, parts)


async def read(question: str, evidence: Evidence, hits: Sequence[Hit], scorer: PairScorer) -> Evidence:
    """The same evidence after the cross-encoder read the best pieces and passages. Raises DependencyUnavailable."""
    best, rest = evidence.candidates[:READ_PIECES], evidence.candidates[READ_PIECES:]
    passages = ["\n".join([*hit.heading_path[-2:], hit.text]) for hit in hits[:READ_PASSAGES]]
    logits = await scorer.score(question, [*[candidate.context for candidate in best], *passages])
    scored = [replace(candidate, relevance=logit) for candidate, logit in zip(best, logits, strict=False)]
    ordered = sorted([*scored, *rest], key=lambda candidate: -candidate.score)
    return replace(evidence, candidates=tuple(ordered), passage_relevance=max(logits[len(best) :], default=-math.inf))


def _pieces_of(hit: Hit) -> list[Piece]:
    """A heading names its section and says nothing about it, so it is quoted only when there is nothing else."""
    found = pieces(hit.text, is_csv=hit.row_from is not None)
    return [piece for piece in found if piece.text not in hit.heading_path] or found


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


def _matches(asked: Sequence[set[str]], terms: set[str]) -> frozenset[int]:
    return frozenset(i for i, variants in enumerate(asked) if variants & terms)


def _weights(importance: Sequence[float], found: Sequence[frozenset[int]]) -> tuple[float, ...]:
    """Inverse document frequency (BM25's) of each word among the candidates times its importance, summing to 1."""
    frequencies = [sum(i in inside for inside in found) for i in range(len(importance))]
    rarity = [math.log(1 + (len(found) - n + 0.5) / (n + 0.5)) for n in frequencies]
    raw = [rare * important for rare, important in zip(rarity, importance, strict=True)]
    total = sum(raw) or 1.0
    return tuple(weight / total for weight in raw)
