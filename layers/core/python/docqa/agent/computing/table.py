"""The rows of one table, and what its columns hold."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from docqa.agent.citing import row_of
from docqa.agent.evidence import Candidate
from docqa.agent.quotable import CELL_MARK, Piece
from docqa.agent.withheld import readable
from docqa.core.models import Hit
from docqa.core.values import Locale, has_digit, is_truth, iso_date, locale_of, number

_MOSTLY = 0.8
"""Share of a column's filled cells that have to be numbers (dates, durations) for it to be one of numbers."""
_FIRST = 400
"""Cells that tell a column of texts without reading the rest."""
_DURATION = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]\d)(?:[.,]\d+)?")
_UNIT = re.compile(r"(?P<before>[$€£¥]?)[^$€£¥%]*(?P<after>[€%]?)")
_TOTALS = ("total", "totals", "grand total", "sum", "gesamt", "gesamtsumme", "summe", "insgesamt", "suma")
_LISTED = re.compile(r"\s*[,;/&\n]\s*|\s+(?:and|und|et|y)\s+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_UNNAMED = "Row"
"""What the first column of a table is called that has no name."""
YEARS = range(1500, 2101)
_LABELS = frozenset("id no no. nr nr. # number rank place position bib week year code serial zip phone".split())
_SPACES = 4
_YES = frozenset("yes true y ja wahr oui vrai si sí 1".split())
_WORD = re.compile(r"[\w&%+.'\u2019-]*\w")


@dataclass(frozen=True)
class Table:
    """`cells`: column → value of each row, by its number from 1; a row of totals is not among them."""

    columns: tuple[str, ...]
    cells: Mapping[int, Mapping[str, str]]
    rows: Mapping[int, tuple[Hit, int]]
    """Where each row stands: its passage and the line of it."""
    name: str = ""
    """Words of its file's and its sheet's names."""
    totals: tuple[int, ...] = ()
    """Rows that only add up the others."""

    @classmethod
    def of(cls, hits: Sequence[Hit], among: Hit) -> "Table | None":
        """The one that a passage is of, from all passages of its document.

        None where rows are missing or do not fit the names of the columns, or there are no names.
        """
        found = _records(hits, among) if among.row_from is not None else _grid(hits, among)
        if found is None:
            return None
        cells = {row: line.cells for row, line in found.items()}
        columns = tuple(dict.fromkeys(name for row in cells.values() for name in row if name))
        name = f"{among.filename.rpartition('.')[0]} {among.sheet or ''}".replace("_", " ").replace("-", " ")
        whole = cls(columns, cells, {row: (line.hit, line.at) for row, line in found.items()}, name)
        totals = tuple(row for row in cells if whole.adds_up(row))
        kept = {row: values for row, values in cells.items() if row not in totals}
        return replace(whole, cells=kept, totals=totals) if columns and kept else None

    @cached_property
    def locale(self) -> Locale:
        return locale_of(value for row in self.cells.values() for value in row.values())

    @cached_property
    def key(self) -> str | None:
        """The first column, where it names every row and no two alike."""
        held = [value.casefold() for value in self.held(self.columns[0])]
        return self.columns[0] if len(set(held)) == len(held) == len(self.cells) else None

    @cached_property
    def numeric(self) -> frozenset[str]:
        """Columns of numbers or durations."""
        return frozenset(name for name in self.columns if self._mostly(name, self.as_number))

    @cached_property
    def dates(self) -> frozenset[str]:
        return frozenset(name for name in self.columns if self._mostly(name, self.as_date))

    @cached_property
    def truths(self) -> frozenset[str]:
        """Columns of yes and no."""
        return frozenset(name for name in self.columns if self._mostly(name, lambda cell: is_truth(cell) or None))

    def value(self, row: int, column: str) -> str:
        return self.cells[row].get(column, "").strip()

    def number(self, row: int, column: str) -> float | None:
        return self.as_number(self.value(row, column))

    def date(self, row: int, column: str) -> str | None:
        return self.as_date(self.value(row, column))

    def as_number(self, cell: str) -> float | None:
        """Of a duration, its seconds."""
        if match := _DURATION.fullmatch(cell):
            hours, minutes, seconds = match.groups()
            return 3600.0 * int(hours or 0) + 60.0 * int(minutes) + int(seconds)
        return number(cell, self.locale)

    def as_date(self, cell: str) -> str | None:
        """As YYYY-MM-DD."""
        return iso_date(cell, self.locale)

    def held(self, column: str) -> list[str]:
        """The filled cells of a column."""
        return self._held.get(column, [])

    def different(self, column: str) -> list[str]:
        """The filled cells of a column, each once, in order."""
        return self._different.get(column, [])

    def is_duration(self, column: str) -> bool:
        return column in self.numeric and any(_DURATION.fullmatch(value) for value in self.held(column))

    def unit(self, column: str) -> tuple[str, str]:
        """What stands before and after every number of a column: ("$", ""), ("", "%")."""
        found = {(match["before"], match["after"]) for value in self.held(column) if (match := _UNIT.fullmatch(value))}
        return found.pop() if len(found) == 1 else ("", "")

    def adds_up(self, row: int) -> bool:
        """Whether a row is the sum of the others: it says so, and where it says more, its numbers do as well."""
        named = next((value for name in self.columns if (value := self.value(row, name))), "").casefold().rstrip(":")
        if not named.startswith(_TOTALS):
            return False
        return named in _TOTALS or any(self._is_sum(row, column) for column in self.numeric)

    def is_year(self, column: str) -> bool:
        numbers = [self.as_number(value) for value in self.held(column)]
        return bool(numbers) and all(number is not None and number in YEARS for number in numbers)

    def is_label(self, column: str) -> bool:
        """Whether the numbers of a column tell rows apart and mean no amount: places, years, identifiers."""
        numbers = [number for value in self.held(column) if (number := self.as_number(value)) is not None]
        whole = all(number.is_integer() for number in numbers)
        in_turn = len(numbers) > 2 and numbers in (sorted(numbers), sorted(numbers, reverse=True))
        named = set(plain(column).split()) & _LABELS
        return (
            self.is_year(column) or (whole and bool(named)) or (whole and in_turn and len(set(numbers)) == len(numbers))
        )

    def is_short(self, column: str) -> bool:
        """Whether a column holds names and dates, not prose."""
        held = self.held(column)
        return bool(held) and sum(value.count(" ") for value in held) <= _SPACES * len(held)

    def lists(self, column: str, value: str) -> bool | None:
        """Whether a value also stands among others in a cell of its column ("France, Spain").

        None where that cannot be told: "Manchester" in "Manchester United" is another thing.
        """
        cells = {plain(cell): [plain(part) for part in _LISTED.split(cell)] for cell in self.different(column)}
        longer = {bare: parts for bare, parts in cells.items() if bare != value and f" {value} " in f" {bare} "}
        for bare, parts in longer.items():
            rest = " ".join(f" {bare} ".replace(f" {value} ", " ", 1).split())
            if value not in parts and rest not in cells:
                return None
        return bool(longer)

    def candidate(self, row: int) -> Candidate | None:
        """The row as it can be cited; None where it must not be shown."""
        hit, line = self.rows[row]
        piece = next((piece for piece in readable(hit) if piece.line == line), None)
        return None if piece is None else Candidate(hit, piece, frozenset(), 0.0, fits_kind=False)

    def _is_sum(self, row: int, column: str) -> bool:
        numbers = {other: number for other in self.cells if (number := self.number(other, column)) is not None}
        mine = numbers.pop(row, None)
        return mine is not None and len(numbers) > 1 and math.isclose(mine, math.fsum(numbers.values()), rel_tol=1e-4)

    @cached_property
    def _held(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name in self.columns}
        for row in self.cells.values():
            for name, value in row.items():
                if name in found and (bare := value.strip()):
                    found[name].append(bare)
        return found

    @cached_property
    def _different(self) -> dict[str, list[str]]:
        return {name: list(dict.fromkeys(values)) for name, values in self._held.items()}

    def _mostly(self, column: str, read: Callable[[str], object | None]) -> bool:
        filled = self.held(column)
        first = filled[:_FIRST]
        if not first or sum(read(cell) is not None for cell in first) < len(first) / 2:
            return False
        return sum(read(cell) is not None for cell in filled) >= _MOSTLY * len(filled)


def plain(text: str) -> str:
    """The words of a text, casefolded, one space between."""
    return " ".join(_WORD.findall(text.casefold()))


@dataclass(frozen=True)
class _Line:
    hit: Hit
    at: int
    cells: Mapping[str, str]


def _records(hits: Iterable[Hit], among: Hit) -> dict[int, _Line] | None:
    """The rows of a file, or of one table of a sheet, each of which names its columns."""
    lines: dict[int, str] = {}
    places: dict[int, tuple[Hit, int]] = {}
    for hit in hits:
        if hit.row_from is None or hit.sheet != among.sheet:
            continue
        for at, line in enumerate(hit.text.split("\n")):
            row = row_of(hit, at) or 0
            lines[row] = f"{lines[row]} {line}" if row in lines else line  # a long row goes on
            places.setdefault(row, (hit, at))
    if not lines or set(lines) != set(range(1, max(lines) + 1)):
        return None
    found = {row: _Line(*places[row], cells=dict(Piece(lines[row], 0, is_row=True).cells())) for row in sorted(lines)}
    return _of_one_table(found, among.row_from or 1)


def _of_one_table(rows: dict[int, _Line], row: int) -> dict[int, _Line]:
    """Those before and after a row that have columns in common with the one beside them."""
    first = last = row
    while first - 1 in rows and rows[first - 1].cells.keys() & rows[first].cells.keys():
        first -= 1
    while last + 1 in rows and rows[last + 1].cells.keys() & rows[last].cells.keys():
        last += 1
    return {number: line for number, line in rows.items() if first <= number <= last}


def _grid(hits: Sequence[Hit], among: Hit) -> dict[int, _Line] | None:
    """The rows of a table within a document, from the passages beside each other that begin with its header."""
    at = next((at for at, hit in enumerate(hits) if hit.chunk_id == among.chunk_id), None)
    header = _header(among)
    names = [name or _UNNAMED for name in _cells(header)]
    if at is None or len(set(names)) != len(names) or any(has_digit(name) and not _YEAR.search(name) for name in names):
        return None
    first, last = at, at
    while first > 0 and _header(hits[first - 1]) == header:
        first -= 1
    while last + 1 < len(hits) and _header(hits[last + 1]) == header:
        last += 1
    found: dict[int, _Line] = {}
    for hit in hits[first : last + 1]:
        lines = hit.text.split("\n")
        for place in range(lines.index(header) + 1, len(lines)):
            values = _cells(lines[place])
            if len(values) != len(names):
                return None
            found[len(found) + 1] = _Line(hit, place, dict(zip(names, values, strict=True)))
    return found or None


def _header(hit: Hit) -> str:
    """The first line of the table in a passage; "" without one."""
    return next((line for line in hit.text.split("\n") if CELL_MARK in line), "")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(CELL_MARK)]


def is_yes(cell: str) -> bool:
    """Whether a cell that says yes or no says yes."""
    return cell.casefold() in _YES
