"""What stands around a hit comes with it; the hit itself stays what it is."""

from uuid import UUID

import pytest

from docqa.core.models import Box, SearchQuery, Span, Surroundings
from docqa.retrieval.context import SIDE_CHARACTERS, ContextRetriever
from tests.fakes.answering import ListRetriever, make_hit
from tests.fakes.retrieval import MemoryContext

pytestmark = pytest.mark.anyio

SPAN = Span(start=0, end=3, box=Box(page=1, x0=0, y0=0, x1=9, y1=9))
HIT = make_hit("The ferry leaves at nine.", spans=(SPAN,))
OVERLAP = "and is back before the market closes. "


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def surrounded(before: tuple[str, ...], after: tuple[str, ...], text: str = HIT.text) -> tuple[str, str]:
    hit = make_hit(text)
    context = MemoryContext({hit.chunk_id: Surroundings(before=before, after=after)})
    query = SearchQuery(tenant_id=UUID(int=1), query="q", window=2)
    [found] = await ContextRetriever(ListRetriever([hit]), context=context).search(query)
    return found.context_before, found.context_after


async def test_surroundings_are_beside_the_text() -> None:
    assert await surrounded(("One.", "Two."), ("Four.", "Five.")) == ("One.\n\nTwo.", "Four.\n\nFive.")


async def test_only_the_context_of_a_hit_changes() -> None:
    context = MemoryContext({HIT.chunk_id: Surroundings(before=("One.",))})
    query = SearchQuery(tenant_id=UUID(int=1), query="q", parents=True)
    [found] = await ContextRetriever(ListRetriever([HIT]), context=context).search(query)
    assert found == HIT.model_copy(update={"context_before": "One."})
    assert context.asked == [(0, True)]


async def test_what_neighbours_share_is_there_once() -> None:
    text = OVERLAP + "Nobody waits for it."
    before, after = await surrounded(
        ("It leaves at nine. " + OVERLAP,), ("Nobody waits for it. Tickets are sold on board.",), text
    )
    assert before == "It leaves at nine."
    assert after == "Tickets are sold on board."


async def test_a_letter_that_happens_to_repeat_stays() -> None:
    assert await surrounded(("the coast",), (".. and so on",), "tea.") == ("the coast", ".. and so on")


async def test_each_side_is_bounded_and_the_nearest_come_first() -> None:
    near, far = "n" * (SIDE_CHARACTERS - 10), "far away from it"
    before, after = await surrounded((far, near), (near, far))
    assert (before, after) == (near, near)


async def test_a_passage_without_surroundings_and_a_query_without_the_wish() -> None:
    assert await surrounded((), ()) == ("", "")
    context = MemoryContext({HIT.chunk_id: Surroundings(before=("One.",))})
    query = SearchQuery(tenant_id=UUID(int=1), query="q")
    assert await ContextRetriever(ListRetriever([HIT]), context=context).search(query) == [HIT]
    assert context.asked == []
