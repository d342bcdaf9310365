"""Searches over a real Valkey: many environments, a bad way to it, and what somebody else has put there."""

import asyncio
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from redis import Redis

from docqa.cache.valkey import ValkeyCache
from docqa.core.errors import DependencyUnavailable
from docqa.core.models import Hit, SearchQuery
from docqa.core.ports import Cache, Retriever
from docqa.observability import Counts
from docqa.retrieval import stored
from docqa.retrieval.best_effort import BestEffort
from docqa.retrieval.cache_keys import CacheKeys
from docqa.retrieval.caching import CachedRetriever
from docqa.retrieval.same_words import words_of
from docqa.retrieval.semantic import SemanticRetriever
from docqa.retrieval.stored import Found
from docqa.retrieval.vectors import VectorRetriever
from tests.cache.conftest import PATIENCE_S
from tests.cache.server import ValkeyServer, Way
from tests.fakes.answering import TENANT, ListRetriever, make_hit
from tests.fakes.embedding import HashingEmbedder

pytestmark = pytest.mark.anyio

Make = Callable[..., ValkeyCache]
KEYS = CacheKeys(versions=["1"])
HITS = [make_hit("The ferry leaves at nine.")]
SECRET = [make_hit("The merger is announced on Friday.")]
OTHER_TENANT = UUID(int=77)


class SlowRetriever(ListRetriever):
    """Says when it has `started`."""

    def __init__(self, hits: Sequence[Hit] = (), *, error: Exception | None = None) -> None:
        super().__init__(hits, error=error)
        self.started = asyncio.Event()

    async def search(self, query: SearchQuery) -> list[Hit]:
        self.started.set()
        hits = await super().search(query)
        await asyncio.sleep(0.1)
        return hits


def query(text: str = "When does it leave?", **values: object) -> SearchQuery:
    return SearchQuery.model_validate({"tenant_id": TENANT, "query": text, "epoch": 3, **values})


def environment(inner: Retriever, cache: Cache) -> Retriever:
    """All caches, as `bootstrap` chains them."""
    best, counts = BestEffort(cache), Counts()
    semantic = SemanticRetriever(inner, cache=best, keys=KEYS, threshold=0.9, ttl_s=60, counts=counts)
    embedding = VectorRetriever(
        semantic, embedder_for=lambda _: HashingEmbedder(), cache=best, keys=KEYS, counts=counts
    )
    return CachedRetriever(embedding, cache=best, keys=KEYS, ttl_s=60, counts=counts)


async def test_twenty_environments_search_once(server: ValkeyServer, make: Make) -> None:
    inner = SlowRetriever(HITS)
    environments = [environment(inner, make(server.url, timeout_s=PATIENCE_S)) for _ in range(20)]
    assert await asyncio.gather(*(one.search(query()) for one in environments)) == [HITS] * 20
    assert len(inner.queries) == 1


async def test_one_failed_search_is_made_by_another(server: ValkeyServer, make: Make, redis: "Redis[bytes]") -> None:
    bad = environment(SlowRetriever(error=DependencyUnavailable()), make(server.url, timeout_s=PATIENCE_S))
    with pytest.raises(DependencyUnavailable):
        await bad.search(query())
    assert redis.keys("search:*") == []
    assert await environment(ListRetriever(HITS), make(server.url, timeout_s=PATIENCE_S)).search(query()) == HITS


async def test_entries_end_and_are_found_by_tenant(valkey: ValkeyCache, redis: "Redis[bytes]") -> None:
    chain = environment(ListRetriever(HITS), valkey)
    await chain.search(query())
    await chain.search(query("And arrive?", tenant_id=OTHER_TENANT))
    keys = redis.keys()
    assert sorted(key.split(b":")[0] for key in keys if str(TENANT).encode() in key) == [
        b"search",
        b"semantic",
        b"vector",
    ]
    assert len(keys) == 6
    assert all(0 < redis.ttl(key) <= 24 * 3600 for key in keys)


async def test_no_tenant_meets_what_another_asked(valkey: ValkeyCache) -> None:
    theirs, ours = ListRetriever(SECRET), ListRetriever(HITS)
    await environment(theirs, valkey).search(query(tenant_id=OTHER_TENANT))
    chain = environment(ours, valkey)
    for text in ("When does it leave?", "when does it leave"):
        assert await chain.search(query(text)) == HITS
    assert len(ours.queries) == 1


async def test_what_another_tenant_found_is_not_served_wherever_it_lies(
    valkey: ValkeyCache, redis: "Redis[bytes]"
) -> None:
    foreign = query(tenant_id=OTHER_TENANT)
    await environment(ListRetriever(SECRET), valkey).search(foreign)
    for ours, theirs in (
        (KEYS.answer(query()), KEYS.answer(foreign)),
        (KEYS.vector(TENANT, "hashing", foreign.query), KEYS.vector(OTHER_TENANT, "hashing", foreign.query)),
        (KEYS.semantic(query(), words_of(foreign.query)), KEYS.semantic(foreign, words_of(foreign.query))),
    ):
        redis.copy(theirs, ours)
    assert await environment(ListRetriever(HITS), valkey).search(query()) == HITS


async def test_nothing_of_an_older_epoch_or_of_other_permissions(valkey: ValkeyCache) -> None:
    await environment(ListRetriever(SECRET), valkey).search(query())
    chain = environment(ListRetriever(), valkey)
    for values in ({"epoch": 4}, {"epoch": 2}, {"collection_ids": [UUID(int=5)]}, {"document_ids": [UUID(int=6)]}):
        for text in ("When does it leave?", "when does it leave"):
            assert await chain.search(query(text, **values)) == []


async def test_a_document_that_may_not_be_read_is_not_served(valkey: ValkeyCache) -> None:
    """An entry under the right key that holds too much."""
    narrow = query(document_ids=[UUID(int=6)])
    data = stored.pack(Found(key=KEYS.answer(narrow), scope=KEYS.scope(narrow), hits=tuple(SECRET)))
    assert data
    await valkey.set(KEYS.answer(narrow), data, ttl_s=60)
    assert await environment(ListRetriever(), valkey).search(narrow) == []


@pytest.mark.parametrize("kind", ["string", "list", "noise"])
async def test_rubbish_under_every_key_is_no_answer_and_no_error(
    kind: str, valkey: ValkeyCache, redis: "Redis[bytes]"
) -> None:
    keys = (
        KEYS.answer(query()),
        KEYS.vector(TENANT, "hashing", query().query),
        KEYS.semantic(query(), words_of(query().query)),
    )
    for key in keys:
        if kind == "list":
            redis.lpush(key, b"\xff" * 100)
        else:
            redis.set(key, b"" if kind == "string" else b"z\xff\x00" * 1000)
    assert await environment(ListRetriever(HITS), valkey).search(query()) == HITS


async def test_a_cache_that_dies_in_mid_search_is_not_noticed(way: Way, make: Make) -> None:
    inner = SlowRetriever(HITS)
    chain = environment(inner, make(way.url))
    assert await chain.search(query()) == HITS
    inner.started.clear()
    search = asyncio.create_task(chain.search(query("And arrive?")))
    await inner.started.wait()
    way.silent = True
    way.cut()
    assert await search == HITS
    assert await chain.search(query("And then?")) == HITS


async def test_a_silent_or_slow_cache_costs_little(way: Way, make: Make) -> None:
    way.silent = True
    chain = environment(ListRetriever(HITS), make(way.url))
    start = time.monotonic()
    for n in range(20):
        assert await chain.search(query(f"Question {n}?")) == HITS
    assert time.monotonic() - start < 2.0


async def test_who_gives_up_waiting_does_not_stop_the_others(server: ValkeyServer, make: Make) -> None:
    inner = SlowRetriever(HITS)
    chain = environment(inner, make(server.url, timeout_s=PATIENCE_S))
    searches = [asyncio.create_task(chain.search(query())) for _ in range(5)]
    await inner.started.wait()
    searches[0].cancel()
    assert await asyncio.gather(*searches[1:]) == [HITS] * 4
    assert searches[0].cancelled()
