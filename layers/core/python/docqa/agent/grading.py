"""Do the passages hold the answer? And which pieces of them make it up?"""

import math

from docqa.agent.evidence import Candidate, Evidence

MAX_QUOTES = 3

# A logit of the cross-encoder: the mean of the best piece's and the best passage's. Measured on 149 questions over
# prose, slides and reports, the area under the curve of answerable against not was 0.84 (best piece alone 0.82).
ENOUGH = 2.0
WRONG_KIND_HANDICAP = 2.0
# Rows are no sentences and score low whatever they say: for them the words decide. In a CSV file rows are all there is.
ROW_COVERAGE = 0.28
RECORD_COVERAGE = 0.2

_WITHIN = 0.25
_SAME = 0.8


def is_answered(evidence: Evidence) -> bool:
    """Whether some piece answers the question, as far as rules can tell."""
    if strength(evidence) >= ENOUGH:
        return True
    best = evidence.candidates[:MAX_QUOTES]
    return any(
        candidate.coverage >= (ROW_COVERAGE if candidate.hit.row_from is None else RECORD_COVERAGE)
        for candidate in best
        if candidate.piece.is_row
    )


def strength(evidence: Evidence) -> float:
    """Mean logit of the best piece, less when it lacks the kind of thing that is asked for, and of the best passage."""
    logits = [
        candidate.relevance - (0.0 if candidate.fits_kind else WRONG_KIND_HANDICAP)
        for candidate in evidence.candidates
        if candidate.relevance is not None
    ]
    return (max(logits, default=-math.inf) + evidence.passage_relevance) / 2


def chosen(evidence: Evidence) -> list[Candidate]:
    """One to three pieces: the best, the best for each part of a compound question, and those near that add to it."""
    picked = list(evidence.candidates[:1])
    if len(evidence.parts) > 1:
        for part in evidence.parts:
            _add(picked, max(evidence.candidates, key=lambda candidate: _score_for(part, candidate, evidence)))
    for candidate in evidence.candidates:
        new = candidate.covered - frozenset().union(*[other.covered for other in picked])
        gain = sum(evidence.weights[i] for i in new)
        if candidate.score + gain >= picked[0].score - _WITHIN:
            _add(picked, candidate)
    return picked


def _add(picked: list[Candidate], candidate: Candidate) -> None:
    if len(picked) < MAX_QUOTES and not any(_repeats(candidate, other) for other in picked):
        picked.append(candidate)


def _score_for(part: frozenset[int], candidate: Candidate, evidence: Evidence) -> float:
    """The candidate's score as if only this part had been asked."""
    whole = sum(evidence.weights[i] for i in part)
    held = sum(evidence.weights[i] for i in part & candidate.covered)
    return candidate.score - candidate.coverage + (held / whole if whole else 0.0)


def _repeats(left: Candidate, right: Candidate) -> bool:
    """Whether two pieces say the same, as repeated headers, summaries and copies of a document do."""
    a, b = set(left.piece.text.casefold().split()), set(right.piece.text.casefold().split())
    return len(a & b) >= _SAME * min(len(a), len(b))
