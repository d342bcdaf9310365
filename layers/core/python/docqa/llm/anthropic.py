"""`ChatProvider` over Anthropic's messages, by its SDK."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

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
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "pause_turn": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "tool_use": Finish.TOOLS,
    "refusal": Finish.REFUSED,
}


class AnthropicChat:
    """Use one from one event loop. The temperature is never sent: the newest version of this API refuses it."""

    name = "anthropic"

    def __init__(self, api_key: str, *, base_url: str | None = None) -> None:
        from anthropic import AsyncAnthropic, Timeout

        timeout = Timeout(IDLE_S, connect=CONNECT_S)
        self._client = AsyncAnthropic(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)

    async def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """Text as it comes, then ChatEnd. Raises ProviderError."""
        with _faults():
            reader = _Reader(model.model)
            if not request.stream:
                message = await self._client.messages.create(**_body(request, model))
                for event in completions.at_once(reader.whole(message), reader.end):
                    yield event
                return
            async with await self._client.messages.create(**_body(request, model), stream=True) as stream:
                async for event in stream:
                    for delta in reader.feed(event):
                        yield delta
            yield reader.end()

    async def close(self) -> None:
        await self._client.close()


class _Reader:
    """Blocks are chosen by type: thinking comes before the text. The last count of tokens is the whole one."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._finish: Finish | None = None
        self._ended = False
        self._input: dict[str, int] = {}
        self._output = 0
        self._calls = completions.ToolCalls(AnthropicChat.name)

    def feed(self, event: Any) -> Iterator[TextDelta]:
        kind = getattr(event, "type", None)
        if kind == "message_start":
            self._model = getattr(event.message, "model", None) or self._model
            self._count(getattr(event.message, "usage", None))
        elif kind == "content_block_start" and getattr(event.content_block, "type", None) == "tool_use":
            self._calls.add(event.index, event.content_block.id, event.content_block.name, None)
        elif kind == "content_block_delta":
            yield from self._delta(event)
        elif kind == "message_delta":
            self._stop(getattr(event.delta, "stop_reason", None))
            self._count(getattr(event, "usage", None))
        elif kind == "message_stop":
            self._ended = True

    def whole(self, message: Any) -> Iterator[TextDelta]:
        """Raises AnswerBroken for what is no message."""
        if getattr(message, "type", None) == "error":
            raise completions.in_stream(AnthropicChat.name, getattr(message, "error", None))
        if getattr(message, "content", None) is None:
            raise faults.broken(AnthropicChat.name, "no_completion")
        self._model = message.model or self._model
        self._count(message.usage)
        for number, block in enumerate(message.content):
            if block.type == "text" and block.text:
                yield TextDelta(text=block.text)
            elif block.type == "tool_use":
                self._calls.add(number, block.id, block.name, completions.as_json(block.input))
        self._stop(message.stop_reason)
        self._ended = True

    def end(self) -> ChatEnd:
        """Raises AnswerBroken for a message that was not brought to its end."""
        if not self._ended or self._finish is None:
            raise faults.broken(AnthropicChat.name, "cut")
        given = sum(self._input.values())
        usage = TokenUsage(
            input_tokens=given, output_tokens=self._output, cached_tokens=self._input.get("cache_read_input_tokens", 0)
        )
        return ChatEnd(finish=self._finish, model=self._model, usage=usage, tool_calls=self._calls.whole())

    def _delta(self, event: Any) -> Iterator[TextDelta]:
        kind = getattr(event.delta, "type", None)
        if kind == "text_delta" and event.delta.text:
            yield TextDelta(text=event.delta.text)
        elif kind == "input_json_delta":
            self._calls.add(event.index, None, None, event.delta.partial_json)

    def _stop(self, reason: str | None) -> None:
        if reason is not None:
            self._finish = _FINISHES.get(reason, Finish.STOP)

    def _count(self, usage: Any) -> None:
        for field in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"):
            value = getattr(usage, field, None)
            if isinstance(value, int):
                self._input[field] = value
        made = getattr(usage, "output_tokens", None)
        self._output = made if isinstance(made, int) else self._output


def _body(request: ChatRequest, model: ModelInfo) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model.model,
        "max_tokens": min(request.max_tokens, model.max_output_tokens),
        "messages": [_message(message) for message in request.messages if message.role is not ChatRole.SYSTEM],
    }
    system = "\n\n".join(message.text for message in request.messages if message.role is ChatRole.SYSTEM)
    if system:
        body["system"] = system
    output: dict[str, Any] = {} if model.reasoning is None else {"effort": model.reasoning}
    if request.json_schema is not None:
        output["format"] = {"type": "json_schema", "schema": request.json_schema}
    if output:
        body["output_config"] = output
    if request.tools:
        body["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in request.tools
        ]
    return body


def _message(message: ChatMessage) -> dict[str, Any]:
    if message.role is ChatRole.TOOL:
        result = {"type": "tool_result", "tool_use_id": message.tool_call_id, "content": message.text}
        return {"role": "user", "content": [result]}
    if not message.tool_calls:
        return {"role": message.role.value, "content": message.text}
    text = [{"type": "text", "text": message.text}] if message.text else []
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments} for call in message.tool_calls
    ]
    return {"role": "assistant", "content": [*text, *calls]}


@contextmanager
def _faults() -> Iterator[None]:
    import anthropic
    import httpx2

    name = AnthropicChat.name
    try:
        yield
    except anthropic.APITimeoutError as error:
        raise faults.timed_out(name) from error
    except anthropic.APIConnectionError as error:
        raise faults.unreachable(name, error) from error
    except anthropic.APIStatusError as error:
        words = completions.words(error.error_code, error.type)
        # an error event in the middle of a stream has the status of the stream
        status = error.status_code if error.status_code >= 400 else None
        headers = error.response.headers
        raise faults.refused(name, status, words=words, message=error.message, headers=headers) from error
    except httpx2.TimeoutException as error:
        raise faults.timed_out(name) from error
    except httpx2.TransportError as error:  # the SDK lets what breaks a stream through
        raise faults.broken(name, "cut") from error
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise faults.broken(name, "unreadable") from error
