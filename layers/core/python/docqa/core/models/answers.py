"""Searches, questions, and what comes back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from docqa.core.models.base import Box, Format, Model
from docqa.core.models.reading import Span


class SearchMode(StrEnum):
    """Which first-stage retrieval is used."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Filters(Model):
    """What a search is narrowed to, beside documents and collections; None means no limit.

    `page_from` to `page_to`: passages that touch these pages or slides. `created_after` to `created_before`
    (excluded): when the document came.
    """

    page_from: int | None = None
    page_to: int | None = None
    formats: tuple[Format, ...] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class SearchQuery(Model):
    """A search by one tenant. `document_ids` and `collection_ids` None mean all; a passage must be in both.

    `epoch`: the tenant's when the search was allowed, None for a result that may not be cached.
    """

    tenant_id: UUID
    query: str
    top_k: int = 10
    mode: SearchMode = SearchMode.HYBRID
    document_ids: tuple[UUID, ...] | None = None
    collection_ids: tuple[UUID, ...] | None = None
    filters: Filters = Filters()
    rerank: bool = False
    epoch: int | None = None


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
