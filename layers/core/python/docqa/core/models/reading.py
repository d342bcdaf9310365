"""What a parser says of a file."""

from datetime import datetime
from enum import StrEnum

from docqa.core.models.base import Box, Model


class BlockKind(StrEnum):
    """What a block of a page is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CAPTION = "caption"
    CODE = "code"
    TABLE = "table"
    ROW = "row"
    NOTE = "note"
    SUMMARY = "summary"


class Hidden(StrEnum):
    """Why a reader of the page as displayed or printed does not see a text."""

    WHITE = "white"
    TINY = "tiny"
    OFF_PAGE = "off_page"
    COVERED = "covered"
    INVISIBLE = "invisible"
    ALT_TEXT = "alt_text"
    SHEET = "sheet"
    ROW = "row"
    COLUMN = "column"


class Span(Model):
    """Where characters `start` to `end` (excluded) of a block's text are printed: a line of it, or a table's cell."""

    start: int
    end: int
    box: Box


class Link(Model):
    """Characters `start` to `end` (excluded) of a block's text lead to `url`. Never fetched."""

    start: int
    end: int
    url: str


class Block(Model):
    """A piece of a page in reading order.

    `page` is None where the format has no pages (such as DOCX and CSV). `level` is the depth of a heading, from 1. A
    TABLE holds one line a row, cells joined by " | ", the first line being the header if `has_header`. CODE keeps its
    lines; every other kind is one line. A ROW is one record of a CSV file or of a workbook's `sheet`, `row` its number,
    `text` is "column: value; column: value". Another kind of block with a `row` is part of a record that stands alone:
    no passage reaches from it into the next. A NOTE is a footnote, a comment or a speaker's note. A SUMMARY tells what
    a table holds. A TABLE has its cells in `spans`.

    `boxes`: one around the block for each page it stands on. `spans` are finer: one a line, or one a table cell.
    `language` is an ISO 639-1 code, None if it cannot be told. `confidence` (0 to 1) is set on what OCR has read.
    `hidden`: the text does not show on the page; it is kept out of the index unless the owner asks for it.
    """

    kind: BlockKind
    text: str
    page: int | None = None
    level: int | None = None
    row: int | None = None
    sheet: str | None = None
    has_header: bool = False
    boxes: tuple[Box, ...] = ()
    spans: tuple[Span, ...] = ()
    links: tuple[Link, ...] = ()
    language: str | None = None
    confidence: float | None = None
    hidden: Hidden | None = None


class DocumentWarning(Model):
    """What an owner should know of a document that was read: what was skipped, hidden or doubtful, and why.

    `code` is stable, `message` a sentence for a person that is the same for all of one code and detail; `detail` tells
    apart kinds of one code (such as why a text is hidden). `count` says how often, `pages` where (the first 50).
    """

    code: str
    message: str
    detail: str | None = None
    count: int = 1
    pages: tuple[int, ...] = ()


class DocumentMetadata(Model):
    """What a file says of itself; None where it says nothing. It is shown to the owner, never to the answering model.

    `page_labels`: the printed number of each page where they differ from 1, 2, 3, … ("iv", "A-3").
    """

    title: str | None = None
    author: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    language: str | None = None
    page_labels: tuple[str, ...] = ()


class PageRange(Model):
    """Pages `first` to `last`, both included; the unit of parallel parsing.

    Rows for CSV, where `offset` is the byte that row `first` begins at, and for workbooks, where rows count over all
    sheets and `cursor` is what else the parser needs to begin there. For other formats without pages one range 1-1.
    `skip`: pages that break their reader and are not to be looked at, not even for the sake of others.
    """

    index: int
    first: int
    last: int
    offset: int | None = None
    cursor: tuple[int, ...] = ()
    skip: tuple[int, ...] = ()


class DocumentPlan(Model):
    """What a parser says of a file before it reads it all. `page_count` is None where the format has no pages."""

    page_count: int | None
    ranges: tuple[PageRange, ...]
    metadata: DocumentMetadata = DocumentMetadata()
    warnings: tuple[DocumentWarning, ...] = ()


class ColumnProfile(Model):
    """What the cells of a column hold, in one range or in all.

    Counts by kind; `low`, `high` and `total` of the numbers, `first` and `last` (ISO) of the dates. `values` are the
    commonest with their counts: all there are if `complete`. `hashes`: the lowest of the different values' hashes.
    """

    name: str
    empty: int = 0
    numbers: int = 0
    dates: int = 0
    booleans: int = 0
    texts: int = 0
    low: float | None = None
    high: float | None = None
    total: float = 0.0
    first: str | None = None
    last: str | None = None
    longest: int = 0
    values: tuple[tuple[str, int], ...] = ()
    complete: bool = True
    hashes: tuple[int, ...] = ()


class TableProfile(Model):
    """What a table holds, or the part of it in one range. `table` counts the tables of a sheet (or file) from 1."""

    table: int = 1
    sheet: str | None = None
    rows: int
    columns: tuple[ColumnProfile, ...]


class ParsedRange(Model):
    """The blocks of one page range, in reading order, and what was noticed while reading them.

    `profiles`: what the columns of its tables hold (CSV, workbooks), to be put together over the ranges.
    """

    index: int
    blocks: tuple[Block, ...]
    warnings: tuple[DocumentWarning, ...] = ()
    profiles: tuple[TableProfile, ...] = ()
