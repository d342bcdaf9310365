"""`ChatProvider` over Amazon Bedrock's Converse, by boto3.

boto3 blocks, so every call and every event is waited for in a thread. Without a key the function's own role signs;
with one it is sent as a Bedrock API key (bearer token).
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docqa.core.errors import (
    AnswerBroken,
    KeyRefused,
    ModelUnknown,
    ProviderError,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderTimeout,
)
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

DEFAULT_REGION = "us-east-1"

_FINISHES = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "tool_use": Finish.TOOLS,
    "guardrail_intervened": Finish.REFUSED,
    "content_filtered": Finish.REFUSED,
}
_MALFORMED = ("malformed_model_output", "malformed_tool_use")
_BY_STATUS: Mapping[int, type[ProviderError]] = {
    403: KeyRefused,
    404: ModelUnknown,
    408: ProviderTimeout,
    424: ProviderOverloaded,
    429: ProviderRateLimited,
}


class BedrockChat:
    """One may be used from any event loop."""

    name = "bedrock"

    def __init__(self, api_key: str = "", *, base_url: str | None = None) -> None:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        self._api_key = api_key
        signing = {"signature_version": UNSIGNED} if api_key else {}
        once: Any = {"total_max_attempts": 1, "mode": "standard"}
        self._client: Any = boto3.client(
            "bedrock-runtime",
            region_name=os.environ.get("AWS_REGION", DEFAULT_REGION),
            endpoint_url=base_url,
            config=Config(connect_timeout=CONNECT_S, read_timeout=IDLE_S, retries=once, **signing),
        )
        if api_key:
            self._client.meta.events.register("before-send.bedrock-runtime", self._bear)

    async def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """Text as it comes, then ChatEnd. Raises ProviderError."""
        reader = _Reader(model.model)
        with _faults():
            if not request.stream:
                answer = await asyncio.to_thread(self._client.converse, **_body(request, model))
                for event in completions.at_once(reader.whole(answer), reader.end):
                    yield event
                return
            answer = await asyncio.to_thread(self._client.converse_stream, **_body(request, model))
            stream = answer["stream"]
            try:
                events = iter(stream)
                while (frame := await asyncio.to_thread(_next, events)) is not None:
                    for delta in reader.feed(frame):
                        yield delta
            finally:
                stream.close()
            yield reader.end()

    async def close(self) -> None:
        self._client.close()

    def _bear(self, request: Any, **_: Any) -> None:
        request.headers["Authorization"] = f"Bearer {self._api_key}"


def _next(events: Iterator[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next(events, None)


class _Reader:
    """The count of tokens comes after the stop, so the stream is read to its end."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._finish: Finish | None = None
        self._usage = TokenUsage(estimated=True)
        self._calls = completions.ToolCalls(BedrockChat.name)

    def feed(self, event: Mapping[str, Any]) -> Iterator[TextDelta]:
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            tool = start.get("start", {}).get("toolUse")
            if tool:
                self._calls.add(start.get("contentBlockIndex"), tool.get("toolUseId"), tool.get("name"), None)
        elif "contentBlockDelta" in event:
            part = event["contentBlockDelta"]
            if "delta" not in part:  # what boto makes of a frame that it cannot read
                raise faults.broken(BedrockChat.name, "unreadable")
            if part["delta"].get("text"):
                yield TextDelta(text=part["delta"]["text"])
            if "toolUse" in part["delta"]:
                arguments = part["delta"]["toolUse"].get("input")
                self._calls.add(part.get("contentBlockIndex"), None, None, arguments)
        elif "messageStop" in event:
            self._stop(event["messageStop"].get("stopReason"))
        elif "metadata" in event:
            self._count(event["metadata"].get("usage"))

    def whole(self, answer: Mapping[str, Any]) -> Iterator[TextDelta]:
        message = answer.get("output", {}).get("message")
        if message is None:
            raise faults.broken(BedrockChat.name, "no_completion")
        for number, block in enumerate(message.get("content", ())):
            if block.get("text"):
                yield TextDelta(text=block["text"])
            if "toolUse" in block:
                tool = block["toolUse"]
                arguments = completions.as_json(tool.get("input", {}))
                self._calls.add(number, tool.get("toolUseId"), tool.get("name"), arguments)
        self._stop(answer.get("stopReason"))
        self._count(answer.get("usage"))

    def end(self) -> ChatEnd:
        """Raises AnswerBroken for a message that was not brought to its end."""
        if self._finish is None:
            raise faults.broken(BedrockChat.name, "cut")
        return ChatEnd(finish=self._finish, model=self._model, usage=self._usage, tool_calls=self._calls.whole())

    def _stop(self, reason: str | None) -> None:
        if reason in _MALFORMED:
            raise faults.broken(BedrockChat.name, str(reason))
        if reason is not None:
            self._finish = _FINISHES.get(reason, Finish.STOP)

    def _count(self, usage: Mapping[str, Any] | None) -> None:
        if usage and "inputTokens" in usage and "outputTokens" in usage:
            cached = usage.get("cacheReadInputTokens") or 0
            given = usage["inputTokens"] + cached + (usage.get("cacheWriteInputTokens") or 0)
            self._usage = TokenUsage(input_tokens=given, output_tokens=usage["outputTokens"], cached_tokens=cached)


def _body(request: ChatRequest, model: ModelInfo) -> dict[str, Any]:
    inference: dict[str, Any] = {"maxTokens": min(request.max_tokens, model.max_output_tokens)}
    if request.temperature is not None and model.temperature:
        inference["temperature"] = request.temperature
    body: dict[str, Any] = {
        "modelId": model.model,
        "messages": [_message(message) for message in request.messages if message.role is not ChatRole.SYSTEM],
        "inferenceConfig": inference,
    }
    system = [{"text": message.text} for message in request.messages if message.role is ChatRole.SYSTEM]
    if system:
        body["system"] = system
    if request.tools:
        specs = [
            {"name": tool.name, "description": tool.description, "inputSchema": {"json": tool.parameters}}
            for tool in request.tools
        ]
        body["toolConfig"] = {"tools": [{"toolSpec": spec} for spec in specs]}
    if request.json_schema is not None:
        schema = {"schema": completions.as_json(request.json_schema), "name": request.purpose}
        structure = {"type": "json_schema", "structure": {"jsonSchema": schema}}
        body["outputConfig"] = {"textFormat": structure}
    return body


def _message(message: ChatMessage) -> dict[str, Any]:
    if message.role is ChatRole.TOOL:
        result = {"toolUseId": message.tool_call_id, "content": [{"text": message.text}]}
        return {"role": "user", "content": [{"toolResult": result}]}
    text = [{"text": message.text}] if message.text else []
    calls = [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}} for call in message.tool_calls
    ]
    return {"role": message.role.value, "content": [*text, *calls]}


@contextmanager
def _faults() -> Iterator[None]:
    from botocore import exceptions, parsers
    from botocore.eventstream import ParserError as FrameError
    from urllib3 import exceptions as wire

    name = BedrockChat.name
    try:
        yield
    except exceptions.ClientError as error:  # also what an exception frame of a stream becomes
        raise _refused(error) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.TokenRetrievalError) as error:
        raise KeyRefused(provider=name) from error
    except (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError, wire.ReadTimeoutError) as error:
        raise faults.timed_out(name) from error
    except exceptions.EndpointConnectionError as error:
        raise faults.unreachable(name, error) from error
    except (exceptions.ConnectionClosedError, exceptions.ResponseStreamingError, wire.ProtocolError) as error:
        raise faults.broken(name, "cut") from error
    except exceptions.HTTPClientError as error:
        raise faults.unreachable(name, error) from error
    except (FrameError, parsers.ResponseParserError) as error:
        raise faults.broken(name, "unreadable") from error


def _refused(error: Any) -> ProviderError:
    said = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    status = metadata.get("HTTPStatusCode")
    code, message = said.get("Code", ""), said.get("Message", "")
    if status is None and str(code).lower() == "validationexception":
        status = 400
    headers = metadata.get("HTTPHeaders", {})
    words = completions.words(code)
    found = faults.refused(
        BedrockChat.name, status, words=words, message=message, headers=headers, by_status=_BY_STATUS
    )
    return AnswerBroken(None, **found.details, cause="cut") if status is not None and status < 400 else found
