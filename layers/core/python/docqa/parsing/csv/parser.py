"""CSV: one ROW block a record, "column: value; column: value", after a paragraph that names the columns.

The file is planned in one pass and read range by range, each from the byte where its first row begins; encoding,
dialect and header are found from the start of the file each time, so that a row reads the same in whichever range.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from docqa.core.errors import FileEmpty, TooManyPages
from docqa.core.models import Block, BlockKind, DocumentPlan, DocumentWarning, Format, PageRange, ParsedRange
from docqa.core.noticed import warning
from docqa.core.profiles import table_profile
from docqa.parsing.boundary import reading
from docqa.parsing.csv.detect import delimiter_hint, detect_dialect
from docqa.parsing.csv.dialect import Dialect
from docqa.parsing.csv.records import Lines, Records
from docqa.parsing.encoding import detect_file_encoding
from docqa.parsing.records import (
    MAX_COLUMNS,
    SAMPLE_ROWS,
    Shape,
    Tally,
    opening_blocks,
    row_text,
    shape_of,
    tidy,
    without_collection,
)

MAX_ROWS = 2_000_000
MAX_TEXT_CHARS = 1_000_000_000
"""Of all rows with the names of their columns: 2,000,000 rows of 20 columns, or 1,000,000 of 40."""
RANGE_ROWS = 20_000
RANGE_CHARS = 8_000_000
"""As rows are written out; a range's blocks and their JSON take about ten times as much memory. At most
MAX_ROWS / RANGE_ROWS + MAX_TEXT_CHARS / RANGE_CHARS = 225 ranges: they travel in the state of the execution."""
_DIALECT_BYTES = 256 * 1024
_SAMPLE_CHARS = 4_000_000
_SPLIT = "Split it into several files."


class CsvParser:
    """Parser of delimited text in any encoding; see the module."""

    format: ClassVar[Format] = Format.CSV
    version: ClassVar[str] = "csv-2"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Ranges of rows. Raises FileEmpty, TooManyPages when there are more rows, columns or text than can be indexed.

        A table cut off at a limit would answer "how many" and "the most" wrongly: it is refused instead.
        """
        with reading("CSV"), path.open("rb") as file:
            return DocumentPlan(page_count=None, ranges=tuple(_ranges(file, _opening(path, file))))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, FileEmpty, TooManyPages."""
        with reading("CSV"), without_collection(), path.open("rb") as file:
            return _parsed(file, _opening(path, file), pages)


@dataclass(frozen=True)
class _Opening:
    """How the file is written; the bytes where its text begins (`top`) and where its first row does (`start`)."""

    codec: str
    dialect: Dialect
    shape: Shape
    top: int
    start: int

    def records(self, file: BinaryIO, start: int | None = None) -> Records:
        return Records(file, self.codec, self.dialect, self.start if start is None else start)


def _opening(path: Path, file: BinaryIO) -> _Opening:
    codec, top = detect_file_encoding(path)
    lines = Lines(file, codec, top)
    hint = delimiter_hint(next(iter(lines), ""))
    top = lines.position if hint else top
    file.seek(top)
    dialect = detect_dialect(file.read(_DIALECT_BYTES), codec, delimiter=hint)
    sample, ends = _sample(Records(file, codec, dialect, top))
    if not sample:
        raise FileEmpty
    shape = shape_of(sample)
    if len(shape.names) > MAX_COLUMNS:
        raise TooManyPages(f"The table has more than {MAX_COLUMNS:,} columns. Split it, or turn its columns into rows.")
    return _Opening(codec, dialect, shape, top, ends[shape.first_row - 1] if shape.first_row else top)


def _sample(records: Records) -> tuple[list[list[str]], list[int]]:
    """The first rows, and the byte after each."""
    rows: list[list[str]] = []
    ends: list[int] = []
    size = 0
    for record in records:
        cells = tidy(record)
        if any(cells):
            rows.append(cells)
            ends.append(records.position)
            size += sum(map(len, cells))
        if len(rows) == SAMPLE_ROWS or size > _SAMPLE_CHARS:
            break
    return rows, ends


def _ranges(file: BinaryIO, opening: _Opening) -> Iterator[PageRange]:
    records = opening.records(file)
    label = sum(map(len, opening.shape.names)) / max(len(opening.shape.names), 1) + 4
    index, first, offset = 0, 1, opening.start
    number, size, total, full_at = 0, 0.0, 0.0, None
    for record in records:
        if not any(map(str.strip, record)):
            continue
        if full_at is not None:
            yield PageRange(index=index, first=first, last=number, offset=offset)
            index, first, offset, total, size, full_at = index + 1, number + 1, full_at, total + size, 0.0, None
        number += 1
        size += (len(record) - record.count("")) * label + sum(map(len, record))
        if len(record) > MAX_COLUMNS:
            raise TooManyPages(f"Row {number:,} has more than {MAX_COLUMNS:,} cells. {_SPLIT}")
        if size >= RANGE_CHARS or number - first + 1 >= RANGE_ROWS:
            full_at = records.position if records.clean else None
            _check_limits(number, total + size)
    _check_limits(number, total + size)
    yield PageRange(index=index, first=first, last=max(number, first), offset=offset)


def _check_limits(rows: int, chars: float) -> None:
    if rows > MAX_ROWS:
        raise TooManyPages(f"The table has more than {MAX_ROWS:,} rows. {_SPLIT}")
    if chars > MAX_TEXT_CHARS:
        raise TooManyPages(f"The rows have more than {MAX_TEXT_CHARS:,} characters with their columns' names. {_SPLIT}")


def _parsed(file: BinaryIO, opening: _Opening, pages: PageRange) -> ParsedRange:
    blocks, noticed = [], []
    if pages.index == 0:
        blocks, noticed = opening_blocks(opening.shape), _above_the_rows(file, opening)
    records = opening.records(file, pages.offset)
    tally = Tally(opening.shape.width)
    rows: list[list[str]] = []
    labels = [f"{name}: " for name in opening.shape.names]
    for number, cells in enumerate(_filled(records), start=1 if pages.offset is None else pages.first):
        if number > pages.last:
            break
        if number >= pages.first:
            tally.add(cells)
            rows.append(cells)
            blocks.append(Block(kind=BlockKind.ROW, text=row_text(labels, cells), row=number))
    return ParsedRange(
        index=pages.index,
        blocks=tuple(blocks),
        warnings=(*noticed, *tally.warnings(), *_noticed(records.lines, records.unclosed)),
        profiles=(table_profile(opening.shape.names, rows, opening.shape.locale),),
    )


def _filled(records: Records) -> Iterator[list[str]]:
    for record in records:
        cells = tidy(record)
        if any(cells):
            yield cells


def _above_the_rows(file: BinaryIO, opening: _Opening) -> list[DocumentWarning]:
    """What is to be said of the characters in titles and header."""
    lines = Lines(file, opening.codec, opening.top)
    while lines.position < opening.start and next(iter(lines), None) is not None:
        pass
    return _noticed(lines)


def _noticed(lines: Lines, unclosed: int = 0) -> list[DocumentWarning]:
    counts = {"undecodable_characters": lines.undecodable, "unclosed_quote": unclosed}
    return [warning(code, count=count) for code, count in counts.items() if count]
