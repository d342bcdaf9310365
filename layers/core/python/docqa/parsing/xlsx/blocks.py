"""Blocks of one worksheet from its lines, range by range: heading, titles, names of columns, rows, notes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from docqa.core.errors import UnsafeFile
from docqa.core.models import Block, BlockKind, DocumentWarning, Hidden, Link, TableProfile
from docqa.core.noticed import hidden_text, warning
from docqa.core.profiles import table_profile
from docqa.parsing.records import SAMPLE_ROWS
from docqa.parsing.xlsx.lines import Line, Shown
from docqa.parsing.xlsx.tables import Course, Fill, Table, segments

MAX_CHARS = 100_000_000
"""Of a range's blocks. A string is stored once and may be shown by each of a million cells."""


@dataclass
class SheetBlocks:
    """Collects the blocks of a range of one sheet. `row`: number of the last row before it."""

    sheet: str
    hidden_sheet: bool
    course: Course
    hidden_columns: frozenset[int] = frozenset()
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    row: int = 0
    blocks: list[Block] = field(default_factory=list)
    profiles: list[TableProfile] = field(default_factory=list)
    _hidden: Counter[Hidden] = field(default_factory=Counter)
    _chars: int = 0
    _uneven: int = 0
    _rows: list[list[str]] = field(default_factory=list)
    """Of the table at hand, for its profile: cells of the columns that show."""

    _columns: list[int] = field(default_factory=list)

    def heading(self) -> None:
        self._add(BlockKind.HEADING, self.sheet, level=1)

    def lines(self, lines: Sequence[Line], *, goes_on: bool = False, one: bool = False) -> None:
        """Lines in order. `goes_on`: the first go on where the range before ended. `one`: gaps part no tables."""
        fill = Fill(self.course.merges)
        if self.course.table is not None:
            self._look_at_columns(self.course.table)
        for segment in [list(lines)] if one and lines else segments(lines):
            if not goes_on:
                before = self.course.table
                head = self.course.enter(next(segments(segment))[:SAMPLE_ROWS])
                if self.course.table is not before:
                    self._end_table(before)
                    self._open_table(segment[:head])
                segment = segment[head:]
            goes_on = False
            for line in segment:
                fill.line(line)
                self._text(line) if self.course.text or self.course.table is None else self._row(
                    line, self.course.table
                )
        self._end_table(self.course.table)

    def notes(self, texts: Iterable[str], boxes: Iterable[str]) -> None:
        """Comments on cells, then what stands in text boxes."""
        for text in texts:
            self._add(BlockKind.NOTE, text)
        for text in boxes:
            self._add(BlockKind.PARAGRAPH, text)

    def noticed(self) -> list[DocumentWarning]:
        """Everything that is to be told of the sheet so far."""
        uneven = [warning("uneven_rows", count=self._uneven)] if self._uneven else []
        return [*uneven, *(hidden_text(reason, count=count) for reason, count in self._hidden.items())]

    # -- tables ------------------------------------------------------------------------------------

    def _open_table(self, head: Sequence[Line]) -> None:
        table = self.course.table
        if table is None:
            return
        titles = head[: len(table.shape.titles)]
        for line in titles:
            self._text(line)
        for line in head[len(titles) :]:
            self._concealed([cell for cell in line.cells if cell[2] not in (None, Hidden.COLUMN)])
        self._look_at_columns(table)
        if self._columns:
            self._add(BlockKind.PARAGRAPH, f"Columns: {', '.join(self._names(table))}.")

    def _end_table(self, table: Table | None) -> None:
        if table is not None and self._rows and not self.hidden_sheet:
            locale, number = table.shape.locale, table.number
            self.profiles.append(table_profile(self._names(table), self._rows, locale, sheet=self.sheet, table=number))
        self._rows = []

    def _look_at_columns(self, table: Table) -> None:
        """Which of a table's columns show something."""
        columns = [table.left + place for place in table.shape.used]
        self._columns = [column for column in columns if column not in self.hidden_columns]

    def _names(self, table: Table) -> list[str]:
        return [table.shape.names[column - table.left] for column in self._columns]

    def _row(self, line: Line, table: Table) -> None:
        self.row += 1
        cells = [(column, text) for column, text, hidden in line.cells if hidden is None]
        if cells:
            self._add_row(cells, table, Hidden.ROW if line.hidden else None, self._links_of(line.number, cells))
            self._uneven += cells[-1][0] > table.right or cells[0][0] < table.left
            if not line.hidden:
                here = dict(cells)
                self._rows.append([here.get(column, "") for column in self._columns])
        if len(cells) < len(line.cells):
            for reason, some in _by_reason(line.cells):
                self._add_row(some, table, reason)

    def _add_row(
        self,
        cells: Sequence[tuple[int, str]],
        table: Table,
        hidden: Hidden | None,
        links: Mapping[int, str] | None = None,
    ) -> None:
        labels = table.labels
        parts = [(labels.get(column) or f"column {column - table.left + 1}: ") + text for column, text in cells]
        placed: list[Link] = []
        at = 0
        for (column, text), part in zip(cells, parts, strict=True) if links else ():
            if links and column in links:
                placed.append(Link(start=at + len(part) - len(text), end=at + len(part), url=links[column]))
            at += len(part) + 2
        self._add(BlockKind.ROW, "; ".join(parts), hidden=hidden, row=self.row, links=tuple(placed))

    def _links_of(self, row: int, cells: Sequence[tuple[int, str]]) -> dict[int, str] | None:
        if not self.links:
            return None
        return {column: self.links[row, column] for column, _ in cells if (row, column) in self.links}

    def _text(self, line: Line) -> None:
        """A line that is no row: a title or a note."""
        text = " ".join(text for _, text, hidden in line.cells if hidden is None)
        if text:
            self._add(BlockKind.PARAGRAPH, text, hidden=Hidden.ROW if line.hidden else None)
        self._concealed(line.cells)

    def _concealed(self, cells: Sequence[Shown]) -> None:
        for reason, some in _by_reason(cells):
            self._add(BlockKind.PARAGRAPH, " ".join(text for _, text in some), hidden=reason)

    def _add(self, kind: BlockKind, text: str, *, hidden: Hidden | None = None, **fields: Any) -> None:
        hidden = Hidden.SHEET if self.hidden_sheet else hidden
        if hidden is not None:
            self._hidden[hidden] += 1
        self._chars += len(text)
        if self._chars > MAX_CHARS:
            raise UnsafeFile("The workbook shows far more text than the file's size and was not read.")
        self.blocks.append(Block(kind=kind, text=text, sheet=self.sheet, hidden=hidden, **fields))


def _by_reason(cells: Sequence[Shown]) -> list[tuple[Hidden, list[tuple[int, str]]]]:
    """Columns and texts of the cells that do not show, by why."""
    found: dict[Hidden, list[tuple[int, str]]] = {}
    for column, text, hidden in cells:
        if hidden is not None:
            found.setdefault(hidden, []).append((column, text))
    return list(found.items())
