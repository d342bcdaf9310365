"""The real SDK against Cohere's endpoint on this machine: what it says well, badly, late and not at all."""

import asyncio
import time

import pytest

from docqa.core.errors import DependencyUnavailable
from docqa.retrieval.cohere_rerank import MODEL, CohereReranker
from tests.fakes.cohere import KEY, CohereServer, Reply

PASSAGES = ["about tea", "about ferries and harbours", "about invoices"]
REFUSAL = {"id": "e", "message": "no"}


def ferries(query: str, document: str) -> float:
    return 0.98 if "ferries" in document else len(document) / 1000


def rerank(server: CohereServer, *, key: str = KEY, budget_s: float = 30.0) -> list[float | None]:
    """Anew, as in a new environment; the SDK's import may take a second."""
    return asyncio.run(
        CohereReranker(key, base_url=server.url).rerank("When do they leave?", PASSAGES, budget_s=budget_s)
    )


def failure(server: CohereServer, **arguments: object) -> DependencyUnavailable:
    with pytest.raises(DependencyUnavailable) as raised:
        rerank(server, **arguments)  # type: ignore[arg-type]
    return raised.value


def test_scores_come_back_in_the_order_of_the_passages() -> None:
    with CohereServer(score=ferries) as server:
        assert rerank(server) == [0.009, 0.98, 0.014]
    [request] = server.requests
    assert (request["model"], request["query"], request["documents"]) == (MODEL, "When do they leave?", PASSAGES)
    assert "top_n" not in request


async def outcomes(reranker: CohereReranker, *waits_s: float) -> list[object]:
    """Scores or causes of one request after each wait."""
    found: list[object] = []
    for wait_s in waits_s:
        await asyncio.sleep(wait_s)
        try:
            found.append(await reranker.rerank("q", PASSAGES, budget_s=30))
        except DependencyUnavailable as error:
            found.append(error.details["cause"])
    return found


def test_a_wrong_key_is_told_and_not_tried_again_for_a_while() -> None:
    with CohereServer() as server:
        found = asyncio.run(outcomes(CohereReranker("stolen", base_url=server.url), 0, 0))
    assert found == ["http_401", "paused"]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply(400, REFUSAL), "http_400"),
        (Reply(403, REFUSAL), "http_403"),
        (Reply(404, REFUSAL), "http_404"),
        (Reply(422, REFUSAL), "http_422"),
        (Reply(429, REFUSAL), "http_429"),
        (Reply(498, REFUSAL), "http_498"),
        (Reply(500, REFUSAL), "http_500"),
        (Reply(503, b"<html>Service Unavailable</html>", {"Content-Type": "text/html"}), "http_503"),
        (Reply(504, REFUSAL), "http_504"),
        (Reply(200, b"{not json"), "http_200"),
        (Reply(200, {"id": "x"}), "malformed"),
        (Reply(200, {"results": "none"}), "malformed"),
        (Reply(200, {"results": [{"index": 0}]}), "malformed"),
        (Reply(200, {"results": [{"index": 0, "relevance_score": None}]}), "malformed"),
        (Reply(200, {"results": [{"index": -1, "relevance_score": 0.5}]}), "malformed"),
        (Reply(200, {"results": [{"index": 3, "relevance_score": 0.5}]}), "malformed"),
        (Reply(200, ["a list"]), "malformed"),
        (Reply(200, {"results": [1, 2]}), "malformed"),
    ],
)
def test_every_refusal_and_every_wrong_answer_is_unavailability(reply: Reply, cause: str) -> None:
    with CohereServer(reply) as server:
        error = failure(server)
    assert error.retryable
    assert error.details == {"cause": cause}
    assert len(server.requests) == 1, "the SDK does not try again by itself"


def test_an_answer_about_some_of_the_passages_is_an_answer() -> None:
    with CohereServer(Reply(200, {"results": [{"index": 2, "relevance_score": 0.25}]})) as server:
        assert rerank(server) == [None, None, 0.25]


def test_retry_after_is_kept() -> None:
    limited = Reply(429, REFUSAL, {"Retry-After": "1"})
    with CohereServer(limited, score=ferries) as server:
        found = asyncio.run(outcomes(CohereReranker(KEY, base_url=server.url), 0, 0, 1.05))
    assert found == ["http_429", "paused", [0.009, 0.98, 0.014]]
    assert len(server.requests) == 2


def test_what_is_late_is_not_waited_for() -> None:
    with CohereServer(score=ferries) as server:
        rerank(server)  # from here on the SDK is imported
        server.replies = [Reply(200, {"results": []}, delay_s=2.0)]
        start = time.perf_counter()
        error = failure(server, budget_s=0.2)
        assert time.perf_counter() - start < 1.0
    assert error.details == {"cause": "timeout"}


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with CohereServer() as server:
        pass
    assert failure(server).details == {"cause": "ConnectError"}
