"""Calling the inference function: throttling, failures, and answers that cannot be right."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from docqa.core.errors import DependencyUnavailable, InvalidSetting
from docqa.embeddings import remote
from docqa.embeddings.catalog import BGE_SMALL, EmbeddingModel
from docqa.embeddings.remote import ATTEMPTS, InferenceFunction, RemoteEmbedder, RemotePairScorer
from docqa.embeddings.wire import MAX_TEXTS, embed_response
from tests.fakes.embedding import InProcessLambda

UNIT = (1.0,) + (0.0,) * (BGE_SMALL.dimensions - 1)


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "FIRST_WAIT_S", 0.0001)


def embed(request: dict[str, Any], context: object) -> dict[str, Any]:
    return embed_response(BGE_SMALL.name, BGE_SMALL.dimensions, [UNIT] * len(request["texts"]))


def embedder_over(client: Any) -> RemoteEmbedder:
    return RemoteEmbedder(InferenceFunction("inference", make_client=lambda: client))


def test_a_request_names_the_model_of_the_embedder() -> None:
    asked = []

    def other(request: dict[str, Any], context: object) -> dict[str, Any]:
        asked.append((request["kind"], request["model"]))
        return embed_response(request["model"], 2, [(1.0, 0.0)] * len(request["texts"]))

    spec = EmbeddingModel(name="other", folder="other", dimensions=2, pooling="mean", max_tokens=256)
    embedder = RemoteEmbedder(InferenceFunction("inference", make_client=lambda: InProcessLambda(other)), spec)
    assert asyncio.run(embedder.embed_query("q")) == (1.0, 0.0)
    assert asyncio.run(embedder.embed_passages(["a", "b"])) == [(1.0, 0.0)] * 2
    assert asked == [("query", "other"), ("passage", "other")]
    assert (embedder.model, embedder.dimensions, embedder.languages) == ("other", 2, None)


def test_throttling_is_waited_out() -> None:
    client = InProcessLambda(embed, throttled=ATTEMPTS - 1)
    assert asyncio.run(embedder_over(client).embed_query("q")) == UNIT


def test_throttling_without_end_is_given_up() -> None:
    client = InProcessLambda(embed, throttled=ATTEMPTS)
    with pytest.raises(DependencyUnavailable) as raised:
        asyncio.run(embedder_over(client).embed_query("q"))
    assert raised.value.retryable
    assert raised.value.details == {"cause": "TooManyRequestsException"}


def test_a_refusal_is_not_tried_again() -> None:
    class Refusing:
        calls = 0

        def invoke(self, **_: object) -> dict[str, Any]:
            self.calls += 1
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Invoke")

    client = Refusing()
    with pytest.raises(DependencyUnavailable):
        asyncio.run(embedder_over(client).embed_query("q"))
    assert client.calls == 1


def test_a_function_that_cannot_be_reached_is_unavailable() -> None:
    class Unreachable:
        def invoke(self, **_: object) -> dict[str, Any]:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    with pytest.raises(DependencyUnavailable, match="does not answer"):
        asyncio.run(embedder_over(Unreachable()).embed_query("q"))


def test_what_the_handler_raised_is_named() -> None:
    def broken(request: dict[str, Any], context: object) -> dict[str, Any]:
        raise InvalidSetting("There is no model file")

    with pytest.raises(DependencyUnavailable) as raised:
        asyncio.run(embedder_over(InProcessLambda(broken)).embed_query("q"))
    assert raised.value.details == {"cause": "InvalidSetting"}


@pytest.mark.parametrize(
    "answer",
    [
        embed_response("another-model", BGE_SMALL.dimensions, [UNIT, UNIT]),
        embed_response(BGE_SMALL.name, BGE_SMALL.dimensions, [UNIT]),
        {"model": BGE_SMALL.name, "dimensions": 384, "vectors": "AAAA"},
        {"model": BGE_SMALL.name},
        ["not an object"],
    ],
)
def test_an_answer_that_cannot_be_right_is_refused(answer: Any) -> None:
    with pytest.raises(DependencyUnavailable):
        asyncio.run(embedder_over(InProcessLambda(lambda *_: answer)).embed_passages(["a", "b"]))


@pytest.mark.parametrize("scores", [None, [1.0], "12"])
def test_scores_that_cannot_be_right_are_refused(scores: Any) -> None:
    function = InferenceFunction("inference", make_client=lambda: InProcessLambda(lambda *_: {"scores": scores}))
    with pytest.raises(DependencyUnavailable):
        asyncio.run(RemotePairScorer(function).score("q", ["a", "b"]))


@pytest.mark.parametrize("scores", [[1.0], [1.0, None], None])
def test_without_a_budget_every_passage_has_a_score(scores: Any) -> None:
    function = InferenceFunction("inference", make_client=lambda: InProcessLambda(lambda *_: {"scores": scores}))
    with pytest.raises(DependencyUnavailable):
        asyncio.run(RemotePairScorer(function).score("q", ["a", "b"]))


def test_the_budget_is_sent_less_the_way_and_what_is_missing_has_no_score() -> None:
    seen: list[dict[str, Any]] = []

    def scored(request: dict[str, Any], context: object) -> dict[str, Any]:
        seen.append(request)
        return {"scores": [1.5, None]}

    function = InferenceFunction("inference", make_client=lambda: InProcessLambda(scored))
    assert asyncio.run(RemotePairScorer(function).rerank("q", ["a", "b"], budget_s=0.5)) == [1.5, None]
    assert 400 <= seen[0]["budget_ms"] <= 470
    assert asyncio.run(RemotePairScorer(function).rerank("q", ["a", "b"], budget_s=0.01)) == [None, None]
    assert len(seen) == 1, "a budget that the way alone takes is not worth the call"


def test_requests_stay_within_the_limits_of_lambda() -> None:
    client = InProcessLambda(embed)
    texts = ["é" * 400_000] * 20 + ["short"] * (MAX_TEXTS + 1)
    assert len(asyncio.run(embedder_over(client).embed_passages(texts))) == len(texts)
    assert max(client.payloads) < 6_000_000
    assert len(client.payloads) == 5


def test_twenty_questions_at_once_share_one_client() -> None:
    made = []

    def make_client() -> InProcessLambda:
        made.append(InProcessLambda(embed))
        return made[-1]

    async def ask_all() -> list[tuple[float, ...]]:
        embedder = RemoteEmbedder(InferenceFunction("inference", make_client=make_client))
        return await asyncio.gather(*[embedder.embed_query(f"q{n}") for n in range(20)])

    assert asyncio.run(ask_all()) == [UNIT] * 20
    assert len(made) == 1
