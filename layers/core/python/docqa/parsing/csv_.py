"""CSV: one ROW block a record, "column: value; column: value", after a paragraph that names the columns."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar

from docqa.core.errors import FileEmpty, TooManyPages
from docqa.core.models import Block, BlockKind, DocumentPlan, Format, PageRange, ParsedRange
from docqa.parsing.boundary import reading
from docqa.parsing.csv_dialect import Dialect, detect_dialect, header_position
from docqa.parsing.encoding import detect_encoding

MAX_ROWS = 500_000
MAX_COLUMNS = 2_000
MAX_CELL_CHARS = 100_000
_SAMPLE_ROWS = 60
_SPACE = re.compile(r"\s+")


class CsvParser:
    """Parser of delimited text in any encoding; see the module."""

    format: ClassVar[Format] = Format.CSV
    version: ClassVar[str] = "csv-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range: CSV has no pages. Raises FileEmpty."""
        if path.stat().st_size == 0:
            raise FileEmpty
        return DocumentPlan(page_count=None, ranges=(PageRange(index=0, first=1, last=1),))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, TooManyPages when there are more rows or columns than can be indexed."""
        with reading("CSV"):
            return ParsedRange(index=pages.index, blocks=tuple(_blocks(path)))


def _blocks(path: Path) -> Iterator[Block]:
    text = _decoded(path)
    dialect = detect_dialect(text)
    records = _records(text, dialect)
    sample = list(islice(records, _SAMPLE_ROWS))
    position = header_position(sample)
    for record in sample[: position or 0]:  # a title above the table
        yield Block(kind=BlockKind.PARAGRAPH, text=" ".join(cell for cell in record if cell))
    width = max((len(record) for record in sample), default=0)
    header = sample[position] if position is not None else []
    names = _column_names(header, width)
    if names:
        yield Block(kind=BlockKind.PARAGRAPH, text=f"Columns: {', '.join(names)}.")
    first_data = 0 if position is None else position + 1
    yield from _rows(chain(sample[first_data:], records), names)


def _rows(records: Iterator[list[str]], names: list[str]) -> Iterator[Block]:
    for number, record in enumerate(records, start=1):
        if number > MAX_ROWS or len(record) > MAX_COLUMNS:
            raise TooManyPages(f"The table has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns. Split it.")
        yield Block(kind=BlockKind.ROW, text=_row_text(record, names), row=number)


def _row_text(record: list[str], names: list[str]) -> str:
    """Cells without a name of their own are called by their position; empty cells are left out."""
    named = ((names[i] if i < len(names) else f"column {i + 1}", cell) for i, cell in enumerate(record) if cell)
    return "; ".join(f"{name}: {cell}" for name, cell in named)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if not data.strip():
        raise FileEmpty
    return data.decode(detect_encoding(data), "replace").lstrip("\ufeff").replace("\x00", "")


def _records(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """Records with at least one cell that is not empty, each cell on one line."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    for record in csv.reader(io.StringIO(text, newline=""), **dialect.options()):
        cells = [_SPACE.sub(" ", cell[:MAX_CELL_CHARS]).strip() for cell in record]
        if any(cells):
            yield cells


def _column_names(header: list[str], width: int) -> list[str]:
    """The header's cells; an unnamed column is called by its position, a repeated name gets its position added."""
    names: list[str] = []
    for position in range(max(width, len(header))):
        name = (header[position] if position < len(header) else "") or f"column {position + 1}"
        names.append(f"{name} ({position + 1})" if name in names else name)
    return names
