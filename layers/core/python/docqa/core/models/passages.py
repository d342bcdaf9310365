"""What is cut, indexed and found: passages, and how documents of a collection are indexed."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from docqa.core.models.access import Role
from docqa.core.models.base import Box, Model
from docqa.core.models.reading import Span


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


class SearchOptions(Model):
    """How a collection is searched; a change counts from the next search on.

    `rerank`: False keeps its passages where the first stage puts them, as a reranker hurts some corpora.
    """

    rerank: bool = True


class Chunk(Model):
    """A passage to embed and find.

    `ordinal` counts from 0 in document order. `parent` is the ordinal of the section-sized group it belongs to.
    `heading_path` runs from the outermost heading inwards. `row_from`/`row_to` are data rows of a CSV file or of a
    workbook's `sheet`, or lines of JSON Lines. `char_from` to `char_to` (excluded) is where the passage stands in the
    parsed text of the document: the text of its blocks in order, two line breaks between them. What is repeated from
    elsewhere (a heading, a table's header) does not count. `spans` place parts of `text` on pages.
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


class Unembedded(Model):
    """A stored passage that has no vector of some model: where it stands, and the text to embed."""

    version_id: int
    ordinal: int
    text: str


class Collection(Model):
    """Documents that belong together and are indexed alike, as one user sees them. Every tenant has a default one.

    `role`: of the user who looks. `everyone`: what every user of the tenant may do, viewer or editor; None: nothing.
    """

    collection_id: UUID
    name: str
    is_default: bool
    options: IngestOptions
    search: SearchOptions = SearchOptions()
    role: Role
    everyone: Role | None = None
    documents: int
    created_at: datetime
