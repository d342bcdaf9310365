"""How a delimited text is written: its delimiter, its quotes, and how they are escaped."""

import re
from dataclasses import dataclass
from typing import TypedDict

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")


class _Options(TypedDict):
    delimiter: str
    quotechar: str
    doublequote: bool
    escapechar: str | None
    skipinitialspace: bool
    strict: bool


@dataclass(frozen=True)
class Dialect:
    """`backslash`: quotes inside a quoted cell may be written as \\" as well as doubled."""

    delimiter: str = ","
    quote: str = '"'
    backslash: bool = False

    def options(self) -> _Options:
        """Keyword arguments for csv.reader, which then raises csv.Error where quotes do not match."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "doublequote": True,
            "escapechar": "\\" if self.backslash else None,
            "skipinitialspace": self.delimiter != " ",
            "strict": True,
        }


def loose_cells(line: str, dialect: Dialect) -> list[str]:
    """The cells of one line with quotes in the wrong places: one closes a cell only where the cell ends after it."""
    line = line.rstrip("\r\n")
    quote, delimiter = dialect.quote, dialect.delimiter
    closing = re.compile(rf"{re.escape(quote)} *(?:{re.escape(delimiter)}|$)")
    cells: list[str] = []
    at = 0
    while at <= len(line):
        start = at
        while line.startswith(" ", start):
            start += 1
        match = closing.search(line, start + 1) if line.startswith(quote, start) else None
        if match is None and line.startswith(quote, start):  # none closes: none of those after it does
            return [*cells, *line[at:].split(delimiter)]
        if match:
            cells.append(_unescaped(line[start + 1 : match.start()], dialect))
            ended = match.end() == len(line) and not match.group().endswith(delimiter)
            at = len(line) + 1 if ended else match.end()
        else:
            end = line.find(delimiter, at)
            end = len(line) if end < 0 else end
            cells.append(line[at:end])
            at = end + 1
    return cells


def _unescaped(inside: str, dialect: Dialect) -> str:
    if dialect.backslash:
        inside = inside.replace("\\" + dialect.quote, dialect.quote)
    return inside.replace(dialect.quote * 2, dialect.quote)
