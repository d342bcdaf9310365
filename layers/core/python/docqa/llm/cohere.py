"""`ChatProvider` over Cohere's chat (v2), by the generated client of its SDK (see `docqa.retrieval.cohere_rerank`)."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from json import JSONDecodeError
from typing import Any

from docqa.core.errors import KeyRefused
from docqa.core.models.chat import (
    ChatEnd,
    ChatEvent,
    ChatMessage,
    ChatRequest,
    ChatRole,
    Finish,
    ModelInfo,
    TextDelta,
    TokenUsage,
)
from docqa.llm import completions, faults
from docqa.llm.timing import CONNECT_S, IDLE_S

_FINISHES = {
    "COMPLETE": Finish.STOP,
    "STOP_SEQUENCE": Finish.STOP,
    "MAX_TOKENS": Finish.LENGTH,
    "TOOL_CALL": Finish.TOOLS,
}
_NO_RETRIES: Any = {"max_retries": 0}


class CohereChat:
    """Use one from one event loop."""

    name = "cohere"

    def __init__(self, api_key: str, *, base_url: str | None = None) -> None:
        import httpx
        from cohere.base_client import AsyncBaseCohere

        self._http = httpx.AsyncClient(timeout=httpx.Timeout(IDLE_S, connect=CONNECT_S))
        self._client = AsyncBaseCohere(token=api_key, base_url=base_url, httpx_client=self._http)

    async def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """Text as it comes, then ChatEnd. Raises ProviderError."""
        reader = _Reader(model.model)
        with _faults():
            if not request.stream:
                answer = await self._client.v2.chat(**_body(request, model), request_options=_NO_RETRIES)
                for event in completions.at_once(reader.whole(answer), reader.end):
                    yield event
                return
            async with aclosing(
                self._client.v2.chat_stream(**_body(request, model), request_options=_NO_RETRIES)
            ) as stream:
                async for event in stream:
                    for delta in reader.feed(event):
                        yield delta
            yield reader.end()

    async def close(self) -> None:
        await self._http.aclose()


class _Reader:
    """What cannot be read the SDK makes a `message-start` of, so a second or an empty one means a broken stream."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._begun = False
        self._finish: Finish | None = None
        self._usage = TokenUsage(estimated=True)
        self._calls = completions.ToolCalls(CohereChat.name)

    def feed(self, event: Any) -> Iterator[TextDelta]:
        kind = getattr(event, "type", None)
        message = getattr(getattr(event, "delta", None), "message", None)
        if kind == "message-start":
            if self._begun or getattr(event, "delta", None) is None:
                raise faults.broken(CohereChat.name, "unreadable")
            self._begun = True
        elif kind == "content-delta":
            text = getattr(getattr(message, "content", None), "text", None)
            if text:
                yield TextDelta(text=text)
        elif kind in ("tool-call-start", "tool-call-delta"):
            call = getattr(message, "tool_calls", None)
            function = getattr(call, "function", None)
            name, arguments = getattr(function, "name", None), getattr(function, "arguments", None)
            self._calls.add(event.index, getattr(call, "id", None), name, arguments)
        elif kind == "message-end":
            self._stop(getattr(event.delta, "finish_reason", None))
            self._count(getattr(event.delta, "usage", None))

    def whole(self, answer: Any) -> Iterator[TextDelta]:
        message = getattr(answer, "message", None)
        if message is None:
            raise faults.broken(CohereChat.name, "no_completion")
        for item in message.content or ():
            if item.type == "text" and item.text:
                yield TextDelta(text=item.text)
        for number, call in enumerate(message.tool_calls or ()):
            self._calls.add(number, call.id, call.function.name, call.function.arguments)
        self._stop(answer.finish_reason)
        self._count(answer.usage)

    def end(self) -> ChatEnd:
        """Raises AnswerBroken for a message that was not brought to its end."""
        if self._finish is None:
            raise faults.broken(CohereChat.name, "cut")
        return ChatEnd(finish=self._finish, model=self._model, usage=self._usage, tool_calls=self._calls.whole())

    def _stop(self, reason: str | None) -> None:
        """Raises ProviderError: an answer that failed midway ends like one that did not."""
        if reason == "TIMEOUT":
            raise faults.timed_out(CohereChat.name)
        if reason == "ERROR":
            raise faults.refused(CohereChat.name, 500)
        self._finish = _FINISHES.get(reason or "")

    def _count(self, usage: Any) -> None:
        """Billed tokens, which the cost is made of; the others hold a preamble that nobody pays for."""
        units = getattr(usage, "billed_units", None) or getattr(usage, "tokens", None)
        given, made = getattr(units, "input_tokens", None), getattr(units, "output_tokens", None)
        if given is not None and made is not None:
            self._usage = TokenUsage(input_tokens=int(given), output_tokens=int(made))


def _body(request: ChatRequest, model: ModelInfo) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model.model,
        "messages": [_message(message) for message in request.messages],
        "max_tokens": min(request.max_tokens, model.max_output_tokens),
        **completions.tools(request),
    }
    if request.json_schema is not None:
        body["response_format"] = {"type": "json_object", "json_schema": request.json_schema}
    if request.temperature is not None and model.temperature:
        body["temperature"] = request.temperature
    return body


def _message(message: ChatMessage) -> dict[str, Any]:
    if message.role is ChatRole.ASSISTANT and message.tool_calls:
        calls = completions.messages(ChatRequest(messages=(message,), purpose="turn"))[0]["tool_calls"]
        return {"role": "assistant", "tool_calls": calls, **({"tool_plan": message.text} if message.text else {})}
    if message.role is ChatRole.TOOL:
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.text}
    return {"role": message.role.value, "content": message.text}


@contextmanager
def _faults() -> Iterator[None]:
    import httpx
    from cohere.core.api_error import ApiError
    from cohere.core.http_sse import SSEError
    from cohere.core.parse_error import ParsingError

    name = CohereChat.name
    try:
        yield
    except ApiError as error:
        status = error.status_code or 0
        message = error.body.get("message", "") if isinstance(error.body, dict) else ""
        special = {498: KeyRefused}
        raise faults.refused(name, status, message=message, headers=error.headers or {}, by_status=special) from error
    except SSEError as error:
        raise faults.broken(name, "no_stream") from error
    except httpx.TimeoutException as error:
        raise faults.timed_out(name) from error
    except (httpx.ConnectError, httpx.UnsupportedProtocol, httpx.ProxyError) as error:
        raise faults.unreachable(name, error) from error
    except httpx.TransportError as error:
        raise faults.broken(name, "cut") from error
    except (ParsingError, JSONDecodeError, UnicodeDecodeError) as error:
        raise faults.broken(name, "unreadable") from error
