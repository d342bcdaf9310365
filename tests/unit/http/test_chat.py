"""The chat completions through the official SDK, as clients see them."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import openai
import pytest
from openai import OpenAI

from docqa.core.errors import DependencyUnavailable, InvalidRequest
from docqa.core.events import CitationEvent, DoneEvent, StepEvent, TokenEvent, UsageEvent
from docqa.core.models import Box, Citation, Turn

MakeApi = Callable[..., Any]

CITATION = Citation(
    marker=1,
    document_id=uuid4(),
    version=1,
    filename="ferries.pdf",
    page=3,
    boxes=(Box(page=3, x0=1, y0=2, x1=3, y1=4),),
    quote="The ferry leaves at nine.",
)
DONE = DoneEvent(
    conversation_id=uuid4(), message_id=uuid4(), answer="At nine. [1]", citations=(CITATION,), grounded=True
)
EVENTS = (
    StepEvent(node="guard", status="started"),
    TokenEvent(text="At nine."),
    TokenEvent(text=" [1]"),
    CitationEvent.of(CITATION),
    UsageEvent(provider="groq", model="m", input_tokens=31, output_tokens=12, cost_usd=0.1),
    DONE,
)
ASKED: list[Any] = [{"role": "user", "content": "When does the ferry leave?"}]
SOURCES = "\n\nSources:\n[1] ferries.pdf, page 3: “The ferry leaves at nine.”"


@pytest.fixture
def client(make_api: MakeApi) -> Callable[..., tuple[OpenAI, Any]]:
    def made(*events: Any) -> tuple[OpenAI, Any]:
        api = make_api(*(events or EVENTS))
        key = api.http.headers["authorization"].removeprefix("Bearer ")
        return OpenAI(api_key=key, base_url="http://testserver/v1", http_client=_through(api.http)), api

    return made


def _through(http: Any) -> Any:
    """The SDK's own HTTP layer, over the app instead of a socket."""
    import httpx2

    class Transport(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            url = str(request.url)
            answer = http.request(request.method, url, content=request.read(), headers=dict(request.headers))
            return httpx2.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    return httpx2.Client(transport=Transport())


Client = Callable[..., tuple[OpenAI, Any]]


def test_a_whole_answer(client: Client) -> None:
    sdk, _ = client()
    answer = sdk.chat.completions.create(model="docqa", messages=ASKED)
    assert answer.object == "chat.completion"
    message = answer.choices[0].message
    assert message.content == "At nine. [1]" + SOURCES
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (31, 12, 43)
    own = (answer.model_extra or {})["docqa"]
    assert own["grounded"] is True
    assert own["citations"][0]["boxes"] == [{"page": 3, "x0": 1, "y0": 2, "x1": 3, "y1": 4}]
    assert message.annotations is not None
    url = message.annotations[0].url_citation.url
    assert url.endswith(f"/api/v1/documents/{CITATION.document_id}/content#page=3")


def chunks(sdk: OpenAI, **more: Any) -> Iterator[Any]:
    return iter(sdk.chat.completions.create(model="docqa", messages=ASKED, stream=True, **more))


def test_a_streamed_answer(client: Client) -> None:
    sdk, _ = client()
    found = list(chunks(sdk))
    assert len({chunk.id for chunk in found}) == 1
    assert found[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in found)
    assert text == "At nine. [1]" + SOURCES
    assert [chunk.choices[0].finish_reason for chunk in found] == [None] * (len(found) - 1) + ["stop"]
    assert found[-1].model_extra["docqa"]["citations"][0]["filename"] == "ferries.pdf"
    assert found[-1].choices[0].delta.model_dump()["annotations"][0]["type"] == "url_citation"
    assert all(chunk.usage is None for chunk in found)


def test_tokens_are_counted_on_request_only(client: Client) -> None:
    sdk, _ = client()
    *found, last = chunks(sdk, stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage.total_tokens == 43
    assert all(chunk.choices for chunk in found)


def test_the_plain_model_adds_no_list_of_sources(client: Client) -> None:
    sdk, _ = client()
    answer = sdk.chat.completions.create(model="docqa-plain", messages=ASKED)
    assert answer.choices[0].message.content == "At nine. [1]"
    assert answer.choices[0].message.annotations


def test_models_are_listed(client: Client) -> None:
    sdk, _ = client()
    assert [model.id for model in sdk.models.list()] == ["docqa", "docqa-plain"]
    assert sdk.models.retrieve("docqa").owned_by == "docqa"
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("gpt-4")
    with pytest.raises(openai.NotFoundError):
        sdk.chat.completions.create(model="gpt-4", messages=ASKED)


def test_the_conversation_is_the_history_of_the_question(client: Client) -> None:
    sdk, api = client()
    messages: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who built the bridge?"},
        {"role": "assistant", "content": "Ada did. [1]"},
        {"role": "user", "content": [{"type": "text", "text": "And"}, {"type": "text", "text": "when?"}]},
    ]
    sdk.chat.completions.create(model="docqa", messages=messages, temperature=0.3, seed=7, user="x")
    [asked] = api.services.answerer.questions
    assert asked.text == "And\nwhen?"
    assert asked.turns == (Turn(question="Who built the bridge?", answer="Ada did. [1]"),)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"messages": []}, 422),
        ({"messages": [{"role": "user", "content": "  "}]}, 400),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400),
        ({"messages": ASKED, "n": 2}, 400),
        ({"messages": ASKED, "tool_choice": "required"}, 400),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, 400),
    ],
)
def test_what_cannot_be_done_is_refused_in_the_shape_of_that_api(
    client: Client, body: dict[str, Any], status: int
) -> None:
    _, api = client()
    answer = api.http.post("http://testserver/v1/chat/completions", json={"model": "docqa", **body})
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["x-should-retry"] == "false"


def test_without_a_token_nothing_is_answered(client: Client) -> None:
    sdk, _ = client()
    with pytest.raises(openai.AuthenticationError):
        sdk.with_options(api_key="wrong").chat.completions.create(model="docqa", messages=ASKED)


def test_what_the_answerer_refuses_is_a_status(client: Client) -> None:
    sdk, _ = client(InvalidRequest("The question is empty."))
    with pytest.raises(openai.BadRequestError, match="empty"):
        sdk.chat.completions.create(model="docqa", messages=ASKED, stream=True)


def test_a_failure_is_told_once_and_not_tried_again(client: Client) -> None:
    sdk, api = client(EVENTS[0], DependencyUnavailable("The database does not answer."))
    with pytest.raises(openai.InternalServerError):
        sdk.chat.completions.create(model="docqa", messages=ASKED)
    assert len(api.services.answerer.questions) == 1


def test_a_failure_in_the_middle_is_an_error_not_an_end(client: Client) -> None:
    sdk, _ = client(*EVENTS[:2], DependencyUnavailable("The database does not answer."))
    found = chunks(sdk)
    assert [next(found).choices[0].delta.content for _ in range(2)] == ["", "At nine."]
    with pytest.raises(openai.APIError, match="database"):
        next(found)


@pytest.mark.parametrize("stream", [True, False])
def test_what_front_ends_ask_for_themselves_is_answered_without_looking(client: Client, stream: bool) -> None:
    _, api = client()
    asked = [{"role": "user", "content": "### Task:\nGenerate a concise title as JSON."}]
    body = {"model": "docqa", "messages": asked, "stream": stream}
    answer = api.http.post("http://testserver/v1/chat/completions", json=body)
    if stream:
        text = "".join(
            json.loads(line.removeprefix("data: "))["choices"][0]["delta"].get("content", "")
            for line in answer.text.splitlines()
            if line.startswith("data: {")
        )
    else:
        text = answer.json()["choices"][0]["message"]["content"]
    assert json.loads(text)["title"]
    assert api.services.answerer.questions == []
