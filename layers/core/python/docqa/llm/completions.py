"""The wire that Groq, OpenAI and the servers compatible with it share: chat completions, whole or in chunks.

The SDKs build their objects without checking them, so every field is looked at before it is believed. A stream counts
as ended only when it said why it ended.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from docqa.core.errors import ProviderError
from docqa.core.models.chat import (
    ChatEnd,
    ChatEvent,
    ChatMessage,
    ChatRequest,
    ChatRole,
    Finish,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from docqa.llm import faults

_FINISHES = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.TOOLS,
    "function_call": Finish.TOOLS,
    "content_filter": Finish.REFUSED,
}


def messages(request: ChatRequest, *, system: str = "system") -> list[dict[str, Any]]:
    """The turns; `system` is what the vendor calls the role of instructions."""
    return [_message(message, system) for message in request.messages]


def tools(request: ChatRequest) -> dict[str, Any]:
    """The `tools` field, or nothing."""
    if not request.tools:
        return {}
    functions = [
        {"name": tool.name, "description": tool.description, "parameters": tool.parameters} for tool in request.tools
    ]
    return {"tools": [{"type": "function", "function": function} for function in functions]}


def json_format(request: ChatRequest, *, strict: bool = True) -> dict[str, Any]:
    """The `response_format` field, or nothing."""
    if request.json_schema is None:
        return {}
    schema: dict[str, Any] = {"name": request.purpose, "schema": request.json_schema}
    return {"response_format": {"type": "json_schema", "json_schema": {**schema, "strict": True} if strict else schema}}


def _message(message: ChatMessage, system: str) -> dict[str, Any]:
    if message.role is ChatRole.SYSTEM:
        return {"role": system, "content": message.text}
    if message.role is ChatRole.TOOL:
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.text}
    if not message.tool_calls:
        return {"role": message.role.value, "content": message.text}
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
        for call in message.tool_calls
    ]
    return {"role": "assistant", "content": message.text or None, "tool_calls": calls}


class Reader:
    """Makes our events of chunks, or of a whole completion. `feed` chunks, then ask for the `end`."""

    def __init__(self, provider: str, model: str) -> None:
        self._provider = provider
        self._model = model
        self._finish: Finish | None = None
        self._usage: TokenUsage | None = None
        self._calls = ToolCalls(provider)

    def feed(self, chunk: Any) -> Iterator[TextDelta]:
        """Raises ProviderError for an error that comes as a chunk."""
        error = getattr(chunk, "error", None)
        if error is not None:
            raise in_stream(self._provider, error)
        self._model = getattr(chunk, "model", None) or self._model
        self.count(getattr(chunk, "usage", None))
        for choice in getattr(chunk, "choices", None) or ():
            part = getattr(choice, "delta", None) or getattr(choice, "message", None)
            text = getattr(part, "content", None) or getattr(part, "refusal", None)
            if isinstance(text, str) and text:
                yield TextDelta(text=text)
            for call in getattr(part, "tool_calls", None) or ():
                function = getattr(call, "function", None)
                name, arguments = getattr(function, "name", None), getattr(function, "arguments", None)
                self._calls.add(getattr(call, "index", None), getattr(call, "id", None), name, arguments)
            if getattr(part, "refusal", None):
                self._finish = Finish.REFUSED
            self._stop(choice)

    def count(self, usage: Any) -> None:
        """Take over the tokens, if this is a count."""
        given, made = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
        if not isinstance(given, int) or not isinstance(made, int):
            return
        details = getattr(usage, "prompt_tokens_details", None)
        cached = getattr(details, "cached_tokens", None) or 0
        self._usage = TokenUsage(input_tokens=given, output_tokens=made, cached_tokens=min(cached, given))

    def end(self) -> ChatEnd:
        """Raises AnswerBroken for an answer that did not say why it ended, or ended in an error."""
        calls = self._calls.whole()
        if self._finish is None:
            raise faults.broken(self._provider, "cut")
        finish = Finish.TOOLS if calls and self._finish is Finish.STOP else self._finish
        usage = self._usage or TokenUsage(estimated=True)
        return ChatEnd(finish=finish, model=self._model, usage=usage, tool_calls=calls)

    def _stop(self, choice: Any) -> None:
        reason = getattr(choice, "finish_reason", None)
        if reason is None or self._finish is Finish.REFUSED:
            return
        error = getattr(choice, "error", None)
        if reason == "error" or error is not None:
            raise in_stream(self._provider, error)
        self._finish = _FINISHES.get(reason, Finish.STOP)


class ToolCalls:
    """Puts tool calls together that come in pieces, each piece under the index of its call.

    Some servers number every call 0: another id under a known number is another call.
    """

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._pieces: list[dict[str, str]] = []
        self._at: dict[object, int] = {}

    def add(self, index: object, call_id: str | None, name: str | None, arguments: str | None) -> None:
        at = self._at.get(index)
        if at is None or (call_id and self._pieces[at]["id"] not in ("", call_id)):
            at = self._at[index] = len(self._pieces)
            self._pieces.append({"id": "", "name": "", "arguments": ""})
        call = self._pieces[at]
        call["id"] = call["id"] or call_id or ""
        call["name"] = call["name"] or name or ""
        call["arguments"] += arguments or ""

    def whole(self) -> tuple[ToolCall, ...]:
        """Raises AnswerBroken for a call without a name, or whose arguments are no JSON object."""
        return tuple(self._call(number, piece) for number, piece in enumerate(self._pieces, start=1))

    def _call(self, number: int, piece: dict[str, str]) -> ToolCall:
        try:
            arguments = json.loads(piece["arguments"] or "{}")
        except ValueError as error:
            raise faults.broken(self._provider, "tool_arguments") from error
        if not piece["name"] or not isinstance(arguments, dict):
            raise faults.broken(self._provider, "tool_arguments")
        return ToolCall(id=piece["id"] or f"call_{number}", name=piece["name"], arguments=arguments)


def at_once(deltas: Iterator[TextDelta], end: Callable[[], ChatEnd]) -> list[ChatEvent]:
    """All events, none of them before it is sure that there is an end."""
    found: list[ChatEvent] = list(deltas)
    return [*found, end()]


def whole(provider: str, model: str, completion: Any) -> list[ChatEvent]:
    """The events of an answer that came at once. Raises ProviderError; AnswerBroken for what is no completion."""
    error = getattr(completion, "error", None)
    if error is not None:
        raise in_stream(provider, error)
    if not getattr(completion, "choices", None):
        raise faults.broken(provider, "no_completion")
    reader = Reader(provider, model)
    return at_once(reader.feed(completion), reader.end)


def in_stream(provider: str, error: Any) -> ProviderError:
    """The fault behind an `error` that arrived with status 200: an object, a mapping or a sentence."""
    fields: dict[str, Any] = error if isinstance(error, dict) else getattr(error, "__dict__", {}) or {}
    inner = fields.get("error")
    if isinstance(inner, dict):
        fields = inner
    code, kind = fields.get("code"), fields.get("type")
    status = next((each for each in (fields.get("status_code"), code) if isinstance(each, int)), None)
    message = fields.get("message", error if isinstance(error, str) else "")
    return faults.refused(provider, status, words=words(code, kind), message=message)


def as_json(arguments: object) -> str:
    """Arguments that came as an object, as the text that they are elsewhere."""
    return json.dumps(arguments)


def words(*said: object) -> tuple[object, ...]:
    """Codes and types that are words: some servers repeat the status there."""
    return tuple(each for each in said if isinstance(each, str) and not each.isdigit())
