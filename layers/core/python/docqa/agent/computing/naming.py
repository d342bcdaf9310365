"""Which column of a table a text names."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from docqa.agent.computing.table import Table, plain
from docqa.agent.computing.vocabulary import QUOTED
from docqa.core.ports import Analyzer

_NAMED = 0.5
"""Share of the words of a column's name that name it."""
_ALSO = {
    "price": "cost costs expensive cheap cheapest dearest",
    "cost": "price expensive cheap cheapest dearest",
    "preis": "kosten kostet teuer teuerste billigste",
    "salary": "earn earns earned paid wage",
    "age": "old oldest young youngest",
    "height": "tall tallest",
    "weight": "heavy heaviest light lightest weighs",
    "depth": "deep deepest shallow shallowest",
    "length": "longest shortest",
    "duration": "longest shortest",
}
"""What else a word of a column's name is asked by."""


def also(name: str) -> str:
    """Other words for a column's name, "" if there are none."""
    return " ".join(_ALSO[word] for word in plain(name.replace("_", " ")).split() if word in _ALSO)


class Names:
    """The columns of a table by what they are called."""

    def __init__(self, table: Table, analyzer: Analyzer) -> None:
        self._table = table
        self._analyzer = analyzer

    def stems(self, text: str) -> set[str]:
        """The terms of a text, in whatever language it is taken to be."""
        return {*self._analyzer.query_terms(text), *self._analyzer.terms(text)}

    def words(self, column: str) -> list[set[str]]:
        """The terms of each word of a column's name that says something."""
        return self._words[column]

    def column(self, text: str, among: Iterable[str]) -> str | None:
        """The column that the text names; none where its name is repeated (Votes, Votes (5))."""
        column = next(iter(self.columns(text, among)), None)
        again = column is not None and any(other.startswith(f"{column} (") for other in self._table.columns)
        return None if again else column

    def columns(self, text: str, among: Iterable[str]) -> list[str]:
        """Those that the text names, the most fully named first."""
        said, bare = self.stems(text), f" {plain(text)} "
        quoted = {plain(match[1]) for match in QUOTED.finditer(text)}
        ranked: list[tuple[tuple[bool, bool, float, int, int], str]] = []
        for place, column in enumerate(among):
            words = self.words(column)
            inside = sum(bool(word & said) for word in words)
            share = inside / len(words) if words else 0.0
            whole = f" {plain(column.replace('_', ' '))} " in bare
            if share >= _NAMED or whole:
                ranked.append(((plain(column) in quoted, whole, share, inside, -place), column))
        return [column for _, column in sorted(ranked, reverse=True)]

    def in_full(self, text: str, among: Iterable[str]) -> list[str]:
        """Those of whose names the text has every word."""
        said = self.stems(text)
        return [name for name in among if self.words(name) and all(word & said for word in self.words(name))]

    @cached_property
    def _words(self) -> dict[str, list[set[str]]]:
        return {column: self._words_of(column) for column in self._table.columns}

    def _words_of(self, column: str) -> list[set[str]]:
        bare = column.replace("_", " ")
        said = set(self._analyzer.query_terms(bare))
        words: Sequence[str] = re.findall(r"\w+", bare)
        found = [self.stems(word) | self.stems(also(word)) for word in words if self.stems(word) & said]
        return found or [self.stems(word) for word in words]
