"""The answering agent over parts in memory; its models are the real router and SDKs over servers of this machine."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

from docqa.agent.answerer import GraphAnswerer
from docqa.agent.langsmith import RunTraces
from docqa.agent.toolbox import Toolbox
from docqa.config import Settings
from docqa.core.events import AskEvent, DoneEvent
from docqa.core.models import DocumentView, Hit, Question
from docqa.core.models.chat import Receipt
from docqa.core.models.usage import Spent, UsageReport
from docqa.core.ports import Analyzer, PassageReader, Retriever
from docqa.core.ports.chat import ChatRouter
from docqa.llm import chain
from docqa.llm.breaker import Breakers
from docqa.llm.registry import Providers
from docqa.llm.router import Router
from tests.fakes.answering import TENANT, USER, ListRetriever, MemoryMemories, RememberingConversations, WordAnalyzer
from tests.fakes.cache import MemoryCache
from tests.fakes.embedding import OverlapScorer
from tests.fakes.llm.all import CATALOG
from tests.fakes.llm.completions import CompatibleApi
from tests.fakes.llm.routing import FAST, Keyring, Purse
from tests.fakes.llm.server import WireServer
from tests.fakes.tools import toolbox_of


class ListedDocuments:
    """The one call of a DocumentStore that answering makes."""

    def __init__(self, views: Sequence[DocumentView]) -> None:
        self.views = list(views)

    async def list_documents(
        self, tenant_id: UUID, *, collection_ids: Sequence[UUID] | None = None
    ) -> list[DocumentView]:
        return [view for view in self.views if collection_ids is None or view.collection_id in collection_ids]


class ReadDocuments:
    """PassageReader of these passages."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self.hits = list(hits)

    async def passage(self, tenant_id: UUID, user_id: UUID, chunk_id: UUID) -> Hit:
        return next(hit for hit in self.hits if hit.chunk_id == chunk_id)

    async def document(
        self, tenant_id: UUID, user_id: UUID, document_id: UUID, *, page: int | None = None, most: int = 400
    ) -> list[Hit]:
        return [hit for hit in self.hits if hit.document_id == document_id][:most]


def document(filename: str, **more: object) -> DocumentView:
    """A document that is ready, if `more` does not say otherwise."""
    fields: dict[str, object] = {
        "document_id": uuid4(),
        "collection_id": uuid4(),
        "filename": filename,
        "version": 1,
        "active_version": 1,
        "status": "ready",
        "format": "pdf",
        "size_bytes": 1,
        "pages": 1,
        "chunks": 1,
        "error": None,
        "created_at": datetime.now(UTC),
        "ready_at": None,
    }
    return DocumentView.model_validate(fields | more)


class RememberingCalls:
    """CallLog in memory."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []

    async def report(self, tenant_id: UUID, user_id: UUID, *, since: datetime, whole_tenant: bool) -> UsageReport:
        nothing = Spent(day_usd=0.25, month_usd=0.5)
        return UsageReport(rows=(), user=nothing, tenant=nothing)

    async def record(self, tenant_id: UUID, user_id: UUID, receipts: Sequence[Receipt]) -> None:
        self.receipts += receipts


def router(
    urls: Mapping[str, str] | None = None, keys: Mapping[str, str] | None = None, preferences: Keyring | None = None
) -> Router:
    """By default one without any model."""
    return Router(
        chain=chain.parsed(chain.DEFAULT),
        catalog=CATALOG,
        providers=Providers(urls or {}),
        platform_keys=lambda: keys or {},
        preferences=preferences or Keyring(),
        breakers=Breakers(MemoryCache()),
        budgets=Purse(),
        pacing=FAST,
    )


def answerer(
    hits: Sequence[Hit] = (),
    *,
    retriever: Retriever | None = None,
    models: ChatRouter | None = None,
    conversations: RememberingConversations | None = None,
    memories: MemoryMemories | None = None,
    documents: Sequence[DocumentView] = (),
    calls: RememberingCalls | None = None,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    langsmith_key: str = "",
    toolbox: Toolbox | None = None,
    analyzer: Analyzer | None = None,
    passages: PassageReader | None = None,
) -> GraphAnswerer:
    return GraphAnswerer(
        retriever=retriever or ListRetriever(hits),
        scorer=OverlapScorer(),
        analyzer=analyzer or WordAnalyzer(),
        models=models or router(),
        conversations=conversations or RememberingConversations(),
        memories=memories or MemoryMemories(),
        documents=ListedDocuments(documents),  # type: ignore[arg-type]
        passages=passages or ReadDocuments(hits),
        toolbox=toolbox or toolbox_of(),
        calls=calls or RememberingCalls(),
        traces=RunTraces(settings, langsmith_key),
        model="hashing",
    )


def question(text: str, **more: object) -> Question:
    return Question.model_validate({"tenant_id": TENANT, "user_id": USER, "text": text, **more})


def events_of(made: GraphAnswerer, asked: Question) -> list[AskEvent]:
    async def collect() -> list[AskEvent]:
        return [event async for event in made.answer(asked)]

    return asyncio.run(collect())


def done_of(events: Sequence[AskEvent]) -> DoneEvent:
    last = events[-1]
    assert isinstance(last, DoneEvent)
    return last


@contextmanager
def writing(*texts: Sequence[str]) -> Iterator[tuple[Router, CompatibleApi, WireServer]]:
    """A router whose only model writes these texts, one a call, each in pieces."""
    api = CompatibleApi()
    api.scripts = [list(text) for text in texts]
    with WireServer(api.answer) as server:
        yield router({api.provider: server.url + api.base_path}, {api.provider: api.key}), api, server
