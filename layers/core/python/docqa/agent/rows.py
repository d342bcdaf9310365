"""What a table row or CSV record says to a question: by its values, not by the names of its columns.

In a file of stock, every row holds the words "name" and "ship" and a third of them the same ship: neither singles out a
row. A row speaks for itself when a value of it is named in the question and few other rows have the same.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docqa.agent.quotable import Piece
from docqa.core.ports import Analyzer

Words = frozenset[int]
"""Indexes of words of a question."""

_SMALL_NUMBER = re.compile(r"\d{1,2}")


@dataclass(frozen=True)
class RowMatch:
    """The question's words in a row: in its values, in the names of its columns, and those of values that it names in
    full ("Aurora", not a part of "Aurora Borealis"). `by_key`: the first value is one of these."""

    values: Words = frozenset()
    names: Words = frozenset()
    whole: Words = frozenset()
    by_key: bool = False


NO_MATCH = RowMatch()


def match_row(piece: Piece, asked: Sequence[set[str]], analyzer: Analyzer) -> RowMatch:
    """Matches a row with the question's words, each given as its possible terms."""
    row = piece.cells()
    known = set().union(*asked)
    whole: Words = frozenset()
    values: Words = frozenset()
    by_key = False
    for column, (_, value) in enumerate(row):
        held = set(analyzer.terms(value))
        inside = matches(asked, held)
        values |= inside
        if held and held <= known and not _SMALL_NUMBER.fullmatch(value):
            whole |= inside
            by_key |= column == 0
    names = matches(asked, set(analyzer.terms(" ".join(name for name, _ in row))))
    return RowMatch(values, names, whole, by_key)


def matches(asked: Sequence[set[str]], terms: set[str]) -> Words:
    """The question's words that stand among the terms."""
    return frozenset(i for i, variants in enumerate(asked) if variants & terms)


def rows_alike(match: RowMatch, others: Iterable[RowMatch]) -> int:
    """How many of the rows hold in their values all that this one does."""
    return sum(other.values >= match.values for other in others)
