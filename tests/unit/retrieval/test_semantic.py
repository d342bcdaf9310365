"""The semantic cache: another form of a question, never another question, never another scope."""

import json
import struct
from uuid import UUID

import pytest

from docqa.core.models import SearchQuery
from docqa.observability import Counts
from docqa.retrieval.cache_keys import CacheKeys
from docqa.retrieval.caching import CachedRetriever
from docqa.retrieval.same_words import words_of
from docqa.retrieval.semantic import SemanticRetriever
from docqa.retrieval.vectors import VectorRetriever
from tests.fakes.answering import TENANT, ListRetriever, make_hit
from tests.fakes.cache import MemoryCache
from tests.fakes.embedding import HashingEmbedder

pytestmark = pytest.mark.anyio

KEYS = CacheKeys(versions=["1"])
HITS = [make_hit("In 2022 Anna bought the northern house from Bert.")]
QUESTION = "When did Anna buy the house from Bert in 2022?"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def query(text: str = QUESTION, **values: object) -> SearchQuery:
    return SearchQuery.model_validate({"tenant_id": TENANT, "query": text, "epoch": 3, **values})


def chain(inner: ListRetriever, cache: MemoryCache, *, threshold: float = 0.9) -> CachedRetriever:
    counts = Counts()
    semantic = SemanticRetriever(inner, cache=cache, keys=KEYS, threshold=threshold, ttl_s=60, counts=counts)
    embedding = VectorRetriever(
        semantic, embedder_for=lambda _: HashingEmbedder(), cache=cache, keys=KEYS, counts=counts
    )
    return CachedRetriever(embedding, cache=cache, keys=KEYS, ttl_s=60, counts=counts)


@pytest.mark.parametrize(
    "form",
    [
        "when did anna buy the house from bert in 2022",
        "Please, when did Anna buy the house from Bert in 2022?",
        "In 2022, when did Anna buy the house from Bert?",
    ],
)
async def test_another_form_gets_the_hits_that_are_there(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    inner = ListRetriever(HITS)
    retriever = chain(inner, MemoryCache())
    assert await retriever.search(query()) == await retriever.search(query(form)) == HITS
    assert len(inner.queries) == 1
    assert '"SemanticCacheHit":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize(
    "other",
    [
        "When did Anna buy the house from Bert in 2023?",
        "When did Anna buy the house from Carl in 2022?",
        "When did Anna sell the house from Bert in 2022?",
        "Where did Anna buy the house from Bert in 2022?",
        "When did Anna not buy the house from Bert in 2022?",
        "When did Anna buy the house before Bert in 2022?",
        "When did Anna buy the house from Bert in -2022?",
        "When did Anna buy the house from Bert in 2022.5?",
        "When didn't Anna buy the house from Bert in 2022?",
        "When did Anna and Bert buy the house from Bert in 2022?",
    ],
)
async def test_another_question_is_searched_for(other: str) -> None:
    inner = ListRetriever(HITS)
    retriever = chain(inner, MemoryCache())
    await retriever.search(query())
    await retriever.search(query(other))
    assert len(inner.queries) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"tenant_id": UUID(int=77)},
        {"epoch": 4},
        {"epoch": None},
        {"collection_ids": ()},
        {"document_ids": (HITS[0].document_id,)},
        {"filters": {"page_to": 4}},
        {"mode": "dense"},
        {"mode": "lexical"},
        {"rerank": True},
        {"rewrites": ("purchase",)},
        {"top_k": 9},
    ],
)
async def test_another_scope_is_searched_for(values: dict[str, object]) -> None:
    inner = ListRetriever(HITS)
    retriever = chain(inner, MemoryCache())
    await retriever.search(query())
    await retriever.search(query(QUESTION.lower(), **values))
    assert len(inner.queries) == 2


async def test_too_unlike_a_vector_is_searched_for() -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    await chain(inner, cache).search(query())
    below = SemanticRetriever(inner, cache=cache, keys=KEYS, threshold=0.9, ttl_s=60, counts=Counts())
    vector = await HashingEmbedder().embed_query("something else")
    await below.search(query(QUESTION.lower(), vectors=(vector,)))
    assert len(inner.queries) == 2


async def test_broken_or_foreign_memories_are_passed_over() -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    key = KEYS.semantic(query(), words_of(QUESTION))
    vector = await HashingEmbedder().embed_query(QUESTION.lower())
    secret = json.dumps({"key": "search:other:1", "scope": KEYS.scope(query()), "hits": []})
    await cache.set(f"search:{TENANT}:{'f' * 64}", b"j" + secret.encode(), ttl_s=60)
    planted = b"f" * 64 + struct.pack(f"<{len(vector)}f", *vector)
    for item in (b"", b"\xff" * 64, b"f" * 65, planted):
        await cache.remember(key, item, keep=4, ttl_s=60)
    assert await chain(inner, cache).search(query(QUESTION.lower())) == HITS
    assert len(inner.queries) == 1


async def test_likeness_does_not_add_up() -> None:
    """What was served from memory is not remembered itself: the third is compared with the first."""
    inner, cache = ListRetriever(HITS), MemoryCache()
    retriever = chain(inner, cache)
    for text in (QUESTION, QUESTION.lower(), QUESTION.upper()):
        await retriever.search(query(text))
    (remembered,) = [value for key, (value, _) in cache.values.items() if key.startswith("semantic:")]
    assert len(remembered) == 1


async def test_without_an_epoch_nothing_is_remembered() -> None:
    inner, cache = ListRetriever(HITS), MemoryCache()
    retriever = SemanticRetriever(inner, cache=cache, keys=KEYS, threshold=0.9, ttl_s=60, counts=Counts())
    vector = await HashingEmbedder().embed_query(QUESTION)
    assert await retriever.search(query(epoch=None, vectors=(vector,))) == HITS
    assert (cache.values, cache.calls) == ({}, {})
