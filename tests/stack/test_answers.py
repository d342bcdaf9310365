"""Answers that a model writes, other clients, and answers that are read on, through the deployed stack."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from openai import OpenAI

from docqa_cli.sse import Event, parse
from tests.fakes.llm.completions import CompatibleApi
from tests.fakes.llm.vendor import OUTPUT_TOKENS, Refusal
from tests.stack import files
from tests.stack.support import Stack, User
from tests.stack.test_streaming import QUESTION, ROADS

PROVIDER = "openai-compatible"
WRITTEN = ["The railway bridge of Vindheim crosses ", "the river Skjoldåa. [1] ", "It was built in 1911. [1]"]
BRIDGE = "The railway bridge of Vindheim crosses the river Skjoldåa. It was built in 1911."


@pytest.fixture
def reader(user: User) -> User:
    """A user with one document."""
    user.ready("bridge.pdf", files.pdf(BRIDGE))
    return user


@pytest.fixture(autouse=True)
def _quiet(model: CompatibleApi) -> Iterator[None]:
    model.replies, model.scripts = [], []
    yield
    model.replies, model.scripts = [], []


def ask(user: User, road: str, question: str = QUESTION, **more: object) -> list[Event]:
    url = f"{user.stack.roads[road]}/api/v1/ask/stream"
    body = {"question": question, "provider": PROVIDER, **more}
    with user.http.stream("POST", url, json=body, headers=user.headers) as answer:
        assert answer.status_code == 200, answer.read()
        return list(parse(answer.iter_lines()))


def named(events: list[Event], name: str) -> list[dict[str, Any]]:
    return [event.data for event in events if event.name == name]


@pytest.mark.parametrize("road", ROADS)
def test_a_model_writes_and_every_sentence_has_its_quote(reader: User, model: CompatibleApi, road: str) -> None:
    model.scripts = [WRITTEN]
    events = ask(reader, road)
    [done] = named(events, "done")
    assert done["answer"] == (
        "The railway bridge of Vindheim crosses the river Skjoldåa. [1] It was built in 1911. [2]"
    )
    assert [citation["quote"] for citation in done["citations"]] == BRIDGE.replace(". It", ".|It").split("|")
    assert all(citation["boxes"] for citation in done["citations"])
    [usage] = named(events, "usage")
    assert (usage["provider"], usage["output_tokens"]) == (PROVIDER, OUTPUT_TOKENS)
    assert [step["node"] for step in named(events, "step") if step["status"] == "done"] == (
        "guard route plan retrieve rerank grade generate verify".split()
    )


def test_what_a_model_makes_up_is_not_shown_as_found(reader: User, model: CompatibleApi) -> None:
    model.scripts = [["The bridge crosses the river Nile. [1]"]]
    [done] = named(ask(reader, ROADS[0]), "done")
    assert "Nile" not in done["answer"]
    assert "Skjoldåa" in done["answer"]


def test_when_the_model_fails_the_quotes_answer_and_it_is_said(reader: User, model: CompatibleApi) -> None:
    model.replies = [model.refusal(Refusal.OVERLOADED)] * 2
    events = ask(reader, ROADS[0])
    [done] = named(events, "done")
    assert "Skjoldåa" in done["answer"]
    assert named(events, "usage")[0]["provider"] == "extractive"
    assert any("openai-compatible failed" in step["detail"] for step in named(events, "step"))


def test_when_the_model_breaks_off_after_a_word_it_is_an_error(reader: User, model: CompatibleApi) -> None:
    whole = model.events([*WRITTEN, " And"])
    model.replies = [model.streamed(whole[:-3], cut=True)]
    events = ask(reader, ROADS[0])
    assert named(events, "token")
    assert named(events, "error") == [
        {"code": "answer_broken", "message": named(events, "error")[0]["message"], "retryable": True}
    ]
    assert events[-1].name == "error"


def test_a_follow_up_is_understood_from_the_conversation(reader: User, model: CompatibleApi) -> None:
    first = reader.ask(QUESTION)
    model.scripts = [["When was the railway bridge of Vindheim built?"], ["It was built in 1911. [1]"]]
    events = ask(reader, ROADS[0], "And when was it built?", conversation_id=first["conversation_id"])
    [done] = named(events, "done")
    assert done["answer"] == "It was built in 1911. [1]"
    assert done["conversation_id"] == first["conversation_id"]
    plain = reader.ask("And when was it built?", conversation_id=first["conversation_id"])
    assert "1911" in plain["answer"], "rules understand it as well"


def test_what_was_asked_of_models_is_told(reader: User, model: CompatibleApi) -> None:
    model.scripts = [WRITTEN]
    ask(reader, ROADS[0])
    model.replies = [model.refusal(Refusal.REQUEST)]
    ask(reader, ROADS[0])
    usage = reader.call("GET", "usage").json()
    row = next(row for row in usage["rows"] if row["provider"] == PROVIDER)
    assert (row["answered"], row["failed"], row["output_tokens"], row["cost_usd"]) == (1, 1, OUTPUT_TOKENS, 0)
    providers = reader.call("GET", "providers").json()["providers"]
    assert next(view for view in providers if view["provider"] == PROVIDER)["models"][0]["model"] == model.model


# -- answers that are read on --------------------------------------------------------------------------------------


SALES = ["order,region,amount", *(f"A{n},{('North', 'South', 'West')[n % 3]},{n}.50" for n in range(1, 301))]


def test_a_table_is_computed_by_rules_or_by_a_plan_of_the_model(user: User, model: CompatibleApi) -> None:
    user.ready("sales.csv", "\n".join(SALES).encode())
    [done] = named(ask(user, ROADS[0], "What is the total amount per region in sales.csv?"), "done")
    assert done["answer"].split("\n")[0].startswith("Total of amount, region North: 15,200 (computed from 100 rows)")
    assert {citation["filename"] for citation in done["citations"]} == {"sales.csv"}
    where = {"column": "region", "comparison": "is", "values": ["West"]}
    model.scripts = [[json.dumps({"plans": [{"operation": "average", "column": "amount", "where": [where]}]})]]
    [done] = named(ask(user, ROADS[0], "In sales.csv, how much do those out West spend, on average?"), "done")
    assert done["answer"].startswith("Average of amount, region West: 151 (computed from 100 rows)")
    assert [citation["row"] for citation in done["citations"]] == [2, 5, 8]


@pytest.mark.parametrize("road", ROADS)
def test_a_finished_answer_is_read_on_from_any_event(reader: User, road: str) -> None:
    url = f"{reader.stack.roads[road]}/api/v1/ask/stream"
    body = {"question": QUESTION}
    with reader.http.stream("POST", url, json=body, headers=reader.headers) as answer:
        events = list(parse(answer.iter_lines()))
    again = {**reader.headers, "last-event-id": str(events[3].id)}
    with reader.http.stream("POST", url, json=body, headers=again) as answer:
        rest = list(parse(answer.iter_lines()))
    assert [(event.id, event.name) for event in rest] == [(event.id, event.name) for event in events[4:]]
    with User.register(reader.stack) as stranger:
        other = stranger.http.post(url, json=body, headers={**stranger.headers, "last-event-id": str(events[3].id)})
    assert other.status_code == 404


def test_an_answer_goes_on_while_its_reader_is_away(reader: User, model: CompatibleApi) -> None:
    frames = model.events([*WRITTEN, " The bridge was built in 1911. [1]"])
    model.replies = [model.streamed([*frames[:4], 1.5, *frames[4:]])]
    url = f"{reader.stack.stream_url}/api/v1/ask/stream"
    body = {"question": QUESTION, "provider": PROVIDER}
    seen: list[Event] = []
    with reader.http.stream("POST", url, json=body, headers=reader.headers) as answer:
        for event in parse(answer.iter_lines()):
            seen.append(event)
            if event.name == "token":
                break  # and the connection is closed
    time.sleep(0.3)
    with reader.http.stream(
        "POST", url, json=body, headers={**reader.headers, "last-event-id": str(seen[-1].id)}
    ) as go_on:
        rest = list(parse(go_on.iter_lines()))
    assert rest[-1].name == "done"
    numbers = [int(str(event.id).rpartition(":")[2]) for event in [*seen, *rest]]
    assert numbers == list(range(1, len(numbers) + 1))
    text = "".join(event.data["text"] for event in [*seen, *rest] if event.name == "token")
    assert text == rest[-1].data["answer"]


# -- other clients -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("road", ROADS)
def test_the_openai_sdk_asks_whole_and_streamed(reader: User, road: str) -> None:
    client = OpenAI(base_url=f"{reader.stack.roads[road]}/v1", api_key=reader.token, max_retries=0)
    messages: Any = [{"role": "user", "content": QUESTION}]
    assert [model.id for model in client.models.list()] == ["docqa", "docqa-plain"]
    whole = client.chat.completions.create(model="docqa", messages=messages)
    assert "Skjoldåa" in str(whole.choices[0].message.content)
    assert "bridge.pdf, page 1" in str(whole.choices[0].message.content)
    streamed = client.chat.completions.create(model="docqa-plain", messages=messages, stream=True)
    chunks = list(streamed)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "Skjoldåa" in text
    assert (chunks[-1].model_extra or {})["docqa"]["citations"][0]["page"] == 1


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_an_mcp_client_searches_and_asks(reader: User, road: str, mode: str) -> None:
    async def run() -> tuple[list[str], Any, Any, str]:
        async with httpx2.AsyncClient(headers=reader.headers, timeout=60, trust_env=False) as http:
            transport = streamable_http_client(f"{reader.stack.roads[road]}/mcp", http_client=http)
            async with Client(transport, mode=mode, read_timeout_seconds=60) as client:  # type: ignore[arg-type]
                tools = [tool.name for tool in (await client.list_tools()).tools]
                found = (await client.call_tool("search", {"query": "railway bridge"})).structured_content
                asked = (await client.call_tool("ask", {"question": QUESTION})).structured_content
                [resource] = (await client.list_resources()).resources
                text = (await client.read_resource(str(resource.uri))).contents[0].text  # type: ignore[union-attr]
        return tools, found, asked, text

    tools, found, asked, text = asyncio.run(run())
    assert tools == ["search", "ask", "list_documents", "get_passage"]
    assert found["passages"][0]["text"] == BRIDGE
    assert "Skjoldåa" in asked["answer"]
    assert asked["citations"][0]["boxes"]
    assert BRIDGE in text


def test_mcp_without_a_token_is_refused(stack: Stack) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for road in ROADS:
        answer = httpx.post(f"{stack.roads[road]}/mcp", content=json.dumps(message), timeout=60)
        assert answer.status_code == 401
