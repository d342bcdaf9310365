"""The first stage over an index and an embedder that say what they were asked."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from docqa.core.models import Hit, SearchMode, SearchQuery
from docqa.core.trace import traced
from docqa.retrieval.retriever import DEPTH, HybridRetriever
from docqa.retrieval.tokenizer import Tokenizer
from tests.fakes.answering import make_hit

pytestmark = pytest.mark.anyio

TENANT = UUID(int=1)
VECTOR = (1.0, 0.0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeIndex:
    """Finds, for each list of terms, the passages that it was given; `asked` keeps what it was asked."""

    def __init__(self, *texts: str, **by_term: Sequence[str]) -> None:
        self.asked: list[tuple[SearchQuery, tuple[float, ...] | None, tuple[str, ...], int]] = []
        self._texts = texts
        self._by_term = by_term

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
        self.asked.append((query, vector, tuple(terms), pool))
        texts = next((self._by_term[term] for term in terms if term in self._by_term), self._texts)
        return [make_hit(text, rank=rank) for rank, text in enumerate(texts, start=1)][: query.top_k]


class CountingEmbedder:
    model = "fake"
    dimensions = 2
    languages = None

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        raise AssertionError("a question is no passage")

    async def embed_query(self, text: str) -> tuple[float, ...]:
        return (await self.embed_queries([text]))[0]

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.calls.append(list(texts))
        return [VECTOR for _ in texts]


def retriever(index: FakeIndex, embedder: CountingEmbedder | None = None) -> HybridRetriever:
    return HybridRetriever(index=index, embedder_for=lambda _: embedder or CountingEmbedder(), analyzer=Tokenizer())


def query(**values: object) -> SearchQuery:
    return SearchQuery.model_validate({"tenant_id": TENANT, "query": "the river banks", **values})


@pytest.mark.parametrize(
    ("mode", "vector", "terms"),
    [
        (SearchMode.HYBRID, VECTOR, ("river", "bank")),
        (SearchMode.DENSE, VECTOR, ()),
        (SearchMode.LEXICAL, None, ("river", "bank")),
    ],
)
async def test_each_mode_asks_for_its_parts(mode: SearchMode, vector: object, terms: object) -> None:
    index = FakeIndex("one", "two", "three")
    hits = await retriever(index).search(query(mode=mode, top_k=2))
    assert [found.text for found in hits] == ["one", "two"]
    assert [(asked[1], asked[2], asked[3]) for asked in index.asked] == [(vector, terms, 100)]


async def test_pool_is_at_least_what_is_wanted() -> None:
    index = FakeIndex("one")
    await retriever(index).search(query(top_k=500))
    assert index.asked[0][3] == 500


async def test_wordings_are_embedded_in_one_call_and_fused_by_rank() -> None:
    index = FakeIndex(river=["a", "b", "c"], brook=["b", "d"], stream=["b", "a"])
    embedder = CountingEmbedder()
    asked = query(query="river", rewrites=("brook", "stream", "river"), top_k=3)
    hits = await retriever(index, embedder).search(asked)
    assert embedder.calls == [["river", "brook", "stream"]]
    assert [(found.rank, found.text) for found in hits] == [(1, "b"), (2, "a"), (3, "d")]
    first, second, third = (found.score for found in hits)
    assert 1.0 > first > second > third > 0.0
    assert {each[0].top_k for each in index.asked} == {DEPTH}


async def test_what_is_first_for_every_wording_has_score_one() -> None:
    hits = await retriever(FakeIndex("a", "b")).search(query(rewrites=("the shore",)))
    assert hits[0].score == pytest.approx(1.0)


async def test_a_lexical_search_of_several_wordings_embeds_nothing() -> None:
    embedder = CountingEmbedder()
    hits = await retriever(FakeIndex("a"), embedder).search(query(mode=SearchMode.LEXICAL, rewrites=("shores",)))
    assert [found.text for found in hits] == ["a"]
    assert embedder.calls == []


async def test_the_stages_are_timed_for_whoever_asks() -> None:
    with traced() as trace:
        await retriever(FakeIndex("a")).search(query())
        await retriever(FakeIndex("a")).search(query(mode=SearchMode.LEXICAL))
    assert set(trace.timings_ms) == {"embed", "find"}
    with traced() as other:
        pass
    await retriever(FakeIndex("a")).search(query())
    assert other.timings_ms == {}


async def test_vectors_that_came_with_the_query_are_used() -> None:
    index = FakeIndex("a passage")
    given = ((0.0, 1.0), (1.0, 0.0))
    await retriever(index).search(query(rewrites=("banks",), vectors=given))
    assert [asked[1] for asked in index.asked] == list(given)
    await retriever(index).search(query(mode=SearchMode.LEXICAL, vectors=given[:1]))
    assert index.asked[-1][1] is None


async def test_nothing_found_is_not_called_found_by_meaning() -> None:
    with traced() as trace:
        assert await retriever(FakeIndex()).search(query()) == []
    assert trace.notes == []
