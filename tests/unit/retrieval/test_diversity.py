"""MMR: by relevance alone, by unlikeness alone, and between."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.core.models import SearchQuery
from docqa.retrieval.diversity import DiverseRetriever, chosen
from tests.fakes.answering import ListRetriever, make_hit

pytestmark = pytest.mark.anyio

TERMS = [{"tea": 2, "cup": 1}, {"tea": 2, "cup": 1}, {"ferry": 1}, {"tea": 1, "ferry": 1}]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("diversity", "order"),
    [
        (0.0, [0, 1, 2, 3]),
        (0.5, [0, 2, 1, 3]),
        (1.0, [0, 2, 3, 1]),
    ],
)
def test_order(diversity: float, order: list[int]) -> None:
    assert chosen([1.0, 0.9, 0.6, 0.5], TERMS, diversity=diversity, wanted=4) == order


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 1), max_size=12),
    st.floats(0, 1),
    st.integers(0, 15),
)
def test_every_place_is_filled_once(scores: list[float], diversity: float, wanted: int) -> None:
    terms = [{"word": n, f"w{n % 3}": 1} for n in range(len(scores))]
    order = chosen(scores, terms, diversity=diversity, wanted=wanted)
    assert len(order) == len(set(order)) == min(wanted, len(scores))
    if order:
        assert scores[order[0]] == max(scores) or diversity == 1.0


async def test_more_candidates_than_places_are_looked_at() -> None:
    texts = ["tea and cups", "tea in cups", "cups of tea", "the ferry leaves"]
    inner = ListRetriever([make_hit(text, rank=n, score=1 - n / 10) for n, text in enumerate(texts, start=1)])
    query = SearchQuery(tenant_id=UUID(int=1), query="q", top_k=2, diversity=0.7)
    hits = await DiverseRetriever(inner).search(query)
    assert [(hit.rank, hit.text, hit.score) for hit in hits] == [(1, texts[0], 0.9), (2, texts[3], 0.6)]
    assert inner.queries[0].top_k == 6


async def test_without_diversity_nothing_changes() -> None:
    inner = ListRetriever([make_hit("a"), make_hit("a")])
    query = SearchQuery(tenant_id=UUID(int=1), query="q", top_k=2)
    assert await DiverseRetriever(inner).search(query) == inner.hits
    assert inner.queries == [query]
