"""The provider for compatible servers against a real one: llama.cpp with a model of 135 million weights.

What such a model says is not looked at; that it says it in the right form is.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from datetime import date

import pytest

from docqa.core.errors import ContextTooLong
from docqa.core.models.chat import (
    ChatEnd,
    ChatEvent,
    ChatMessage,
    ChatRequest,
    ChatRole,
    Finish,
    ModelInfo,
    Price,
    TextDelta,
)
from docqa.llm.openai_compatible import CompatibleChat
from tests.llama.server import CONTEXT, MODEL, llama

INFO = ModelInfo(
    provider="openai-compatible",
    model=MODEL,
    context_tokens=CONTEXT,
    max_output_tokens=256,
    price=Price(input=0, output=0),
    priced_on=date(2026, 11, 25),
    source="this machine",
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama() as address:
        yield address


def request(text: str = "Say hello.", **more: object) -> ChatRequest:
    message = ChatMessage(role=ChatRole.USER, text=text)
    fields = {"messages": (message,), "purpose": "test", "max_tokens": 24, "temperature": 0.0}
    return ChatRequest.model_validate({**fields, **more})


def asked(url: str, what: ChatRequest, *, stop_after: int | None = None) -> list[ChatEvent]:
    async def run() -> list[ChatEvent]:
        provider = CompatibleChat(base_url=url)
        found: list[ChatEvent] = []
        try:
            async with aclosing(provider.chat(what, INFO)) as events:
                async for event in events:
                    found.append(event)
                    if len(found) == stop_after:
                        break
        finally:
            await provider.close()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("stream", [True, False])
def test_it_answers_and_counts(url: str, stream: bool) -> None:
    *text, end = asked(url, request(stream=stream))
    assert isinstance(end, ChatEnd)
    assert text
    assert all(isinstance(event, TextDelta) for event in text)
    assert len(text) > 1 or not stream
    assert end.finish in (Finish.STOP, Finish.LENGTH)
    assert 0 < end.usage.output_tokens <= 24
    assert end.usage.input_tokens > 3
    assert not end.usage.estimated


def test_it_stops_where_it_is_told_to(url: str) -> None:
    end = asked(url, request("Count from one to a hundred in words.", max_tokens=5))[-1]
    assert isinstance(end, ChatEnd)
    assert (end.finish, end.usage.output_tokens) == (Finish.LENGTH, 5)


def test_it_writes_json_of_a_schema(url: str) -> None:
    schema = {
        "type": "object",
        "properties": {"enough": {"type": "boolean"}},
        "required": ["enough"],
        "additionalProperties": False,
    }
    events = asked(url, request("Is water wet? Answer as JSON.", json_schema=schema, stream=False))
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert set(json.loads(text)) == {"enough"}


def test_what_is_too_long_is_told(url: str) -> None:
    with pytest.raises(ContextTooLong):
        asked(url, request("word " * (CONTEXT + 1000)))


def test_it_can_be_broken_off_and_asked_again(url: str) -> None:
    assert len(asked(url, request("Count to a hundred.", max_tokens=200), stop_after=2)) == 2
    assert isinstance(asked(url, request())[-1], ChatEnd)
