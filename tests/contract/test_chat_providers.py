"""Every provider's adapter with its vendor's real SDK, against the vendor's API on this machine."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from docqa.core.errors import (
    AnswerBroken,
    ContextTooLong,
    CreditSpent,
    KeyRefused,
    ModelUnknown,
    ProviderError,
    ProviderFault,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
)
from docqa.core.models.chat import (
    ChatEnd,
    ChatEvent,
    ChatMessage,
    ChatRequest,
    ChatRole,
    Finish,
    TextDelta,
    ToolCall,
    ToolSpec,
)
from docqa.core.ports.chat import ChatProvider
from docqa.llm import timing
from tests.fakes.llm.all import VENDORS, model_of, provider_at, served
from tests.fakes.llm.server import Reply, refusing_url
from tests.fakes.llm.vendor import ARGUMENTS, INPUT_TOKENS, KEY, OUTPUT_TOKENS, RETRY_AFTER_S, TEXT, Refusal, Vendor

PROVIDERS = sorted(VENDORS)
BOTH = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
EACH = pytest.mark.parametrize("provider", PROVIDERS)

SYSTEM = ChatMessage(role=ChatRole.SYSTEM, text="Answer from the sources.")
QUESTION = ChatMessage(role=ChatRole.USER, text="When does the ferry leave?")
SEARCH = ToolSpec(
    name="search",
    description="Search the documents.",
    parameters={"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)
SCHEMA = {
    "type": "object",
    "properties": {"enough": {"type": "boolean"}},
    "required": ["enough"],
    "additionalProperties": False,
}


def request(*, stream: bool = True, **more: object) -> ChatRequest:
    return ChatRequest.model_validate(
        {"messages": (SYSTEM, QUESTION), "purpose": "generate", "stream": stream, "temperature": 0.1, **more}
    )


async def events_of(provider: ChatProvider, asked: ChatRequest, name: str) -> list[ChatEvent]:
    async with aclosing(provider.chat(asked, model_of(name))) as events:
        found = [event async for event in events]
    await provider.close()
    return found


def asked(vendor: Vendor, url: str, what: ChatRequest, *, key: str | None = None) -> list[ChatEvent]:
    return asyncio.run(events_of(provider_at(vendor, url, key=key), what, vendor.provider))


def fault(vendor: Vendor, url: str, what: ChatRequest, *, key: str | None = None) -> tuple[ProviderError, str]:
    """What was raised, and the text that came before it."""

    async def run() -> tuple[ProviderError, str]:
        provider = provider_at(vendor, url, key=key)
        text = ""
        try:
            async with aclosing(provider.chat(what, model_of(vendor.provider))) as events:
                async for event in events:
                    assert isinstance(event, TextDelta), "no answer that failed has an end"
                    text += event.text
        except ProviderError as error:
            return error, text
        finally:
            await provider.close()
        raise AssertionError("nothing was raised")

    return asyncio.run(run())


def text_of(events: list[ChatEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def end_of(events: list[ChatEvent]) -> ChatEnd:
    assert isinstance(events[-1], ChatEnd)
    assert all(isinstance(event, TextDelta) for event in events[:-1])
    return events[-1]


@EACH
@BOTH
def test_an_answer_comes_with_its_tokens(provider: str, stream: bool) -> None:
    with served(provider) as (vendor, server):
        events = asked(vendor, server.url, request(stream=stream))
    assert text_of(events) == "".join(TEXT)
    assert len(events) == (len(TEXT) if stream else 1) + 1
    end = end_of(events)
    assert (end.finish, end.tool_calls) == (Finish.STOP, ())
    assert (end.usage.input_tokens, end.usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert not end.usage.estimated
    assert end.usage.cached_tokens == (0 if provider == "cohere" else 5)
    assert len(server.requests) == 1


@EACH
@BOTH
def test_a_tool_is_asked_for(provider: str, stream: bool) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [vendor.tool_call(stream=stream)]
        end = end_of(asked(vendor, server.url, request(stream=stream, tools=(SEARCH,))))
    assert end.finish is Finish.TOOLS
    [call] = end.tool_calls
    assert call.id
    assert (call.name, call.arguments) == ("search", ARGUMENTS)
    assert "Search the documents." in str(server.requests[0].body)


@EACH
@BOTH
def test_what_a_tool_said_goes_back(provider: str, stream: bool) -> None:
    turns = (
        ChatMessage(
            role=ChatRole.ASSISTANT,
            text="I look.",
            tool_calls=(ToolCall(id="call_1", name="search", arguments=ARGUMENTS),),
        ),
        ChatMessage(role=ChatRole.TOOL, text="Ferries leave at nine.", tool_call_id="call_1"),
    )
    messages = (SYSTEM, QUESTION, *turns)
    with served(provider) as (vendor, server):
        events = asked(vendor, server.url, request(stream=stream, messages=messages, tools=(SEARCH,)))
    assert text_of(events) == "".join(TEXT)
    sent = str(server.requests[0].body)
    assert "Ferries leave at nine." in sent
    assert sent.count("call_1") == 2


@EACH
@BOTH
def test_an_answer_as_json_is_asked_for_by_its_schema(provider: str, stream: bool) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [vendor.success(stream=stream, text=['{"enough":', " true}"])]
        events = asked(vendor, server.url, request(stream=stream, json_schema=SCHEMA))
    assert text_of(events) == '{"enough": true}'
    assert "additionalProperties" in str(server.requests[0].body)


@EACH
@BOTH
def test_an_answer_that_grew_too_long_says_so(provider: str, stream: bool) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [vendor.stopped_at_length(stream=stream)]
        events = asked(vendor, server.url, request(stream=stream))
    assert text_of(events) == "The ferry"
    assert end_of(events).finish is Finish.LENGTH


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "cohere"])
@BOTH
def test_an_answer_that_was_filtered_says_so(provider: str, stream: bool) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [vendor.filtered(stream=stream)]
        assert end_of(asked(vendor, server.url, request(stream=stream))).finish is Finish.REFUSED


REFUSALS = {
    Refusal.KEY: KeyRefused,
    Refusal.FORBIDDEN: KeyRefused,
    Refusal.CREDIT: CreditSpent,
    Refusal.MODEL: ModelUnknown,
    Refusal.CONTEXT: ContextTooLong,
    Refusal.REQUEST: ProviderRefused,
    Refusal.LIMITED: ProviderRateLimited,
    Refusal.BROKEN: ProviderOverloaded,
    Refusal.OVERLOADED: ProviderOverloaded,
}


@EACH
@BOTH
@pytest.mark.parametrize("kind", list(Refusal), ids=lambda kind: str(kind))
def test_every_refusal_is_an_error_of_its_kind(provider: str, stream: bool, kind: Refusal) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [vendor.refusal(kind)]
        error, text = fault(vendor, server.url, request(stream=stream))
    no_money = provider == "bedrock" and kind is Refusal.CREDIT  # it says that as it says that a key may not
    assert type(error) is (KeyRefused if no_money else REFUSALS[kind])
    assert text == ""
    assert len(server.requests) == 1, "the SDK does not try again by itself"
    assert error.details["provider"] == provider
    assert isinstance(error, ProviderFault) == error.retryable
    assert KEY not in str(error.details) + error.message
    if kind is Refusal.LIMITED and provider != "bedrock":
        assert error.retry_after_s == RETRY_AFTER_S


@EACH
@BOTH
def test_a_wrong_key_is_told(provider: str, stream: bool) -> None:
    with served(provider) as (vendor, server):
        error, _ = fault(vendor, server.url, request(stream=stream), key="stolen-key")
    assert type(error) is KeyRefused
    assert "stolen-key" not in str(error.details) + error.message


@EACH
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (lambda vendor: vendor.cut(), AnswerBroken),
        (lambda vendor: vendor.unfinished(), AnswerBroken),
        (lambda vendor: vendor.malformed(), AnswerBroken),
        (lambda vendor: vendor.failing_midway(), ProviderFault),
    ],
    ids=["cut", "unfinished", "malformed", "failing"],
)
def test_a_stream_that_breaks_raises_after_what_came(
    provider: str, reply: Callable[[Vendor], Reply], kind: type[ProviderFault]
) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [reply(vendor)]
        error, text = fault(vendor, server.url, request())
    assert isinstance(error, kind)
    assert text
    assert "".join(TEXT).startswith(text)


@EACH
@BOTH
@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"{not json"),
        Reply(200, b"<html>Welcome</html>", headers={"Content-Type": "text/html"}),
        Reply(200, {"unexpected": True}),
        Reply(200, {"choices": [], "content": [], "output": {}}),
        Reply(200, b""),
        Reply(200, {"choices": [1]}, cut=True),
    ],
    ids=["no json", "html", "other json", "empty json", "nothing", "cut"],
)
def test_an_answer_that_is_none_is_a_fault(provider: str, stream: bool, reply: Reply) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [reply]
        error, text = fault(vendor, server.url, request(stream=stream))
    assert isinstance(error, ProviderFault)
    assert text == ""


@EACH
@BOTH
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_page_of_a_proxy_is_a_fault(provider: str, stream: bool, status: int) -> None:
    page = Reply(status, b"<html>Bad gateway</html>", headers={"Content-Type": "text/html", "Retry-After": "2"})
    with served(provider) as (vendor, server):
        vendor.replies = [page]
        error, _ = fault(vendor, server.url, request(stream=stream))
    assert isinstance(error, ProviderFault)
    assert error.retry_after_s == 2.0


@EACH
@BOTH
def test_nobody_there_is_a_fault(provider: str, stream: bool) -> None:
    error, _ = fault(VENDORS[provider](), refusing_url(), request(stream=stream))
    assert type(error) is ProviderUnreachable


@EACH
@BOTH
def test_silence_is_a_fault(provider: str, stream: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("groq", "openai", "anthropic", "cohere", "bedrock"):
        monkeypatch.setattr(f"docqa.llm.{module}.IDLE_S", 0.2)
    assert timing.IDLE_S > 1
    with served(provider) as (vendor, server):
        silent = vendor.slow(1.0) if stream else Reply(200, {}, delay_s=1.0)
        vendor.replies = [silent]
        error, _ = fault(vendor, server.url, request(stream=stream))
    assert type(error) is ProviderTimeout


@EACH
def test_a_slow_first_byte_within_the_time_is_waited_for(provider: str) -> None:
    with served(provider) as (vendor, server):
        vendor.replies = [vendor.slow(0.3)]
        assert text_of(asked(vendor, server.url, request())) == "".join(TEXT)


@EACH
def test_bytes_may_come_one_by_one(provider: str) -> None:
    with served(provider) as (vendor, server):
        whole = b"".join(vendor.events(TEXT))
        vendor.replies = [vendor.streamed([whole[at : at + 1] for at in range(len(whole))])]
        events = asked(vendor, server.url, request())
    assert text_of(events) == "".join(TEXT)
    assert end_of(events).usage.output_tokens == OUTPUT_TOKENS


@EACH
def test_closing_the_answer_ends_the_call(provider: str) -> None:
    with served(provider) as (vendor, server):
        endless = vendor.events(TEXT)[: vendor.first_text + 1]
        more = [piece for _ in range(400) for piece in (0.005, vendor.events(TEXT)[vendor.first_text] * 50)]
        vendor.replies = [vendor.streamed([*endless, *more])]

        async def first_only() -> ChatEvent:
            adapter = provider_at(vendor, server.url)
            try:
                async with aclosing(adapter.chat(request(), model_of(provider))) as events:
                    return await anext(events)
            finally:
                await adapter.close()

        assert isinstance(asyncio.run(first_only()), TextDelta)

        assert server.left.wait(5)


def test_the_one_without_a_model_says_its_quotes() -> None:
    from docqa.llm.extractive import ExtractiveChat

    provider = ExtractiveChat()
    quotes = ("The ferry leaves at nine. [1]", " It is white. [2]")
    events = asyncio.run(events_of(provider, request(quotes=quotes), "extractive"))
    assert text_of(events) == "".join(quotes)
    assert end_of(events).usage.output_tokens == 0
    assert model_of("extractive").cost_usd(end_of(events).usage) == 0
    with pytest.raises(ProviderRefused):
        asyncio.run(events_of(provider, request(), "extractive"))
