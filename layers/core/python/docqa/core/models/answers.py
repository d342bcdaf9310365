"""Searches, questions, and what comes back."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from docqa.core.models.base import Box, Format, Model
from docqa.core.models.reading import Span
from docqa.core.models.tools import PlannedCall


class SearchMode(StrEnum):
    """Which first-stage retrieval is used."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Filters(Model):
    """What a search is narrowed to, beside documents and collections; None means no limit.

    `page_from` to `page_to`: passages that touch these pages or slides; what has no pages is left out. `created_after`
    to `created_before` (excluded): when the document came.
    """

    page_from: int | None = None
    page_to: int | None = None
    formats: tuple[Format, ...] | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


class SearchQuery(Model):
    """A search by one tenant. `document_ids` and `collection_ids` None mean all; a passage must be in both.

    `rewrites`: other wordings of the query, searched beside it; `rewrite`: make some. `rerank`: a second stage reads
    the best passages again, with `query` alone. `deduplicate`: of passages that say the same, only the best stays.
    `diversity`: 0 ranks by relevance alone, 1 by being unlike what stands above. `window`: so many passages before and
    after each hit come with it; `parents`: all of its section. `epoch`: the tenant's when the search was allowed, None
    for a result that may not be cached. `embedding_model`: the tenant's, None for the default one. `vectors`: the
    embeddings of `texts` by it, where somebody has them already.
    """

    tenant_id: UUID
    query: str
    top_k: int = 10
    mode: SearchMode = SearchMode.HYBRID
    document_ids: tuple[UUID, ...] | None = None
    collection_ids: tuple[UUID, ...] | None = None
    filters: Filters = Filters()
    rewrites: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    rewrite: bool = False
    rerank: bool = False
    deduplicate: bool = False
    diversity: Annotated[float, Field(ge=0, le=1)] = 0.0
    window: Annotated[int, Field(ge=0, le=5)] = 0
    parents: bool = False
    epoch: int | None = None
    embedding_model: str | None = None
    vectors: Annotated[tuple[tuple[float, ...], ...] | None, Field(repr=False)] = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The query and its rewrites, each once."""
        return tuple(dict.fromkeys([self.query, *self.rewrites]))


class RerankOutcome(StrEnum):
    """What became of a reranking that was asked for."""

    DONE = "done"
    PARTLY = "partly"
    """The time was up before the last passage; the unread ones kept their places."""
    LATE = "late"
    """The time was up before the first passage was read: the first stage's order."""
    FAILED = "failed"
    """No model answered: the first stage's order."""
    CLEAR = "clear"
    """Skipped: the first stage is sure of its best passage."""
    LANGUAGE = "language"
    """Skipped: no model at hand reads the question's language well."""
    COLLECTION = "collection"
    """Skipped: the collections of all candidates have it switched off."""
    NOTHING = "nothing"
    """Skipped: fewer than two passages were found."""


class Reranking(Model):
    """What the second stage did: who scored (None: nobody), and how many passages."""

    outcome: RerankOutcome
    model: str | None = None
    scored: int = 0


class Hit(Model):
    """A found passage. `score` is the fused score in 0..1 within this result; the parts are None when not computed.

    `spans` place parts of `text` on pages, as a chunk's do. `context_before` and `context_after` are what stands around
    the passage, when it was asked for; nothing else speaks of them.
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
    context_before: str = ""
    context_after: str = ""


class Surroundings(Model):
    """Texts of the passages before and after one, in document order."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


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


class Memory(Model):
    """Something that a user asked to remember, in his words."""

    memory_id: UUID
    content: str
    created_at: datetime


class Turn(Model):
    """A question of a conversation, and what was answered."""

    question: str
    answer: str


class History(Model):
    """What was said in a conversation: a summary of its beginning, turns that it does not hold yet, and the last ones.

    `older_to` is the position of the last message among the older turns.
    """

    summary: str = ""
    older: tuple[Turn, ...] = ()
    older_to: int = -1
    turns: tuple[Turn, ...] = ()


class Question(Model):
    """A question as asked by a signed-in user.

    `turns`: the conversation so far, where the client keeps it. `confirmed`: a call of a tool that the user agreed to.
    Scope, filters, `epoch`, `embedding_model`: see `SearchQuery`.
    """

    tenant_id: UUID
    user_id: UUID
    text: str
    conversation_id: UUID | None = None
    document_ids: tuple[UUID, ...] | None = None
    collection_ids: tuple[UUID, ...] | None = None
    filters: Filters = Filters()
    provider: str | None = None
    turns: tuple[Turn, ...] = ()
    confirmed: PlannedCall | None = None
    epoch: int | None = None
    embedding_model: str | None = None


class Identity(Model):
    """Who is asking, as an access token says."""

    user_id: UUID
    tenant_id: UUID
    email: str
