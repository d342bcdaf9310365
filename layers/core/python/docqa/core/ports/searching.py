"""Finding passages, and answering with them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from docqa.core.events import AskEvent
from docqa.core.models import (
    Hit,
    Question,
    SearchQuery,
    Surroundings,
)


class SearchIndex(Protocol):
    """First-stage retrieval over what is published: one statement for vector, keywords and fusion."""

    async def find(
        self,
        query: SearchQuery,
        *,
        vector: tuple[float, ...] | None,
        model: str,
        terms: Sequence[str],
        pool: int,
        dense_weight: float = 0.5,
        feedback: float = 0.0,
    ) -> list[Hit]:
        """Best first, at most `query.top_k`; dense-only without terms, lexical-only without a vector.

        `model` made the vector: only its vectors are compared. `dense_weight` (0..1) is the dense arm's share.
        `feedback`: how much of the mean of the three best passages is added to the vector for a second look.
        """
        ...


class Retriever(Protocol):
    """Finds passages in what is published and belongs to the tenant."""

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`. Raises DependencyUnavailable."""
        ...


class Rewriter(Protocol):
    """Says a question in other words, for a search to look for them as well."""

    async def rewrites(self, question: str) -> tuple[str, ...]:
        """Other wordings, a few at most; none where the question is as plain as can be."""
        ...


class RerankChoices(Protocol):
    """What collections say of reranking."""

    async def not_reranked(self, tenant_id: UUID, document_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of the documents whose collection has it switched off. Raises DependencyUnavailable."""
        ...


class PassageContext(Protocol):
    """What stands around passages in what is published."""

    async def around(
        self, tenant_id: UUID, chunk_ids: Sequence[UUID], *, window: int, parents: bool
    ) -> Mapping[UUID, Surroundings]:
        """`window` passages before and after each, and with `parents` all of its section (a bounded number).

        A passage that is not published or another tenant's is left out. Raises DependencyUnavailable.
        """
        ...


class PassageReader(Protocol):
    """Passages by themselves and in the order of their document, of what the user may read."""

    async def passage(self, tenant_id: UUID, user_id: UUID, chunk_id: UUID) -> Hit:
        """Raises NotFound for what is not published or not shared with the user, DependencyUnavailable."""
        ...

    async def document(
        self, tenant_id: UUID, user_id: UUID, document_id: UUID, *, page: int | None = None, most: int = 400
    ) -> list[Hit]:
        """In order, the first `most` (400 are about 80,000 tokens). Raises NotFound where there is none,
        DependencyUnavailable."""
        ...


class Answerer(Protocol):
    """Answers a question as a stream of events, the last one being DoneEvent or ErrorEvent."""

    def answer(self, question: Question) -> AsyncGenerator[AskEvent]: ...
