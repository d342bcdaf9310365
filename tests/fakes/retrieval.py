"""Retrievers' surroundings in memory."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from docqa.core.models import Surroundings

ENGLISH = frozenset({"en"})


class ScriptedReranker:
    """Reranker that scores by `score` after `delay_s`, or raises `error`; `read` keeps what it was given."""

    def __init__(
        self,
        score: Callable[[str], float | None] = lambda passage: 0.0,
        *,
        model: str = "scripted",
        languages: frozenset[str] | None = None,
        delay_s: float = 0.0,
        error: Exception | None = None,
    ) -> None:
        self.model = model
        self.languages = languages
        self.read: list[list[str]] = []
        self.budgets_s: list[float] = []
        self._score = score
        self._delay_s = delay_s
        self._error = error

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        self.read.append(list(passages))
        self.budgets_s.append(budget_s)
        await asyncio.sleep(self._delay_s)
        if self._error:
            raise self._error
        return [self._score(passage) for passage in passages]


class FixedChoices:
    """RerankChoices: these documents are not to be reranked."""

    def __init__(self, *document_ids: UUID) -> None:
        self.document_ids = frozenset(document_ids)
        self.asked = 0

    async def not_reranked(self, tenant_id: UUID, document_ids: Sequence[UUID]) -> frozenset[UUID]:
        self.asked += 1
        return self.document_ids & frozenset(document_ids)


class MemoryContext:
    """PassageContext over given surroundings; `asked` keeps window and parents."""

    def __init__(self, around: Mapping[UUID, Surroundings]) -> None:
        self._around = around
        self.asked: list[tuple[int, bool]] = []

    async def around(
        self, tenant_id: UUID, chunk_ids: Sequence[UUID], *, window: int, parents: bool
    ) -> Mapping[UUID, Surroundings]:
        self.asked.append((window, parents))
        return {chunk_id: self._around[chunk_id] for chunk_id in chunk_ids if chunk_id in self._around}
