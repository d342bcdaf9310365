"""JSON Lines: each line a record of its own, found by the number of its line.

A record with a text becomes a heading and paragraphs, and no passage reaches from one such record into the next; a
record of fields is a ROW like those of CSV. The file is planned in one pass and read range by range.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from docqa.core.errors import CorruptFile, FileEmpty, TooManyPages
from docqa.core.models import Block, BlockKind, DocumentPlan, DocumentWarning, Format, PageRange, ParsedRange
from docqa.core.noticed import warning
from docqa.core.profiles import table_profile
from docqa.core.values import Locale
from docqa.parsing.boundary import reading
from docqa.parsing.csv.records import Lines
from docqa.parsing.encoding import detect_file_encoding
from docqa.parsing.jsonl.records import Record, record_blocks, record_of
from docqa.parsing.records import MAX_CELL_CHARS, MAX_COLUMNS, SAMPLE_ROWS, without_collection

MAX_LINES = 2_000_000
RANGE_LINES = 20_000
RANGE_CHARS = 8_000_000
_PLAIN = Locale()


class JsonLinesParser:
    """Parser of JSON Lines; see the module."""

    format: ClassVar[Format] = Format.JSONL
    version: ClassVar[str] = "jsonl-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Ranges of lines. Raises FileEmpty, TooManyPages when there are more lines than can be indexed."""
        with reading("JSON Lines"), path.open("rb") as file:
            return DocumentPlan(page_count=None, ranges=tuple(_ranges(Lines(file, *detect_file_encoding(path)))))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile when no line of the range is JSON, TooManyPages when one is longer than can be read."""
        with reading("JSON Lines"), without_collection(), path.open("rb") as file:
            codec, top = detect_file_encoding(path)
            columns = _columns(Lines(file, codec, top))
            lines = Lines(file, codec, top if pages.offset is None else pages.offset)
            return _parsed(lines, 1 if pages.offset is None else pages.first, pages, columns)


def _ranges(lines: Lines) -> Iterator[PageRange]:
    index, first, number, size, filled = 0, 1, 0, 0, False
    offset = at = lines.position
    for line in lines:
        if size >= RANGE_CHARS or number - first + 1 >= RANGE_LINES:
            yield PageRange(index=index, first=first, last=number, offset=offset)
            index, first, offset, size = index + 1, number + 1, at, 0
        number, size, at = number + 1, size + len(line), lines.position
        filled = filled or bool(line.strip())
        if number > MAX_LINES:
            raise TooManyPages(f"The file has more than {MAX_LINES:,} lines. Split it into several files.")
    if not filled:
        raise FileEmpty
    yield PageRange(index=index, first=first, last=number, offset=offset)


def _columns(lines: Lines) -> list[str]:
    """Names of the fields of the first records that have no text, in the order in which they first come."""
    names: dict[str, None] = {}
    for _, line in zip(range(SAMPLE_ROWS), lines, strict=False):
        record = record_of(line)
        if record is not None and record.text is None:
            names.update(dict.fromkeys(record.fields))
    return list(names)[:MAX_COLUMNS]


@dataclass
class _Noticed:
    """What is to be told of the records of a range."""

    unreadable: int = 0
    deep: int = 0
    cut: int = 0

    def add(self, record: Record | None) -> None:
        self.unreadable += record is None
        self.deep += record.deep if record else 0
        self.cut += record.cut if record else 0

    def warnings(self, undecodable: int) -> tuple[DocumentWarning, ...]:
        counts = {
            "record_unreadable": (self.unreadable, None),
            "nested_too_deep": (self.deep, None),
            "truncated": (self.cut, f"fields of more than {MAX_CELL_CHARS:,} characters"),
            "undecodable_characters": (undecodable, None),
        }
        return tuple(warning(code, detail=detail, count=count) for code, (count, detail) in counts.items() if count)


def _parsed(lines: Lines, start: int, pages: PageRange, columns: list[str]) -> ParsedRange:
    noticed, read, blocks = _Noticed(), 0, []
    rows: list[list[str]] = []
    if columns and pages.index == 0:
        blocks.append(Block(kind=BlockKind.PARAGRAPH, text=f"Columns: {', '.join(columns)}."))
    for number, line in enumerate(lines, start):
        if number > pages.last:
            break
        if number < pages.first or not line.strip():
            continue
        record = record_of(line)
        noticed.add(record)
        if record is not None:
            read += 1
            blocks += record_blocks(record, number)
            if columns and record.text is None:
                rows.append([record.fields.get(name, "") for name in columns])
    if noticed.unreadable and not read:
        raise CorruptFile("No line of the file is JSON. Write one record a line, as JSON Lines are written.")
    return ParsedRange(
        index=pages.index,
        blocks=tuple(blocks),
        warnings=noticed.warnings(lines.undecodable),
        profiles=(table_profile(columns, rows, _PLAIN),) if columns else (),
    )
