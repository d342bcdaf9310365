"""What counts as the same text, and that the places of duplicates are filled."""

from uuid import UUID

import pytest

from docqa.core.models import SearchQuery
from docqa.retrieval.deduplication import SPARE, DeduplicatingRetriever, distinct
from tests.fakes.answering import ListRetriever, make_hit

WORDS = "harbour ferry captain lighthouse anchor sailor island bridge market garden window kitchen ladder mirror candle"
CHINESE = "渡船每天早上九点从港口出发前往岛上的灯塔然后在傍晚六点之前返回城市中心的码头"


def kept(*texts: str) -> list[str]:
    return [hit.text for hit in distinct([make_hit(text) for text in texts], wanted=10)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferry leaves.", "the  FERRY\nleaves."),
        ("ﬁfteen ferries", "fifteen ferries"),
        (f"{WORDS} pencil basket hammer saddle", f"{WORDS} pencil basket hammer saddle thunder"),
        (CHINESE, f"{CHINESE}了"),
    ],
)
def test_the_same_said_twice_is_kept_once(one: str, other: str) -> None:
    assert kept(one, other) == [one]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferry leaves.", "The ferry arrives."),
        (f"{WORDS} in the year 1999", f"{WORDS} in the year 2001"),
        (f"Clause 4.1 {WORDS}", f"Clause 4.2 {WORDS}"),
        (WORDS, f"{WORDS} pencil basket hammer"),
        (f"{WORDS} can leave", f"{WORDS} can not leave"),
        (f"{WORDS} do leave", f"{WORDS} don't leave"),
    ],
)
def test_what_differs_in_words_or_in_a_number_stays(one: str, other: str) -> None:
    assert kept(one, other) == [one, other]


def test_passages_without_any_term_are_the_same_only_when_their_text_is() -> None:
    assert kept("???", "???", "!!!") == ["???", "!!!"]


@pytest.mark.anyio
async def test_freed_places_are_filled_and_ranks_are_whole(anyio_backend: str) -> None:
    inner = ListRetriever([make_hit(text, rank=n) for n, text in enumerate(["a", "A", "b", "c", "d"], start=1)])
    retriever = DeduplicatingRetriever(inner)
    query = SearchQuery(tenant_id=UUID(int=1), query="q", top_k=3, deduplicate=True)
    hits = await retriever.search(query)
    assert [(hit.rank, hit.text) for hit in hits] == [(1, "a"), (2, "b"), (3, "c")]
    assert inner.queries[0].top_k == 3 + SPARE


@pytest.mark.anyio
async def test_a_query_that_does_not_ask_gets_everything(anyio_backend: str) -> None:
    inner = ListRetriever([make_hit("a"), make_hit("A")])
    query = SearchQuery(tenant_id=UUID(int=1), query="q", top_k=3)
    assert await DeduplicatingRetriever(inner).search(query) == inner.hits
    assert inner.queries == [query]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
