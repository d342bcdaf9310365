"""XLSX: each sheet's name as a heading, then its tables as CSV's are read: one ROW block a row, "column: value; …".

Sheets are read as streams. Small sheets that follow each other are read together; a large one is read in ranges, each
from the byte where its first row begins, with the header of the table that it stands in.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from docqa.core.models import Block, DocumentPlan, DocumentWarning, Format, PageRange, ParsedRange, TableProfile
from docqa.core.noticed import combined, warning
from docqa.parsing.boundary import reading
from docqa.parsing.office.metadata import metadata
from docqa.parsing.office.package import opened
from docqa.parsing.records import MAX_CELL_CHARS, SAMPLE_ROWS, without_collection
from docqa.parsing.xlsx.blocks import SheetBlocks
from docqa.parsing.xlsx.lines import Rendering
from docqa.parsing.xlsx.plan import Part, planned
from docqa.parsing.xlsx.rows import Row, SheetStream
from docqa.parsing.xlsx.sheet import filled, link_elements, look_up, merges_of, opened_sheet, rendering
from docqa.parsing.xlsx.tables import Course
from docqa.parsing.xlsx.workbook import Sheet, Workbook, open_workbook


class XlsxParser:
    """Parser of Excel workbooks; see the module."""

    format: ClassVar[Format] = Format.XLSX
    version: ClassVar[str] = "xlsx-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Ranges of rows over all sheets. Raises CorruptFile, NoText, PasswordProtected, TooManyPages, UnsafeFile."""
        with reading("XLSX"), opened(path) as package:
            workbook = open_workbook(package)
            ranges = planned(workbook)
            workbook.notice_unread()
            found = metadata(package)
            return DocumentPlan(page_count=None, ranges=ranges, metadata=found, warnings=combined(package.noticed))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, UnsafeFile."""
        with reading("XLSX"), without_collection(), opened(path) as package:
            workbook = open_workbook(package)
            read = _Range(workbook)
            part = Part.of(pages)
            for sheet in range(part.sheet, min(part.last_sheet + 1, len(workbook.sheets))):
                read.sheet(sheet, part, offset=pages.offset, rows=pages.last - pages.first + 1)
            return ParsedRange(
                index=pages.index,
                blocks=tuple(read.blocks),
                warnings=combined([*read.warnings, *package.noticed]),
                profiles=tuple(read.profiles),
            )


class _Range:
    """What one range of a workbook gives."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self.blocks: list[Block] = []
        self.profiles: list[TableProfile] = []
        self.warnings: list[DocumentWarning] = []

    def sheet(self, place: int, part: Part, *, offset: int | None, rows: int) -> None:
        """All of a sheet, or `rows` rows of it from byte `offset` on."""
        workbook, sheet = self._workbook, self._workbook.sheets[place]
        with opened_sheet(workbook, sheet) as stream:
            render, above = rendering(workbook, stream), rendering(workbook, stream)
            head = _rows(stream, above, start=part.table, until=offset, count=SAMPLE_ROWS) if part.table else []
            read = _rows(stream, render, start=offset, count=rows if offset else None)
            tail = stream.tail(part.tail or None) if part.tail or offset is None else b""
            found = SheetBlocks(
                sheet.name,
                sheet.hidden,
                Course(merges_of(stream, tail), workbook.table_heads(sheet)),
                render.hidden_columns,
                workbook.links(sheet, link_elements(stream, tail)),
                part.rows,
            )
        look_up(workbook, [*head, *read], render, above)
        if part.table:
            found.course.begin([above.line(row) for row in _without_gap(head)], part.number)
            found.course.text = part.text
        notes = list(_notes(workbook, sheet)) if part.ends else []
        boxes = workbook.texts(sheet) if part.ends else []
        if part.starts and (read or notes or boxes):
            found.heading()
        found.lines([render.line(row) for row in read], goes_on=part.goes_on, one=part.one)
        found.notes(notes, boxes)
        self.blocks += found.blocks
        self.profiles += found.profiles
        self.warnings += [*found.noticed(), *_noticed(render)]


def _rows(
    stream: SheetStream, render: Rendering, *, start: int | None, until: int | None = None, count: int | None = None
) -> list[Row]:
    """Rows with a value, from one byte on (None: the first) until before another, as many as asked for (None: all)."""
    found: list[Row] = []
    number = 0
    for at, piece in stream.pieces(start):
        if until is not None and at >= until:
            break
        row = stream.row(at, piece, number)
        number = row.number
        if filled(piece):
            found.append(row)
            if len(found) == count:
                break
        elif row.cells:
            render.line(row)  # formulas without values are counted
    return found


def _without_gap(rows: list[Row]) -> list[Row]:
    """The first of them, as far as no row number is missing."""
    first = rows[0].number if rows else 0
    return [row for place, row in enumerate(rows) if row.number == first + place]


def _notes(workbook: Workbook, sheet: Sheet) -> Iterator[str]:
    for note in workbook.notes(sheet):
        author = f" by {note.author}" if note.author else ""
        yield f"Comment on {note.cell}{author}: {note.text}"


def _noticed(render: Rendering) -> Iterator[DocumentWarning]:
    if render.without_value:
        yield warning("formula_without_value", count=render.without_value)
    if render.cut:
        yield warning("truncated", detail=f"cells of more than {MAX_CELL_CHARS:,} characters", count=render.cut)
