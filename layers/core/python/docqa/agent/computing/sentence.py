"""The words of a question about a table, what they name there, and which of them are accounted for."""

import re

from docqa.agent.computing import vocabulary as say
from docqa.agent.computing.naming import Mention, Names
from docqa.agent.computing.table import Table
from docqa.agent.computing.words import Token, tokens


class Sentence:
    """`said`: its words, by whose places everything here goes. `values`, `columns`: the cells and columns they name."""

    def __init__(self, question: str, table: Table, names: Names, about: str) -> None:
        self.question = question
        self.table = table
        self.names = names
        self.said = tokens(question)
        self.values = names.values(self.said)
        self.columns = [column for column in names.columns(self.said) if not self._is_within_a_cell(column)]
        self._about = [token.word for token in tokens(about) if token.word.isalpha()]
        self._key = [token.word for token in tokens(table.key or "")]
        self._covered: set[int] = set()
        self._cover_file()

    def word(self, at: int) -> str:
        """Without case; "" beyond the ends."""
        return self.said[at].word if 0 <= at < len(self.said) else ""

    def places(self, *words: frozenset[str]) -> list[int]:
        """Where one of these words stands that is not accounted for yet."""
        wanted = frozenset[str]().union(*words)
        return [at for at, token in enumerate(self.said) if token.word in wanted and at not in self._covered]

    def inside(self, match: re.Match[str]) -> range:
        """The words that a pattern matched in the question."""
        found = [at for at, token in enumerate(self.said) if token.start < match.end() and match.start() < token.end]
        return range(found[0], found[-1] + 1) if found else range(0)

    def after(self, match: re.Match[str]) -> int:
        """The first word behind what a pattern matched."""
        return next((at for at, token in enumerate(self.said) if token.start >= match.end()), len(self.said))

    def column_at(self, first: int) -> Mention | None:
        """The column whose name begins there."""
        return next((mention for mention in self.columns if mention.first == first), None)

    def per_phrase(self, mention: Mention) -> int | None:
        """Where the "per", "by the", "for each" begins that stands before a column; None without one."""
        end = mention.first - (self.word(mention.first - 1) == "the")
        lengths = [
            len(words)
            for words in say.PER
            if all(self.word(end - len(words) + at) == word for at, word in enumerate(words))
        ]
        return end - max(lengths) if lengths else None

    def is_of_rows(self, word: str) -> bool:
        """Whether a word says what the rows are of: in a table of orders, "orders" singles out none."""
        return word in say.ROWS or any(self.names.alike(word, other) for other in [*self._key, *self._about])

    def is_ambiguous(self) -> bool:
        """Whether words are both a column and a cell, or both a column and what is computed."""
        spans = {(column.first, column.end) for column in self.columns if column.full}
        alone = {first for first, end in spans if end - first == 1}
        matches = (match for pattern in say.ASKS.values() for match in pattern.finditer(self.question))
        computed = {at for match in matches for at in self.inside(match)}
        return bool(alone & computed) or any((value.first, value.end) in spans for value in self.values)

    # -- accounting --------------------------------------------------------------------------------

    def cover(self, first: int, end: int) -> None:
        """Account for the words from `first` to before `end`."""
        self._covered.update(range(first, end))

    def cover_match(self, match: re.Match[str]) -> None:
        self._covered.update(self.inside(match))

    def cover_column(self, column: str) -> None:
        """Wherever it is named."""
        for mention in self.columns:
            if mention.column == column:
                self.cover(mention.first, mention.end)

    def is_covered(self, at: int) -> bool:
        return at in self._covered

    def left(self) -> list[str]:
        """Words that nothing accounts for."""
        return [
            token.raw
            for at, token in enumerate(self.said)
            if at not in self._covered and not _says_nothing(token, at) and not self.is_of_rows(token.word)
        ]

    def _cover_file(self) -> None:
        """ "In sales.csv"."""
        file = [token.word for token in tokens(self.table.file)]
        for first in range(len(self.said) - len(file) + 1):
            if file and [token.word for token in self.said[first : first + len(file)]] == file:
                self.cover(first, first + len(file))

    def _is_within_a_cell(self, column: Mention) -> bool:
        """Whether a column's name is part of a longer cell."""
        span = set(range(column.first, column.end))
        return any(span < set(range(value.first, value.end)) for value in self.values)


def _says_nothing(token: Token, at: int) -> bool:
    """A capital letter by itself says something: "ward A"."""
    return token.word in say.SAYS_NOTHING and (at == 0 or len(token.raw) > 1 or token.raw.islower())
