"""The search route: what it asks for, what it sends, and what it leaves out."""

from typing import Any

import pytest

from docqa.core.models import Box, Reranking, RerankOutcome, SearchQuery, Span
from docqa.core.trace import reranked, timed
from tests.fakes.answering import TENANT, ListRetriever, make_hit

SPANS = tuple(Span(start=n, end=n + 1, box=Box(page=1, x0=0, y0=n, x1=9, y1=n + 1)) for n in range(3))


class TracingRetriever(ListRetriever):
    """Finds and reranks, as far as a trace can tell."""

    async def search(self, query: SearchQuery) -> list[Any]:
        with timed("embed"), timed("find"):
            hits = await super().search(query)
        if query.rerank:
            reranked(Reranking(outcome=RerankOutcome.PARTLY, model="m", scored=2))
        return hits


@pytest.fixture
def searching(api: Any) -> Any:
    api.services.retriever = TracingRetriever([make_hit("The ferry leaves.", spans=SPANS)])
    return api


def test_what_is_left_out_stays_as_it_was(searching: Any) -> None:
    answer = searching.http.post("search", json={"query": "ferry"})
    assert answer.status_code == 200, answer.text
    assert searching.services.retriever.queries == [SearchQuery(tenant_id=TENANT, query="ferry", epoch=7)]
    body = answer.json()
    assert body["hits"][0]["text"] == "The ferry leaves."
    assert body["hits"][0]["spans"] == []
    assert set(body) == {"hits", "timings_ms"}
    assert set(body["timings_ms"]) == {"embed", "find", "total"}
    assert body["timings_ms"]["total"] >= body["timings_ms"]["find"]


def test_everything_that_can_be_asked_for_reaches_the_retriever(searching: Any) -> None:
    wishes = {"rerank": True, "deduplicate": True, "diversity": 0.3, "window": 2, "parents": True}
    body = searching.http.post("search", json={"query": "ferry", "include": ["spans"], **wishes}).json()
    [query] = searching.services.retriever.queries
    assert {name: getattr(query, name) for name in wishes} == wishes
    assert [span["start"] for span in body["hits"][0]["spans"]] == [0, 1, 2]
    assert body["reranking"] == {"outcome": "partly", "model": "m", "scored": 2}


@pytest.mark.parametrize(
    "wrong", [{"window": 6}, {"window": -1}, {"diversity": 1.1}, {"include": ["vectors"]}, {"rewrites": ["x"]}]
)
def test_what_cannot_be_is_refused_with_its_name(searching: Any, wrong: dict[str, Any]) -> None:
    refused = searching.http.post("search", json={"query": "ferry", **wrong})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")
    assert next(iter(wrong)) in refused.text
