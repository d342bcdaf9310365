"""The exact query cache and the embedding cache over a cache in memory."""

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

import pytest

from docqa.core import trace
from docqa.core.errors import DependencyUnavailable
from docqa.core.models import Hit, Reranking, RerankOutcome, SearchMode, SearchQuery
from docqa.observability import Counts
from docqa.retrieval import caching, stored, vectors
from docqa.retrieval.best_effort import BestEffort
from docqa.retrieval.cache_keys import CacheKeys
from docqa.retrieval.caching import CachedRetriever
from docqa.retrieval.stored import Found
from docqa.retrieval.vectors import VectorRetriever
from tests.fakes.answering import TENANT, ListRetriever, make_hit
from tests.fakes.cache import MemoryCache
from tests.fakes.embedding import HashingEmbedder

pytestmark = pytest.mark.anyio

KEYS = CacheKeys(versions=["1"])
HITS = [make_hit("The ferry leaves at nine."), make_hit("It is late.", rank=2)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowRetriever(ListRetriever):
    """Takes its time."""

    async def search(self, query: SearchQuery) -> list[Hit]:
        hits = await super().search(query)
        await asyncio.sleep(0.05)
        return hits


class CountingEmbedder(HashingEmbedder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed_query(self, text: str) -> tuple[float, ...]:
        self.texts.append(text)
        return await super().embed_query(text)

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.texts.append(" | ".join(texts))
        return await super().embed_queries(texts)


def query(**values: object) -> SearchQuery:
    return SearchQuery.model_validate({"tenant_id": TENANT, "query": "When does it leave?", "epoch": 3, **values})


def cached(inner: ListRetriever, cache: MemoryCache, *, ttl_s: float = 60) -> CachedRetriever:
    return CachedRetriever(inner, cache=BestEffort(cache), keys=KEYS, ttl_s=ttl_s, counts=Counts())


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """What was counted since the last look, as CloudWatch reads it."""
    totals: dict[str, int] = {}
    for line in capsys.readouterr().out.splitlines():
        record = json.loads(line)
        if "_aws" in record:
            (directive,) = record["_aws"]["CloudWatchMetrics"]
            assert (directive["Namespace"], directive["Dimensions"]) == ("DocQA", [["service"]])
            for metric in directive["Metrics"]:
                totals[metric["Name"]] = totals.get(metric["Name"], 0) + int(record[metric["Name"]][0])
    return totals


async def test_the_second_search_is_not_made(capsys: pytest.CaptureFixture[str]) -> None:
    inner = ListRetriever(HITS)
    retriever = cached(inner, MemoryCache())
    assert await retriever.search(query()) == HITS
    assert await retriever.search(query(query="  When does   it leave? ")) == HITS
    assert len(inner.queries) == 1
    assert counted(capsys) == {"SearchCacheMiss": 1, "SearchCacheHit": 1}


async def test_nothing_found_is_an_answer_too() -> None:
    inner = ListRetriever()
    retriever = cached(inner, MemoryCache())
    assert [await retriever.search(query()), await retriever.search(query())] == [[], []]
    assert len(inner.queries) == 1


async def test_without_an_epoch_nothing_is_cached(capsys: pytest.CaptureFixture[str]) -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    chain = VectorRetriever(inner, embedder_for=lambda _: HashingEmbedder(), cache=cache, keys=KEYS, counts=Counts())
    retriever = CachedRetriever(chain, cache=cache, keys=KEYS, ttl_s=60, counts=Counts())
    for _ in range(2):
        assert await retriever.search(query(epoch=None)) == HITS
    assert len(inner.queries) == 2
    assert (cache.values, cache.calls, counted(capsys)) == ({}, {}, {})


@pytest.mark.parametrize(
    "other",
    [
        {"tenant_id": UUID(int=77)},
        {"epoch": 4},
        {"collection_ids": ()},
        {"document_ids": (HITS[0].document_id,)},
        {"filters": {"page_from": 2}},
        {"mode": "dense"},
        {"rerank": True},
        {"window": 1},
        {"rewrites": ("departure",)},
        {"top_k": 9},
        {"query": "When does it arrive?"},
    ],
)
async def test_anything_else_is_another_search(other: dict[str, object]) -> None:
    inner = ListRetriever(HITS)
    retriever = cached(inner, MemoryCache())
    await retriever.search(query())
    await retriever.search(query(**other))
    assert len(inner.queries) == 2


async def test_an_answer_of_another_tenant_that_lies_under_the_key_is_not_served() -> None:
    """As after a collision, or planted by who can write to the cache."""
    inner, cache = ListRetriever(HITS), MemoryCache()
    foreign = query(tenant_id=UUID(int=77))
    secret = stored.pack(
        Found(key=KEYS.answer(foreign), scope=KEYS.scope(foreign), hits=(make_hit("Another tenant's secret."),))
    )
    assert secret is not None
    await cache.set(KEYS.answer(query()), secret, ttl_s=60)
    assert await cached(inner, cache).search(query()) == HITS
    assert await cached(inner, cache).search(query()) == HITS
    assert len(inner.queries) == 1  # what was wrong was replaced


async def test_broken_content_is_a_miss() -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    await cache.set(KEYS.answer(query()), b"j{", ttl_s=60)
    assert await cached(inner, cache).search(query()) == HITS


async def test_an_answer_of_before_a_deletion_is_not_served_after_it() -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    retriever = cached(inner, cache)
    await retriever.search(query(epoch=3))
    inner.hits = HITS[:1]
    assert await retriever.search(query(epoch=4)) == HITS[:1]


async def test_an_answer_grows_old() -> None:
    clock = Clock()
    inner = ListRetriever(HITS)
    retriever = cached(inner, MemoryCache(clock=clock), ttl_s=60)
    for passed in (0, 59, 2):
        clock.now += passed
        await retriever.search(query())
    assert len(inner.queries) == 2


async def test_who_gets_hits_may_change_the_list() -> None:
    retriever = cached(SlowRetriever(HITS), MemoryCache())
    first, second = await asyncio.gather(retriever.search(query()), retriever.search(query()))
    first.clear()
    assert second == HITS


async def test_twenty_at_once_search_once(capsys: pytest.CaptureFixture[str]) -> None:
    inner = SlowRetriever(HITS)
    retriever = cached(inner, MemoryCache())
    assert await asyncio.gather(*(retriever.search(query()) for _ in range(20))) == [HITS] * 20
    assert len(inner.queries) == 1
    assert counted(capsys) == {"SearchCacheMiss": 1, "SearchCacheShared": 19}


async def test_twenty_environments_at_once_search_once() -> None:
    inner, cache = SlowRetriever(HITS), MemoryCache()
    environments = [cached(inner, cache) for _ in range(20)]
    assert await asyncio.gather(*(retriever.search(query()) for retriever in environments)) == [HITS] * 20
    assert len(inner.queries) == 1


class TellingRetriever(SlowRetriever):
    """Has something to tell beside its hits."""

    outcome = RerankOutcome.DONE

    async def search(self, query: SearchQuery) -> list[Hit]:
        with trace.timed("find"):
            hits = await super().search(query)
        trace.note("found by meaning alone")
        trace.reranked(Reranking(outcome=self.outcome, model="m", scored=2))
        return hits


async def test_who_gets_hits_from_the_cache_is_told_what_was_told_with_them() -> None:
    async def traced(retriever: CachedRetriever) -> trace.SearchTrace:
        with trace.traced() as told:
            await retriever.search(query())
        return told

    cache, inner = MemoryCache(), TellingRetriever(HITS)
    retriever = cached(inner, cache)
    computed, shared = await asyncio.gather(traced(retriever), traced(retriever))
    hit = await traced(cached(inner, cache))
    assert len(inner.queries) == 1
    assert [sorted(told.timings_ms) for told in (computed, shared, hit)] == [["cache", "find"], [], ["cache"]]
    for told in (computed, shared, hit):
        assert told.notes == ["found by meaning alone"]
        assert told.reranking == Reranking(outcome=RerankOutcome.DONE, model="m", scored=2)


async def test_what_a_late_model_has_left_is_served_once() -> None:
    cache, inner = MemoryCache(), TellingRetriever(HITS)
    inner.outcome = RerankOutcome.LATE
    retriever = cached(inner, cache)
    for _ in range(2):
        assert await retriever.search(query()) == HITS
    assert len(inner.queries) == 2
    assert cache.values == {}


async def test_a_failed_search_is_not_cached_and_lets_others_try() -> None:
    cache = MemoryCache()
    bad, good = SlowRetriever(error=DependencyUnavailable()), ListRetriever(HITS)
    retriever = cached(bad, cache)
    results = await asyncio.gather(*(retriever.search(query()) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [DependencyUnavailable] * 3
    assert cache.values == {}
    assert await cached(good, cache).search(query()) == HITS


async def test_another_environment_takes_over_from_one_that_failed() -> None:
    class Failing(SlowRetriever):
        async def search(self, query: SearchQuery) -> list[Hit]:
            await super().search(query)
            raise DependencyUnavailable()

    cache, good = MemoryCache(), ListRetriever(HITS)
    results = await asyncio.gather(
        cached(Failing(), cache).search(query()), cached(good, cache).search(query()), return_exceptions=True
    )
    assert isinstance(results[0], DependencyUnavailable)
    assert results[1] == HITS


async def test_the_claim_of_an_environment_that_died_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "WAIT_S", 0.1)
    inner, cache = ListRetriever(HITS), MemoryCache()
    await cache.claim(f"{KEYS.answer(query())}:claim", b"dead", ttl_s=3_600)
    async with asyncio.timeout(3):
        assert await cached(inner, cache).search(query()) == HITS
    assert await cached(inner, cache).search(query()) == HITS
    assert len(inner.queries) == 1


async def test_a_cache_that_is_down_costs_nothing_but_the_hits(caplog: pytest.LogCaptureFixture) -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    cache.down = True
    retriever = cached(inner, cache)
    for _ in range(3):
        assert await retriever.search(query()) == HITS
    assert len(inner.queries) == 3
    assert caplog.messages == ["cache_unavailable"]
    cache.down = False
    for _ in range(2):
        assert await retriever.search(query()) == HITS
    assert len(inner.queries) == 4
    assert caplog.messages == ["cache_unavailable", "cache_back"]


async def test_a_question_is_embedded_once_for_a_tenant(capsys: pytest.CaptureFixture[str]) -> None:
    inner, embedder = ListRetriever(HITS), CountingEmbedder()
    retriever = VectorRetriever(inner, embedder_for=lambda _: embedder, cache=MemoryCache(), keys=KEYS, counts=Counts())
    await retriever.search(query())
    await retriever.search(query(epoch=4, top_k=3))
    assert embedder.texts == ["When does it leave?"]
    (first,), (second,) = (asked.vectors or () for asked in inner.queries)
    assert first == await HashingEmbedder().embed_query("When does it leave?")
    assert second == pytest.approx(first, abs=1e-7)
    assert counted(capsys) == {"EmbeddingCacheMiss": 1, "EmbeddingCacheHit": 1}


async def test_rewrites_are_embedded_in_one_call_and_only_where_they_are_new() -> None:
    inner, embedder = ListRetriever(HITS), CountingEmbedder()
    retriever = VectorRetriever(inner, embedder_for=lambda _: embedder, cache=MemoryCache(), keys=KEYS, counts=Counts())
    await retriever.search(query(rewrites=("departure",)))
    await retriever.search(query(rewrites=("time of departure", "departure", "hour")))
    assert embedder.texts == ["When does it leave? | departure", "time of departure | hour"]
    asked = inner.queries[1]
    assert asked.texts == ("When does it leave?", "time of departure", "departure", "hour")
    for text, vector in zip(asked.texts, asked.vectors or (), strict=True):
        assert vector == pytest.approx(await HashingEmbedder().embed_query(text), abs=1e-7)


async def test_another_model_has_vectors_of_its_own() -> None:
    class Other(CountingEmbedder):
        model = "other"

    default, other = CountingEmbedder(), Other()
    retriever = VectorRetriever(
        ListRetriever(),
        embedder_for=lambda name: other if name == "other" else default,
        cache=MemoryCache(),
        keys=KEYS,
        counts=Counts(),
    )
    for model in (None, "other", None, "other"):
        await retriever.search(query(embedding_model=model))
    assert (len(default.texts), len(other.texts)) == (1, 1)


async def test_another_tenant_gains_nothing_from_it() -> None:
    embedder = CountingEmbedder()
    retriever = VectorRetriever(
        ListRetriever(), embedder_for=lambda _: embedder, cache=MemoryCache(), keys=KEYS, counts=Counts()
    )
    await retriever.search(query())
    await retriever.search(query(tenant_id=UUID(int=77)))
    assert len(embedder.texts) == 2


@pytest.mark.parametrize("values", [{"mode": SearchMode.LEXICAL}, {"vectors": ((1.0, 0.0),)}])
async def test_what_needs_no_vector_gets_none(values: dict[str, object]) -> None:
    inner, embedder = ListRetriever(), CountingEmbedder()
    retriever = VectorRetriever(inner, embedder_for=lambda _: embedder, cache=MemoryCache(), keys=KEYS, counts=Counts())
    await retriever.search(query(**values))
    assert (embedder.texts, inner.queries) == ([], [query(**values)])


def packed(values: Sequence[float], key: str = "key") -> bytes:
    return vectors.pack(key, tuple(values))


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        packed([1.0]),
        packed([1.0, 0.0], "another key"),
        packed([3.0, 0.0]),
        packed([0.0, 0.0]),
        packed([float("nan"), 0.0]),
        packed([1.0, 0.0])[:-1],
    ],
)
def test_what_is_no_vector_of_this_question_is_nothing(data: bytes | None) -> None:
    assert vectors.unpack(data, key="key", dimensions=2) is None
    assert vectors.unpack(packed([1.0, 0.0]), key="key", dimensions=2) == (1.0, 0.0)
