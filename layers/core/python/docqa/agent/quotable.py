"""Cuts a passage into the pieces that can be quoted: sentences, list items and table rows, each word for word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docqa.core.models import Hit
from docqa.core.text import sentence_spans

MAX_SENTENCE = 350
"""Characters of the longest quote that still reads as one piece of evidence."""
MAX_ROW = 700

CELL_MARK = " | "
_CLAUSE_END = re.compile(r"[;:,،؛，；、]\s*|\s[–—]\s")
_BAR = re.compile(r"\s*\|\s*")
_RECORD_CELL = re.compile(r";\s+(?=[^;:]{1,80}:\s)")
_RECORD = re.compile(r"[^:\n]{1,200}: ")
_CELL_END = re.compile(r";\s|\s\|\s")
_WORD_END = re.compile(r"\s+")


@dataclass(frozen=True)
class Piece:
    """`text` stands in the passage as it is. `line` counts the passage's lines from 0.

    A row is a line of a table or of a CSV file; `header` is the first line of its table, "" for the header itself and
    for CSV records, which name their columns.
    """

    text: str
    line: int
    is_row: bool = False
    header: str = ""
    data_row: int = 0
    """Counts the rows below the header of a table from 1; 0 for anything else."""

    def in_context(self) -> str:
        """The row with the names of its columns, as a CSV record has them; anything else as it is."""
        named = self.cells()
        if not self.header or not any(name for name, _ in named):
            return self.text
        return "; ".join(f"{name}: {value}" if name else value for name, value in named)

    def cells(self) -> list[tuple[str, str]]:
        """Name and value of each cell of a row; the name is "" where the table has no header that fits."""
        if self.header or CELL_MARK in self.text:
            names, values = _BAR.split(self.header), _BAR.split(self.text)
            if len(names) != len(values):
                names = [""] * len(values)
            return list(zip(names, values, strict=True))
        parted = [cell.partition(": ") for cell in _RECORD_CELL.split(self.text)]
        return [(name, value) if colon else ("", name) for name, colon, value in parted]


def holds_rows(hit: Hit) -> bool:
    """Whether the lines of a passage are rows of a table; a record of JSON Lines may be prose."""
    return hit.row_from is not None and (hit.row_from != hit.row_to or bool(_RECORD.match(hit.text)))


def pieces(passage: str, *, is_csv: bool) -> list[Piece]:
    """What can be quoted from a passage, in order. `is_csv`: every line is a record."""
    found: list[Piece] = []
    header, below = "", 0
    for number, line in enumerate(passage.split("\n")):
        is_table = CELL_MARK in line and not is_csv
        if is_table:
            found += [Piece(text, number, True, header, below) for text in _parts(line, MAX_ROW, _CELL_END)]
        elif is_csv:
            found += [Piece(text, number, is_row=True) for text in _parts(line, MAX_ROW, _CELL_END)]
        else:
            found += [Piece(text, number) for text in _sentences(line)]
        header, below = (header or line.strip(), below + 1) if is_table else ("", 0)
    return [piece for piece in found if any(character.isalnum() for character in piece.text)]


def _sentences(line: str) -> Iterator[str]:
    for start, end in sentence_spans(line):
        yield from _parts(line[start:end], MAX_SENTENCE, _CLAUSE_END)


def _parts(text: str, limit: int, ends: re.Pattern[str]) -> Iterator[str]:
    """The text, cut at the last of `ends` (or between words, or anywhere) before each `limit` characters."""
    rest = text.strip()
    while len(rest) > limit:
        cut = _last_end(rest, limit, ends) or _last_end(rest, limit, _WORD_END) or limit
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
    if rest:
        yield rest


def _last_end(text: str, limit: int, ends: re.Pattern[str]) -> int | None:
    """End of the last match within the limit that leaves no tiny piece before it."""
    return max((match.end() for match in ends.finditer(text, limit // 3, limit)), default=None)
