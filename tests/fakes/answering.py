"""What the answering pipeline calls, in memory."""

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from docqa.core.errors import NotFound
from docqa.core.models import Box, Citation, History, Hit, Memory, Question, SearchQuery, Span, Turn, Usage
from docqa.core.models.chat import Receipt

TENANT = uuid.UUID(int=1)
USER = uuid.UUID(int=2)
DOCUMENT = uuid.UUID(int=3)


def make_hit(
    text: str,
    *,
    rank: int = 1,
    score: float = 1.0,
    filename: str = "ferries.pdf",
    pages: tuple[int, int] | None = (3, 3),
    rows: tuple[int, int] | None = None,
    headings: tuple[str, ...] = (),
    boxes: tuple[Box, ...] = (),
    spans: tuple[Span, ...] = (),
    sheet: str | None = None,
    document_id: UUID = DOCUMENT,
) -> Hit:
    """A passage as a retriever finds it."""
    return Hit(
        rank=rank,
        chunk_id=uuid.uuid5(document_id, text),
        document_id=document_id,
        version=2,
        filename=filename,
        page_from=pages[0] if pages else None,
        page_to=pages[1] if pages else None,
        row_from=rows[0] if rows else None,
        row_to=rows[1] if rows else None,
        sheet=sheet,
        boxes=boxes,
        spans=spans,
        heading_path=headings,
        text=text,
        score=score,
    )


class ListRetriever:
    """Retriever that finds what it was given; `queries` keeps what was asked."""

    def __init__(self, hits: Sequence[Hit] = (), *, error: Exception | None = None) -> None:
        self.hits = list(hits)
        self.error = error
        self.queries: list[SearchQuery] = []

    async def search(self, query: SearchQuery) -> list[Hit]:
        self.queries.append(query)
        if self.error:
            raise self.error
        return self.hits[: query.top_k]


class WordAnalyzer:
    """Analyzer of lower-case words without a plural s; drops a few question words."""

    version: ClassVar[str] = "words"
    _DROPPED = frozenset(
        "a an and are at did do does for how in is many much of the to was were what when where which who".split()
    )

    def terms(self, text: str) -> dict[str, int]:
        return dict(Counter(self._words(text)))

    def query_terms(self, text: str) -> list[str]:
        return list(dict.fromkeys(word for word in self._words(text) if word not in self._DROPPED))

    def _words(self, text: str) -> list[str]:
        return [word.removesuffix("s") or word for word in re.findall(r"\w+", text.casefold())]


class MemoryMemories:
    """MemoryStore."""

    def __init__(self) -> None:
        self.found: list[tuple[UUID, Memory]] = []

    async def remember(self, tenant_id: UUID, user_id: UUID, content: str) -> Memory:
        memory = Memory(memory_id=uuid.uuid4(), content=content, created_at=datetime.now(UTC))
        self.found.append((user_id, memory))
        return memory

    async def remembered(self, tenant_id: UUID, user_id: UUID) -> tuple[Memory, ...]:
        return tuple(memory for owner, memory in self.found if owner == user_id)

    async def forget(self, tenant_id: UUID, user_id: UUID, memory_id: UUID | None) -> None:
        those = [(owner, m) for owner, m in self.found if owner == user_id and memory_id in (None, m.memory_id)]
        if memory_id is not None and not those:
            raise NotFound
        self.found = [entry for entry in self.found if entry not in those]


class RememberingConversations:
    """ConversationStore in memory: `turns` holds what was stored, in order."""

    def __init__(self) -> None:
        self.turns: list[tuple[Question, str, tuple[Citation, ...], Usage, bool]] = []
        self.receipts: list[Receipt] = []
        self.summaries: dict[UUID, tuple[str, int]] = {}
        self._owners: dict[UUID, tuple[UUID, UUID]] = {}
        self._turns: dict[UUID, list[Turn]] = {}

    async def save_turn(
        self,
        *,
        question: Question,
        answer: str,
        citations: Sequence[Citation],
        usage: Usage,
        grounded: bool,
        receipts: Sequence[Receipt] = (),
    ) -> tuple[UUID, UUID]:
        conversation_id = question.conversation_id or uuid.uuid4()
        if question.conversation_id:
            await self.require(question.tenant_id, question.user_id, question.conversation_id)
        self._owners[conversation_id] = (question.tenant_id, question.user_id)
        self.turns.append((question, answer, tuple(citations), usage, grounded))
        self.receipts += receipts
        self._turns.setdefault(conversation_id, []).append(Turn(question=question.text, answer=answer))
        return conversation_id, uuid.uuid4()

    async def history(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, limit: int) -> History:
        if self._owners.get(conversation_id) != (tenant_id, user_id):
            return History()
        summary, to = self.summaries.get(conversation_id, ("", -1))
        turns = self._turns[conversation_id][(to + 1) // 2 :]
        older, last = turns[:-limit], turns[-limit:]
        older_to = to + 2 * len(older) if older else -1
        return History(summary=summary, older=tuple(older), older_to=older_to, turns=tuple(last))

    async def save_summary(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, text: str, to: int) -> None:
        self.summaries[conversation_id] = text, to

    async def require(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID) -> None:
        if self._owners.get(conversation_id) != (tenant_id, user_id):
            raise NotFound
