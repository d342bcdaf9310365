"""Rows of a worksheet as a person sees them: numbers in their formats, strings looked up, what does not show marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.records import MAX_CELL_CHARS
from docqa.parsing.xlsx.rows import Row
from docqa.parsing.xlsx.strings import unescaped
from docqa.parsing.xlsx.styles import Style

_MAX_CACHED = 200_000
_TRUTH = {"1": "TRUE", "0": "FALSE", "true": "TRUE", "false": "FALSE"}
_MAX_COLUMN_SPAN = 16_384
_PLAIN = Style()
_EXACT_DIGITS = 15

Shown = tuple[int, str, Hidden | None]
"""Column from 0, text, why it does not show."""


@dataclass(slots=True)
class Line:
    """The filled cells of a row, in order. `number`: as in the margin of the sheet. `bold`: its first cell is."""

    number: int
    hidden: bool
    bold: bool
    cells: list[Shown]


@dataclass
class Rendering:
    """Turns rows into lines; counts what is to be told of them."""

    styles: Sequence[Style]
    strings: dict[int, str] = field(default_factory=dict)
    hidden_columns: frozenset[int] = frozenset()
    without_value: int = 0
    cut: int = 0
    _numbers: dict[tuple[int, str], str] = field(default_factory=dict)

    def add_strings(self, found: dict[int, str]) -> None:
        """Strings by number, from the workbook's table."""
        self.strings.update((number, self._tidy(text)) for number, text in found.items())

    def line(self, row: Row) -> Line:
        cells: list[Shown] = []
        hidden_columns, styles = self.hidden_columns, self.styles
        bold = False
        for column, style, type, value, formula in row.cells:
            if type == "s":
                text = self.strings.get(int(value), "") if value.isdecimal() else ""
            elif type == "n":
                text = self._numbers.get((style, value)) or self._number(style, value)
            else:
                text = self._other(type, value)
            if not text:
                self.without_value += formula and not value
                continue
            kind = styles[style] if style < len(styles) else _PLAIN
            if not cells:
                bold = kind.bold
            cells.append((column, text, Hidden.COLUMN if column in hidden_columns else kind.hidden))
        return Line(row.number, row.hidden, bold, cells)

    def _number(self, style: int, value: str) -> str:
        shown = self.styles[style].shown if style < len(self.styles) else _PLAIN.shown
        if shown is _PLAIN.shown and len(value) < _EXACT_DIGITS and value.isdecimal():
            text = value
        else:
            try:
                text = shown(float(value))
            except (ValueError, OverflowError):
                text = self._tidy(value)
        if len(self._numbers) < _MAX_CACHED:
            self._numbers[style, value] = text
        return text

    def _other(self, type: str, value: str) -> str:
        if type == "b":
            return _TRUTH.get(value, value)
        if type == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        return self._tidy(unescaped(value))

    def _tidy(self, text: str) -> str:
        if len(text) > MAX_CELL_CHARS:
            self.cut += 1
            text = text[:MAX_CELL_CHARS]
        return " ".join(text.split())


def wanted_strings(rows: Iterable[Row]) -> set[int]:
    """Numbers of the strings that rows point to."""
    return {int(value) for row in rows for _, _, type, value, _ in row.cells if type == "s" and value.isdecimal()}


def hidden_columns(columns: Iterable[Any]) -> frozenset[int]:
    """Columns from 0 that are hidden or have no width, from a sheet's column elements."""
    found: set[int] = set()
    for element in columns:
        first, last = element.get("min", ""), element.get("max", "")
        gone = element.get("hidden") in ("1", "true") or element.get("width") == "0"
        if gone and first.isdecimal() and last.isdecimal():
            found.update(range(int(first) - 1, min(int(last), _MAX_COLUMN_SPAN)))
    return frozenset(found)
