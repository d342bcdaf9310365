"""The rows of one table, and what its columns hold."""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from docqa.agent.citing import row_of
from docqa.agent.computing.words import bare, tokens
from docqa.agent.evidence import Candidate
from docqa.agent.quotable import CELL_MARK, Piece
from docqa.agent.withheld import readable
from docqa.core.models import Hit
from docqa.core.values import Locale, has_digit, is_truth, iso_date, locale_of, number

_MOSTLY = 0.8
"""Share of a column's filled cells that have to be numbers (dates, durations) for it to be one of numbers."""
_FIRST = 400
"""Cells that tell a column of texts without reading the rest."""
_DURATION = re.compile(r"(\d{1,6}):([0-5]\d):([0-5]\d(?:[.,]\d{1,9})?)")
"""Of two parts it may be hours and minutes as well as minutes and seconds: such a column is one of text."""
_UNIT = re.compile(r"(?P<before>[$€£¥]?)[^$€£¥%]*(?P<after>[€%]?)")
_SUMMARIES = frozenset(
    "total totals sum average mean median minimum maximum gesamt gesamtsumme summe insgesamt durchschnitt mittelwert"
    " somme moyenne suma promedio".split()
) | {"grand total", "total general", "total général", "sub total", "sub-total"}
_SUBTOTALS = ("subtotal ", "sub-total ", "sub total ", "grand total ", "zwischensumme")
_TOTAL_OF = re.compile(r"(?:total|sum|gesamt|summe)(?: of| for|:)? (?=.)")
_LISTED = re.compile(r"\s*[,;/&\n]\s*|\s+(?:and|und|et|y)\s+")
_PART = re.compile(r"(?:total|sum|net|gross|subtotal|gesamt|summe|netto|brutto)\b(?=.)", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_UNNAMED = "Row"
"""What the first column of a table is called that has no name."""
_FOUR_DIGITS = re.compile(r"(?:1[5-9]|20)\d\d")
_LABELS = frozenset("id no nr # number rank place position bib week year code serial zip phone".split())


@dataclass(frozen=True)
class Table:
    """`cells`: column → value of each row, by its number from 1; a row of totals is not among them."""

    columns: tuple[str, ...]
    cells: Mapping[int, Mapping[str, str]]
    rows: Mapping[int, tuple[Hit, int]]
    """Where each row stands: its passage and the line of it."""
    name: str = ""
    """Words of its file's and its sheet's names."""
    file: str = ""
    """Its file's name as it is."""
    totals: tuple[int, ...] = ()
    """Rows that only add up the others."""

    @classmethod
    def of(cls, hits: Sequence[Hit], among: Hit) -> "Table | None":
        """The one that a passage is of, from all passages of its document.

        None where rows are missing or do not fit the names of the columns, or there are no names.
        """
        found = _records(hits, among) if among.row_from is not None else _grid(hits, among)
        if not found:
            return None
        cells = {row: line.cells for row, line in found.items()}
        columns = tuple(dict.fromkeys(name for row in cells.values() for name in row if name))
        name = f"{among.filename.rpartition('.')[0]} {among.sheet or ''}".replace("_", " ").replace("-", " ")
        whole = cls(columns, cells, {row: (line.hit, line.at) for row, line in found.items()}, name, among.filename)
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
        """Columns of numbers, or of durations; not of both."""
        return frozenset(
            name
            for name in self.columns
            if self._mostly(name, self.as_number)
            and len({_DURATION.fullmatch(value) is None for value in self.different(name) if self.as_number(value)}) < 2
        )

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
            return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds.replace(",", "."))
        return number(cell, self.locale)

    def written(self, said: str) -> str | None:
        """A number of a question as the table would write it; None where it could be one or the other."""
        digits = said.rstrip(".,")
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
            digits = digits.replace(",", "")
        elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", digits):
            if not self.locale.decimal_comma:
                return None
            digits = digits.replace(".", "").replace(",", ".")
        elif re.fullmatch(r"\d+,\d+", digits):
            digits = digits.replace(",", ".")
        if not re.fullmatch(r"\d+(?:\.\d+)?", digits):
            return None
        return digits.replace(".", ",") if self.locale.decimal_comma else digits

    def spelled(self, number: float) -> str:
        """A number without marks between its digits."""
        text = f"{number:.15g}"
        return text.replace(".", ",") if self.locale.decimal_comma else text

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
        """Whether a row only says something of others: their sum, a part of it, their average."""
        named = next((name for name in self.columns if name not in self.numeric and self.value(row, name)), "")
        said = self.value(row, named).casefold().rstrip(":")
        if said in _SUMMARIES or said.startswith(_SUBTOTALS):
            return True
        begins = _TOTAL_OF.match(said)
        return begins is not None and (said[begins.end() :] in self._names_of_others or self._is_sum(row))

    def is_year(self, column: str) -> bool:
        """Whether a column holds years: whole numbers of four digits, under a name that says so or nothing else."""
        return bool(self.held(column)) and all(_FOUR_DIGITS.fullmatch(value) for value in self.different(column))

    def is_label(self, column: str) -> bool:
        """Whether the numbers of a column tell rows apart and mean no amount: places, years, identifiers."""
        numbers = [number for value in self.held(column) if (number := self.as_number(value)) is not None]
        if not all(number.is_integer() for number in numbers):
            return False
        in_turn = len(numbers) > 2 and {abs(b - a) for a, b in itertools.pairwise(numbers)} == {1.0}
        return self.is_year(column) or in_turn or bool({token.word for token in tokens(column)} & _LABELS)

    def lists(self, column: str, value: str) -> bool | None:
        """Whether a value also stands among others in a cell of its column ("France, Spain").

        None where that cannot be told: "Manchester" in "Manchester United" is another thing.
        """
        value = bare(value)
        cells = self._parted(column)
        longer = {whole: parts for whole, parts in cells.items() if whole != value and f" {value} " in f" {whole} "}
        for whole, parts in longer.items():
            rest = " ".join(f" {whole} ".replace(f" {value} ", " ", 1).split())
            if value not in parts and rest not in cells:
                return None
        return bool(longer)

    def candidate(self, row: int) -> Candidate | None:
        """The row as it can be cited; None where it must not be shown."""
        hit, line = self.rows[row]
        piece = next((piece for piece in readable(hit) if piece.line == line), None)
        return None if piece is None else Candidate(hit, piece, frozenset(), 0.0, fits_kind=False)

    @cached_property
    def _names_of_others(self) -> set[str]:
        return {value.casefold() for name in self.columns if name not in self.numeric for value in self.different(name)}

    def _is_sum(self, row: int) -> bool:
        """Whether some number of a row is the sum of all others of its column."""
        for column, (whole, count) in self._sums.items():
            mine = self.number(row, column)
            if mine and count > 2 and math.isclose(mine, whole - mine, rel_tol=1e-4):
                return True
        return False

    @cached_property
    def _sums(self) -> dict[str, tuple[float, int]]:
        found = {}
        for column in self.numeric:
            numbers = [number for value in self.held(column) if (number := self.as_number(value)) is not None]
            found[column] = sum(numbers), len(numbers)  # not exactly: a column of huge numbers has no rows of sums
        return found

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

    def _parted(self, column: str) -> dict[str, list[str]]:
        return self._parts.setdefault(
            column, {bare(cell): [bare(part) for part in _LISTED.split(cell)] for cell in self.different(column)}
        )

    @cached_property
    def _parts(self) -> dict[str, dict[str, list[str]]]:
        return {}

    def _mostly(self, column: str, read: Callable[[str], object | None]) -> bool:
        filled = self.held(column)
        first = filled[:_FIRST]
        if not first or sum(read(cell) is not None for cell in first) < len(first) / 2:
            return False
        return sum(read(cell) is not None for cell in filled) >= _MOSTLY * len(filled)


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
    cells = {row: Piece(lines[row], 0, is_row=True).cells() for row in sorted(lines)}
    if any(len(dict(parts)) < len(parts) for parts in cells.values()):
        return None  # a cell that looks like a column must not stand for one
    found = {row: _Line(*places[row], cells=dict(parts)) for row, parts in cells.items()}
    return _of_one_table(found, among.row_from or 1)


def _of_one_table(rows: dict[int, _Line], row: int) -> dict[int, _Line]:
    """Those before and after a row that have columns in common with the one beside them."""
    if row not in rows:  # of another version, just replaced
        return {}
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
    plain = all(not has_digit(name) or _YEAR.search(name) for name in names)
    if at is None or not header or not plain or len(set(names)) != len(names):
        return None
    first, last = at, at
    while first > 0 and _is_same(hits[first - 1], among):
        first -= 1
    while last + 1 < len(hits) and _is_same(hits[last + 1], among):
        last += 1
    found: dict[int, _Line] = {}
    for hit in hits[first : last + 1]:
        lines = hit.text.split("\n")
        for place in range(lines.index(header) + 1, len(lines)):
            values = _cells(lines[place])
            if len(values) != len(names) or _PART.match(values[0]):
                return None  # of a report, whose columns hold sums of their own
            found[len(found) + 1] = _Line(hit, place, dict(zip(names, values, strict=True)))
    return found or None


def _is_same(hit: Hit, among: Hit) -> bool:
    """Whether a passage is of the same table: below the same headings, under the same header."""
    return hit.heading_path == among.heading_path and _header(hit) == _header(among)


def _header(hit: Hit) -> str:
    """The first line of the table in a passage; "" without one."""
    return next((line for line in hit.text.split("\n") if CELL_MARK in line), "")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(CELL_MARK)]
