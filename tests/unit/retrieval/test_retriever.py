"""The retriever over an index, an embedder and a scorer that say what they were asked."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from docqa.core.errors import DependencyUnavailable
from docqa.core.models import Hit, SearchMode, SearchQuery
from docqa.retrieval.retriever import RERANKED, HybridRetriever
from docqa.retrieval.tokenizer import Tokenizer

pytestmark = pytest.mark.anyio

TENANT = UUID(int=1)
VECTOR = (1.0, 0.0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeIndex:
    """Holds passages, best first, and answers with as many as are wanted."""

    def __init__(self, count: int) -> None:
        self.asked: list[tuple[SearchQuery, tuple[float, ...] | None, tuple[str, ...], int]] = []
        self._hits = [hit(rank, score=1.0 - rank / 1000) for rank in range(1, count + 1)]

    async def find(
        self,
        query: SearchQuery,
        *,
        vector: tuple[float, ...] | None,
        model: str,
        terms: Sequence[str],
        pool: int,
        dense_weight: float = 0.5,
    ) -> list[Hit]:
        self.asked.append((query, vector, tuple(terms), pool))
        return self._hits[: query.top_k]


class FakeEmbedder:
    model = "fake"
    dimensions = 2
    languages = None

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [VECTOR for _ in texts]

    async def embed_query(self, text: str) -> tuple[float, ...]:
        return VECTOR


class FakeScorer:
    """Likes the passages with the highest number."""

    def __init__(self) -> None:
        self.read: list[str] = []

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        self.read = list(passages)
        return [float(passage.split()[-1]) for passage in passages]


class SilentScorer(FakeScorer):
    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        raise DependencyUnavailable()


def hit(rank: int, score: float) -> Hit:
    return Hit(
        rank=rank,
        chunk_id=uuid4(),
        document_id=uuid4(),
        version=1,
        filename="f.pdf",
        page_from=1,
        page_to=1,
        row_from=None,
        row_to=None,
        boxes=(),
        heading_path=("Book", "Chapter", "Section"),
        text=f"passage {rank}",
        score=score,
    )


def retriever(index: FakeIndex, scorer: FakeScorer | None = None) -> HybridRetriever:
    return HybridRetriever(index=index, embedder=FakeEmbedder(), analyzer=Tokenizer(), scorer=scorer)


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
    index = FakeIndex(3)
    hits = await retriever(index).search(query(mode=mode, top_k=2))
    assert [found.text for found in hits] == ["passage 1", "passage 2"]
    assert [(asked[1], asked[2], asked[3]) for asked in index.asked] == [(vector, terms, 100)]


async def test_pool_is_at_least_what_is_wanted() -> None:
    index = FakeIndex(1)
    await retriever(index).search(query(top_k=500))
    assert index.asked[0][3] == 500


async def test_reranking_averages_both_stages_over_the_best_twenty() -> None:
    index, scorer = FakeIndex(30), FakeScorer()
    hits = await retriever(index, scorer).search(query(top_k=3, rerank=True))
    assert index.asked[0][0].top_k == RERANKED
    assert scorer.read[0] == "Chapter\nSection\npassage 1"
    assert len(scorer.read) == RERANKED
    # First stage and scorer disagree in everything: all means are equal, and the first stage decides.
    assert [(found.rank, found.text, found.rerank_score) for found in hits] == [
        (1, "passage 1", 1.0),
        (2, "passage 2", 2.0),
        (3, "passage 3", 3.0),
    ]
    assert [found.score for found in hits] == pytest.approx([0.5, 0.5, 0.5])


async def test_scorer_that_is_sure_brings_a_passage_up() -> None:
    class Sure(FakeScorer):
        async def score(self, query: str, passages: Sequence[str]) -> list[float]:
            return [10.0 if passage.endswith("passage 3") else 0.0 for passage in passages]

    hits = await retriever(FakeIndex(5), Sure()).search(query(top_k=2, rerank=True))
    assert [found.text for found in hits] == ["passage 3", "passage 1"]
    assert hits[0].score > hits[1].score


async def test_what_was_not_reranked_stays_behind_in_its_order() -> None:
    hits = await retriever(FakeIndex(40), FakeScorer()).search(query(top_k=25, rerank=True))
    assert [found.rank for found in hits] == list(range(1, 26))
    assert [found.text for found in hits[20:]] == [f"passage {n}" for n in range(21, 26)]
    assert [found.rerank_score for found in hits[20:]] == [None] * 5
    scores = [found.score for found in hits]
    assert scores == sorted(scores, reverse=True)


async def test_without_hits_nothing_is_scored_and_without_scorer_nothing_changes() -> None:
    scorer = FakeScorer()
    assert await retriever(FakeIndex(0), scorer).search(query(rerank=True)) == []
    assert scorer.read == []
    assert [found.rank for found in await retriever(FakeIndex(9)).search(query(top_k=4, rerank=True))] == [1, 2, 3, 4]


async def test_silent_scorer_is_an_error_and_not_a_worse_answer() -> None:
    with pytest.raises(DependencyUnavailable):
        await retriever(FakeIndex(3), SilentScorer()).search(query(rerank=True))
