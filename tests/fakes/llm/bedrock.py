"""Bedrock's Converse: the service model of botocore, and the event stream encoding of smithy.io."""

import binascii
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.llm.server import Reply, Request
from tests.fakes.llm.vendor import ARGUMENTS, INPUT_TOKENS, OUTPUT_TOKENS, Refusal, Vendor

_KNOWN = frozenset("messages system inferenceConfig toolConfig outputConfig".split())
_STREAM = {"Content-Type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "r1"}
_MODEL = "global.amazon.nova-2-lite-v1%3A0"
_CACHED = 5


class BedrockApi(Vendor):
    """Signed requests or a bearer token; one frame an event."""

    provider = "bedrock"
    model = "global.amazon.nova-2-lite-v1:0"
    path = f"/model/{_MODEL}/converse"
    first_text = 1

    def problem(self, request: Request) -> Reply | None:
        if request.path not in (self.path, f"{self.path}-stream"):
            return self.refusal(Refusal.MODEL)
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return self.refusal(Refusal.KEY)
        if set(request.body) - _KNOWN:
            return self.refusal(Refusal.REQUEST)
        return None

    def streams(self, request: Request) -> bool:
        return request.path.endswith("-stream")

    def streamed(self, events: Sequence[bytes | float], *, cut: bool = False) -> Reply:
        return Reply(200, pieces=events, headers=_STREAM, cut=cut)

    def whole(self, text: str) -> Reply:
        return self._answer([{"text": text}], "end_turn")

    def events(self, text: Sequence[str]) -> list[bytes]:
        deltas = [{"delta": {"text": piece}, "contentBlockIndex": 0} for piece in text]
        return self._stream([("contentBlockDelta", delta) for delta in deltas], "end_turn")

    def tool_call(self, *, stream: bool) -> Reply:
        tool: dict[str, Any] = {"toolUseId": "tooluse_1", "name": "search"}
        if not stream:
            return self._answer([{"toolUse": {**tool, "input": ARGUMENTS}}], "tool_use")
        text = json.dumps(ARGUMENTS)
        start = ("contentBlockStart", {"start": {"toolUse": tool}, "contentBlockIndex": 0})
        parts = [
            ("contentBlockDelta", {"delta": {"toolUse": {"input": part}}, "contentBlockIndex": 0})
            for part in (text[:9], text[9:])
        ]
        return self.streamed(self._stream([start, *parts], "tool_use"))

    def stopped_at_length(self, *, stream: bool) -> Reply:
        if not stream:
            return self._answer([{"text": "The ferry"}], "max_tokens")
        delta = {"delta": {"text": "The ferry"}, "contentBlockIndex": 0}
        return self.streamed(self._stream([("contentBlockDelta", delta)], "max_tokens"))

    def filtered(self, *, stream: bool) -> Reply:
        if not stream:
            return self._answer([{"text": "Blocked."}], "guardrail_intervened")
        delta = {"delta": {"text": "Blocked."}, "contentBlockIndex": 0}
        return self.streamed(self._stream([("contentBlockDelta", delta)], "guardrail_intervened"))

    def refusal(self, kind: Refusal) -> Reply:
        match kind:
            case Refusal.KEY:
                said = "The security token included in the request is invalid."
                return self.error(403, "UnrecognizedClientException", said)
            case Refusal.FORBIDDEN:
                return self.error(403, "AccessDeniedException", "You don't have access to the model.")
            case Refusal.CREDIT:
                # accounts without money are closed: the nearest thing that the service says
                return self.error(403, "AccessDeniedException", "Your account is not authorized to invoke this API.")
            case Refusal.MODEL:
                return self.error(400, "ValidationException", "The provided model identifier is invalid.")
            case Refusal.CONTEXT:
                return self.error(400, "ValidationException", "Input is too long for requested model.")
            case Refusal.REQUEST:
                return self.error(400, "ValidationException", "The value at temperature is out of range.")
            case Refusal.LIMITED:
                said = "Too many tokens, please wait before trying again."
                return self.error(429, "ThrottlingException", said)
            case Refusal.BROKEN:
                return self.error(500, "InternalServerException", "Internal failure")
            case Refusal.OVERLOADED:
                return self.error(503, "ServiceUnavailableException", "Service Unavailable")

    def failing_midway(self) -> Reply:
        failed = _exception("modelStreamErrorException", {"message": "boom", "originalStatusCode": 500})
        return self.streamed([*self.events(("The ",))[: self.first_text + 1], failed])

    def malformed(self) -> Reply:
        frame = bytearray(_event("contentBlockDelta", {"delta": {"text": "ferry"}, "contentBlockIndex": 0}))
        frame[-6] ^= 0xFF
        return self.streamed([*self.events(("The ",))[: self.first_text + 1], bytes(frame)])

    def error(self, status: int, kind: str, message: str) -> Reply:
        headers = {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/coral/", "x-amzn-requestid": "r1"}
        return Reply(status, {"message": message}, headers=headers)

    def _usage(self) -> dict[str, Any]:
        counts = {"inputTokens": INPUT_TOKENS - _CACHED, "outputTokens": OUTPUT_TOKENS}
        cache = {"cacheReadInputTokens": _CACHED, "cacheWriteInputTokens": 0}
        return {**counts, "totalTokens": INPUT_TOKENS + OUTPUT_TOKENS, **cache}

    def _answer(self, content: list[dict[str, Any]], stop: str) -> Reply:
        output = {"message": {"role": "assistant", "content": content}}
        body = {"output": output, "stopReason": stop, "usage": self._usage(), "metrics": {"latencyMs": 551}}
        return Reply(200, body, headers={"x-amzn-requestid": "r1"})

    def _stream(self, middle: Sequence[tuple[str, dict[str, Any]]], stop: str) -> list[bytes]:
        return [
            _event("messageStart", {"role": "assistant"}),
            *(_event(kind, body) for kind, body in middle),
            _event("contentBlockStop", {"contentBlockIndex": 0}),
            _event("messageStop", {"stopReason": stop}),
            _event("metadata", {"usage": self._usage(), "metrics": {"latencyMs": 551}, "p": "abcd"}),
        ]


def _event(kind: str, body: Mapping[str, Any]) -> bytes:
    return _frame({":event-type": kind, ":content-type": "application/json", ":message-type": "event"}, body)


def _exception(kind: str, body: Mapping[str, Any]) -> bytes:
    return _frame({":exception-type": kind, ":content-type": "application/json", ":message-type": "exception"}, body)


def _frame(headers: Mapping[str, str], body: Mapping[str, Any]) -> bytes:
    payload = json.dumps(body).encode()
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack("!I", binascii.crc32(prelude)) + head + payload
    return message + struct.pack("!I", binascii.crc32(message))


def _header(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()
