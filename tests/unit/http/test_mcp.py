"""The MCP server through the official client, in both eras of the protocol."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from docqa.core.errors import DependencyUnavailable
from docqa.core.events import DoneEvent, StepEvent
from docqa.core.models import Hit
from tests.fakes.answering import DOCUMENT, make_hit

MakeApi = Callable[..., Any]

DONE = DoneEvent(conversation_id=uuid4(), message_id=uuid4(), answer="At nine. [1]", citations=(), grounded=True)
STEP = StepEvent(node="guard", status="started")
ERAS = pytest.mark.parametrize("mode", ["legacy", "auto"])


def passage(text: str, page: int) -> Hit:
    return make_hit(text, pages=(page, page), headings=("Timetable",))


def through(api: Any, use: Callable[[Client], Awaitable[Any]], *, mode: str = "auto") -> Any:
    """`use` a client that is connected to the app, its HTTP going through the test client."""

    class Transport(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            content = await request.aread()
            headers = {**dict(api.http.headers), **dict(request.headers)}
            answer = await asyncio.to_thread(
                api.http.request, request.method, str(request.url), content=content, headers=headers
            )
            return httpx2.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)

    async def run() -> Any:
        async with httpx2.AsyncClient(transport=Transport()) as http:
            transport = streamable_http_client("http://testserver/mcp", http_client=http)
            async with Client(transport, mode=mode, read_timeout_seconds=20) as client:
                return await use(client)

    return asyncio.run(run())


@ERAS
def test_the_tools_are_listed_with_their_arguments(make_api: MakeApi, mode: str) -> None:
    async def tools(client: Client) -> list[Any]:
        return (await client.list_tools()).tools

    found = {tool.name: tool for tool in through(make_api(), tools, mode=mode)}
    assert set(found) == {"search", "ask", "list_documents", "get_passage"}
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in found.values())
    assert found["search"].input_schema["required"] == ["query"]
    assert found["ask"].description.startswith("Answer a question")


@ERAS
def test_a_search_gives_passages(make_api: MakeApi, mode: str) -> None:
    api = make_api()
    api.services.retriever.hits = [make_hit("The ferry leaves at nine.")]

    async def search(client: Client) -> Any:
        return await client.call_tool("search", {"query": "ferry", "top_k": 3})

    result = through(api, search, mode=mode)
    assert not result.is_error
    [found] = result.structured_content["passages"]
    assert (found["text"], found["page"], found["filename"]) == ("The ferry leaves at nine.", 3, "ferries.pdf")
    assert json.loads(result.content[0].text) == result.structured_content
    assert api.services.retriever.queries[0].top_k == 3


def test_a_question_is_answered_with_citations(make_api: MakeApi) -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("ask", {"question": "When?"})

    result = through(make_api(STEP, DONE), ask)
    assert result.structured_content == {"answer": "At nine. [1]", "grounded": True, "citations": []}


def test_a_passage_comes_with_what_stands_around_it(make_api: MakeApi) -> None:
    api = make_api()
    api.services.passages.found = [passage("one", 1), passage("two", 1), passage("three", 2)]
    middle = str(api.services.passages.found[1].chunk_id)

    async def get(client: Client) -> Any:
        return await client.call_tool("get_passage", {"passage_id": middle, "around": 1})

    found = through(api, get).structured_content
    assert (found["before"], found["text"], found["after"]) == (["one"], "two", ["three"])


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("search", {}, "invalid_request"),
        ("search", {"query": 7}, "invalid_request"),
        ("search", {"query": "x", "top_k": 1000}, "invalid_request"),
        ("search", {"query": "x", "tenant_id": "other"}, "invalid_request"),
        ("get_passage", {"passage_id": str(uuid4())}, "not_found"),
        ("drop_everything", {}, "invalid_request"),
        ("ask", {"question": "x"}, "dependency_unavailable"),
    ],
)
def test_what_goes_wrong_is_told_to_the_model(
    make_api: MakeApi, name: str, arguments: dict[str, Any], code: str
) -> None:
    async def call(client: Client) -> Any:
        return await client.call_tool(name, arguments)

    result = through(make_api(STEP, DependencyUnavailable("The database does not answer.")), call, mode="legacy")
    assert result.is_error
    assert json.loads(result.content[0].text)["error"]["code"] == code


def test_documents_are_resources(make_api: MakeApi) -> None:
    api = make_api()
    api.services.passages.found = [passage("one", 1), passage("two", 2)]

    async def read(client: Client) -> tuple[str, str]:
        whole = await client.read_resource(f"docqa://documents/{DOCUMENT}")
        page = await client.read_resource(f"docqa://documents/{DOCUMENT}/pages/2")
        return whole.contents[0].text, page.contents[0].text  # type: ignore[union-attr]

    assert through(api, read) == ("one\n\ntwo", "two")


@pytest.mark.parametrize("uri", [f"docqa://documents/{uuid4()}", "docqa://documents/../x", "file:///etc/passwd"])
def test_what_is_no_document_cannot_be_read(make_api: MakeApi, uri: str) -> None:
    async def read(client: Client) -> Any:
        with pytest.raises(MCPError):
            await client.read_resource(uri)

    through(make_api(), read)


def test_without_a_token_nothing_is_served(make_api: MakeApi) -> None:
    api = make_api()
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = api.http.post("http://testserver/mcp", json=message, headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_stream_is_held_open(make_api: MakeApi, method: str) -> None:
    answer = make_api().http.request(method, "http://testserver/mcp")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
