"""Where a question names columns and cells of a table."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from docqa.agent.computing.table import Table
from docqa.agent.computing.vocabulary import ASKING, ASKS, SAYS_NOTHING
from docqa.agent.computing.words import Token, tokens
from docqa.core.ports import Analyzer

_ALSO = {
    "price": "cost costs expensive cheap cheapest dearest",
    "cost": "price expensive cheap cheapest dearest",
    "preis": "kosten kostet teuer teuerste billigste",
    "salary": "earn earns earned wage",
    "age": "old oldest young youngest",
    "height": "tall tallest",
    "weight": "heavy heaviest light lightest weighs",
    "depth": "deep deepest shallow shallowest",
    "length": "longest shortest",
    "duration": "longest shortest",
}
"""What else a word of a column's name is asked by."""
_VERBS = frozenset("cost costs kosten kostet earn earns earned weighs".split())
"""Of those, what names the column by itself: an adjective ("expensive orders") may be a condition."""
_BEFORE_HEAD = frozenset("in of per for on by to at pro je".split())
_SHORT = 4
_LONGEST_VALUE = 12
"""Words of a cell that is looked for in a question."""


def also(name: str) -> str:
    """Other words for a column's name, "" if there are none."""
    return " ".join(_ALSO[token.word] for token in tokens(name) if token.word in _ALSO)


@dataclass(frozen=True)
class Mention:
    """A column (or a cell of it) that the tokens from `first` to before `end` name."""

    column: str
    first: int
    end: int
    value: str = ""
    full: bool = True
    """Whether the whole name stands there."""
    negated: bool = False
    """non-smokers"""


class Names:
    """The columns and cells of a table by what they are called."""

    def __init__(self, table: Table, analyzer: Analyzer) -> None:
        self._table = table
        self._analyzer = analyzer
        self._known: dict[str, frozenset[str]] = {}

    def stems(self, word: str) -> frozenset[str]:
        """The terms of a word, in whatever language it is taken to be, and itself; of "ex-smoker" only itself."""
        if word not in self._known:
            terms = {*self._analyzer.query_terms(word), *self._analyzer.terms(word)} if word.isalnum() else set()
            self._known[word] = frozenset({word, *terms})
        return self._known[word]

    def alike(self, word: str, other: str) -> bool:
        """Whether two words are forms of one; of short ones only the plural: "not" is no form of "notes"."""
        if min(len(word), len(other)) < _SHORT:
            return word in (other, f"{other}s") or other == f"{word}s"
        return bool(self.stems(word) & self.stems(other))

    def columns(self, said: Sequence[Token]) -> list[Mention]:
        """Columns that are named in full, or else by their main word alone, where no other has the same."""
        found = self._in_full(said)
        taken = {at for mention in found for at in range(mention.first, mention.end)}
        for at, token in enumerate(said):
            if at in taken:
                continue
            named = [column for column, head in self._heads.items() if self._names_head(token.word, head)]
            if len(named) == 1:
                found.append(Mention(named[0], at, at + 1, full=False))
        return sorted(self._longer(found, said), key=lambda mention: mention.first)

    def values(self, said: Sequence[Token]) -> list[Mention]:
        """Cells of text that stand in the question, the longest first; a name of two columns is one of each."""
        found: list[Mention] = []
        taken: set[int] = set()
        for length in range(min(_LONGEST_VALUE, len(said)), 0, -1):
            for first in range(len(said) - length + 1):
                span = range(first, first + length)
                if taken & set(span):
                    continue
                columns = self._cells.get(" ".join(token.word for token in said[first : first + length]), {})
                held = [
                    Mention(column, first, first + length, cell)
                    for column, cell in columns.items()
                    if len(cell) > 3 or cell == " ".join(token.raw for token in said[first : first + length])
                ]
                if held:
                    found += held
                    taken |= set(span)
        return found

    def is_of(self, column: str, word: str) -> bool:
        """Whether a word is one of a column's name."""
        return bool(word) and any(self.alike(word, other) for other in self._columns[column])

    def stands_in_cells(self, word: str) -> bool:
        """Whether a word is one of a cell of text that is no day."""
        return any(
            word in cell.split() for cell, columns in self._cells.items() if not columns.keys() <= self._table.dates
        )

    def _names_head(self, word: str, head: str) -> bool:
        other = _ALSO.get(head, "").split()
        return self.alike(word, head) or (word in other and word in _VERBS)

    def _in_full(self, said: Sequence[Token]) -> list[Mention]:
        found: list[Mention] = []
        for column, name in self._columns.items():
            for first in range(len(said) - len(name) + 1):
                here = [token.word for token in said[first : first + len(name)]]
                negated = len(here) == 1 and here[0].startswith("non-")
                here = [here[0].removeprefix("non-")] if negated else here
                if name and all(self.alike(one, other) for one, other in zip(here, name, strict=True)):
                    found.append(Mention(column, first, first + len(name), negated=negated))
        return [
            mention
            for mention in found
            if not any(
                other.first <= mention.first
                and mention.end <= other.end
                and other.end - other.first > mention.end - mention.first
                for other in found
            )
        ]

    def _longer(self, found: Iterable[Mention], said: Sequence[Token]) -> list[Mention]:
        """With the other words of a name that stand beside its main one: "price in crowns"."""
        grown: list[Mention] = []
        for mention in found:
            first, end, name = mention.first, mention.end, self._columns[mention.column]
            while not mention.full and first > 0 and any(self.alike(said[first - 1].word, word) for word in name):
                first -= 1
            while not mention.full and end < len(said) and any(self.alike(said[end].word, word) for word in name):
                end += 1
            grown.append(replace(mention, first=first, end=end))
        return grown

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        """The words of each column's name, without what stands in parentheses."""
        found = {}
        for column in self._table.columns:
            outside = re.sub(r"\([^)]*\)", " ", column) if not column.startswith("(") else column
            found[column] = [token.word for token in tokens(outside)] or [token.word for token in tokens(column)]
        return found

    @cached_property
    def _heads(self) -> dict[str, str]:
        """The word of each name that says what it is: "price" of "Unit price in crowns"."""
        found = {}
        for column, name in self._columns.items():
            stop = next((at for at, word in enumerate(name) if at and word in _BEFORE_HEAD), len(name))
            words = [word for word in name[:stop] if any(character.isalpha() for character in word)]
            if words:
                found[column] = words[-1]
        return found

    @cached_property
    def _cells(self) -> dict[str, dict[str, str]]:
        """Cells of text, without case and marks, each with the columns that hold it and how they write it."""
        found: dict[str, dict[str, str]] = {}
        for column in self._table.columns:
            if column not in self._table.numeric | self._table.truths:
                for cell in self._table.different(column):
                    found.setdefault(" ".join(token.word for token in tokens(cell)), {}).setdefault(column, cell)
        return {cell: columns for cell, columns in found.items() if not _is_of_questions(cell)}


def _is_of_questions(cell: str) -> bool:
    """Whether a cell has only words that questions are made of: "what is the", "average"."""
    return all(
        word in SAYS_NOTHING or word in ASKING or any(pattern.fullmatch(word) for pattern in ASKS.values())
        for word in cell.split()
        if len(cell) > 1
    )
