"""What travels between the parts: documents, pages, chunks, hits, answers.

All models are frozen. Pages, slides and CSV rows count from 1. A box is `(page, x0, y0, x1, y1)` in points (1/72 inch),
origin at the top left of the page as it is displayed.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Base of all models: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Format(StrEnum):
    """File formats that can be read; the value is the usual file name extension."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    CSV = "csv"
    HTML = "html"
    MARKDOWN = "md"
    TEXT = "txt"
    EML = "eml"
    XLSX = "xlsx"

    @classmethod
    def of_filename(cls, name: str) -> "Format | None":
        """The format that a file's name says, None if it says none of ours."""
        extension = extension_of(name)
        value = _ALIASES.get(extension, extension)
        return next((format for format in cls if format.value == value), None)


_ALIASES = {  # other extensions of a format → its value
    alias: value
    for value, aliases in {
        "html": "htm xhtml xht",
        "md": "markdown mdown mkd",
        "txt": "text log",
        "csv": "tsv tab",
        "docx": "docm dotx dotm",
        "pptx": "pptm ppsx ppsm potx potm",
        "xlsx": "xlsm xltx xltm",
    }.items()
    for alias in aliases.split()
}


def extension_of(name: str) -> str:
    """What follows the last dot of a file's name, in lower case; "" if there is none."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


class Status(StrEnum):
    """Where a document version stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Stage(StrEnum):
    """The stages of ingestion, in order."""

    CLAIM = "claim"
    PARSE = "parse"
    CHUNK = "chunk"
    EMBED = "embed"
    PUBLISH = "publish"


class Box(Model):
    """A rectangle on a page; see the module for units."""

    page: Annotated[int, Field(ge=1)]
    x0: float
    y0: float
    x1: float
    y1: float


# -- parsing and chunking --------------------------------------------------------------------------


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
    `text` is "column: value; column: value". A NOTE is a footnote, a comment or a speaker's note. A SUMMARY tells what
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


class ChunkStrategy(StrEnum):
    """Ways to cut a document into passages."""

    SECTIONS = "sections"
    RECURSIVE = "recursive"
    SENTENCE = "sentence"
    SEMANTIC = "semantic"
    FIXED = "fixed"


class IngestOptions(Model):
    """How documents of a collection are indexed; recorded on each version.

    `chunk_tokens`: size of a passage in tokens of the embedding model, at most; `overlap_tokens`: of the fixed,
    recursive and sentence strategies. `embed_headings`: the headings above a passage are embedded with it.
    `include_hidden`: text that does not show on the page is indexed too.
    """

    strategy: ChunkStrategy = ChunkStrategy.SECTIONS
    chunk_tokens: Annotated[int, Field(ge=32, le=480)] = 200
    overlap_tokens: Annotated[int, Field(ge=0, le=120)] = 0
    embed_headings: bool = True
    include_hidden: bool = False


class Chunk(Model):
    """A passage to embed and find.

    `ordinal` counts from 0 in document order. `parent` is the ordinal of the section-sized group it belongs to.
    `heading_path` runs from the outermost heading inwards. `row_from`/`row_to` are data rows of a CSV file or of a
    workbook's `sheet`. `char_from` to `char_to` (excluded) is where the passage stands in the parsed text of the
    document: the text of its blocks in order, two line breaks between them. What is repeated from elsewhere (a
    heading, a table's header) does not count. `spans` place parts of `text` on pages.
    """

    ordinal: int
    parent: int
    text: str
    heading_path: tuple[str, ...] = ()
    page_from: int | None = None
    page_to: int | None = None
    row_from: int | None = None
    row_to: int | None = None
    sheet: str | None = None
    char_from: int = 0
    char_to: int = 0
    language: str | None = None
    boxes: tuple[Box, ...] = ()
    spans: tuple[Span, ...] = ()

    def searchable_text(self, *, embed_headings: bool = True) -> str:
        """What is embedded and indexed: the innermost headings above the passage, unless left out, then the passage."""
        return "\n".join([*(self.heading_path[-2:] if embed_headings else ()), self.text])


class IndexedChunk(Model):
    """A chunk with what the index needs: its vector (unit length), sha256 of its searchable text, its terms."""

    chunk: Chunk
    content_hash: bytes
    embedding: tuple[float, ...]
    terms: dict[str, int]


class Collection(Model):
    """Documents that belong together and are indexed alike. Every tenant has one default collection."""

    collection_id: UUID
    name: str
    is_default: bool
    options: IngestOptions
    documents: int
    created_at: datetime


# -- ingestion -------------------------------------------------------------------------------------


class VersionKey(Model):
    """Names one version of one document of one tenant."""

    tenant_id: UUID
    document_id: UUID
    version: int


class Job(Model):
    """What the state machine carries from stage to stage: names, never content."""

    key: VersionKey
    execution_id: str
    attempt: int
    format: Format
    content_sha256: str
    parser_version: str
    page_count: int | None
    options: IngestOptions = IngestOptions()


class Claim(Model):
    """What an execution learns when it takes a version. `format` is what the upload was announced as."""

    attempt: int
    format: Format
    options: IngestOptions = IngestOptions()


class Batch(Model):
    """One unit of embedding: the chunks stored under an artifact key."""

    index: int
    key: str


class Failure(Model):
    """Why a document version failed, for a person."""

    stage: Stage | None
    code: str
    message: str
    retryable: bool


class Original(Model):
    """The uploaded file of one version."""

    key: VersionKey
    filename: str
    format: Format


class OpenVersion(Model):
    """A version that is neither ready nor failed, as the janitor sees it. `changed_at`: when its status last moved."""

    key: VersionKey
    status: Status
    execution_id: str | None
    attempt: int
    changed_at: datetime
    deadline_at: datetime | None


class StageProgress(Model):
    """How far one stage of a version is; `done` of `total` units (page ranges, batches)."""

    stage: Stage
    status: str
    done: int
    total: int
    started_at: datetime | None
    finished_at: datetime | None


class DocumentView(Model):
    """A document as its owner sees it: the newest version's state."""

    document_id: UUID
    collection_id: UUID
    filename: str
    version: int
    active_version: int | None
    status: Status
    format: Format
    size_bytes: int
    pages: int | None
    chunks: int | None
    language: str | None = None
    metadata: DocumentMetadata = DocumentMetadata()
    warnings: tuple[DocumentWarning, ...] = ()
    options: IngestOptions = IngestOptions()
    error: Failure | None
    stages: tuple[StageProgress, ...] = ()
    created_at: datetime
    ready_at: datetime | None


# -- search and answers ----------------------------------------------------------------------------


class SearchMode(StrEnum):
    """Which first-stage retrieval is used."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class SearchQuery(Model):
    """A search by one tenant. `document_ids` and `collection_ids` None mean all; a passage must be in both."""

    tenant_id: UUID
    query: str
    top_k: int = 10
    mode: SearchMode = SearchMode.HYBRID
    document_ids: tuple[UUID, ...] | None = None
    collection_ids: tuple[UUID, ...] | None = None
    rerank: bool = False


class Hit(Model):
    """A found passage. `score` is the fused score in 0..1 within this result; the parts are None when not computed.

    `spans` place parts of `text` on pages, as a chunk's do.
    """

    rank: int
    chunk_id: UUID
    document_id: UUID
    version: int
    filename: str
    page_from: int | None
    page_to: int | None
    row_from: int | None
    row_to: int | None
    sheet: str | None = None
    boxes: tuple[Box, ...]
    spans: tuple[Span, ...] = ()
    heading_path: tuple[str, ...]
    text: str
    score: float
    dense_score: float | None = None
    lexical_score: float | None = None
    rerank_score: float | None = None


class Citation(Model):
    """Where a statement of an answer comes from: `[marker]` in the text points to it.

    `quote` stands word for word in the document. `page` is the page or slide of the quote (None where it has none),
    `row` the CSV data row. `boxes` cover the quote's passage on that page.
    """

    marker: int
    document_id: UUID
    version: int
    filename: str
    page: int | None
    row: int | None = None
    sheet: str | None = None
    boxes: tuple[Box, ...]
    quote: str


class Usage(Model):
    """What an answer took. Extractive answers cost nothing and use no tokens."""

    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Question(Model):
    """A question as asked by a signed-in user."""

    tenant_id: UUID
    user_id: UUID
    text: str
    conversation_id: UUID | None = None
    document_ids: tuple[UUID, ...] | None = None
    collection_ids: tuple[UUID, ...] | None = None
    provider: str | None = None


class Identity(Model):
    """Who is asking, as an access token says."""

    user_id: UUID
    tenant_id: UUID
    email: str
