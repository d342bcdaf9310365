"""Anthropic's messages: https://platform.claude.com/docs/en/api (messages, streaming, errors, version 2026-10-21)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.llm.server import Reply, Request
from tests.fakes.llm.vendor import ARGUMENTS, INPUT_TOKENS, OUTPUT_TOKENS, RETRY_AFTER_S, Refusal, Vendor, sse

_KNOWN = frozenset("model max_tokens messages system stream output_config tools tool_choice stop_sequences".split())
_CACHED = 5


class AnthropicApi(Vendor):
    """Thinking comes before the text, and pings in between."""

    provider = "anthropic"
    path = "/v1/messages"
    model = "claude-haiku-5-5"
    first_text = 6

    def problem(self, request: Request) -> Reply | None:
        found = super().problem(request)
        if found is not None:
            return found
        unknown = sorted(set(request.body) - _KNOWN)
        if unknown or "anthropic-version" not in request.headers or not request.body.get("max_tokens"):
            return self.error(400, "invalid_request_error", f"{unknown}: Extra inputs are not permitted")
        if request.body["messages"][-1]["role"] == "assistant":
            return self.error(400, "invalid_request_error", "prefill is not supported")
        return None

    def whole(self, text: str) -> Reply:
        return self._message([{"type": "text", "text": text, "citations": None}], "end_turn")

    def events(self, text: Sequence[str]) -> list[bytes]:
        deltas = [{"type": "text_delta", "text": piece} for piece in text]
        return self._stream({"type": "text", "text": ""}, deltas, "end_turn")

    def tool_call(self, *, stream: bool) -> Reply:
        block: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": "search", "input": ARGUMENTS}
        if not stream:
            return self._message([block], "tool_use")
        text = json.dumps(ARGUMENTS)
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in ("", text[:9], text[9:])]
        return self.streamed(self._stream({**block, "input": {}}, deltas, "tool_use"))

    def stopped_at_length(self, *, stream: bool) -> Reply:
        if not stream:
            return self._message([{"type": "text", "text": "The ferry"}], "max_tokens")
        deltas = [{"type": "text_delta", "text": "The ferry"}]
        return self.streamed(self._stream({"type": "text", "text": ""}, deltas, "max_tokens"))

    def filtered(self, *, stream: bool) -> Reply:
        if not stream:
            return self._message([], "refusal")
        return self.streamed(self._stream({"type": "text", "text": ""}, [], "refusal"))

    def refusal(self, kind: Refusal) -> Reply:
        match kind:
            case Refusal.KEY:
                return self.error(401, "authentication_error", "invalid x-api-key")
            case Refusal.FORBIDDEN:
                return self.error(403, "permission_error", "Your API key does not have permission")
            case Refusal.CREDIT:
                return self.error(402, "billing_error", "Your credit balance is too low")
            case Refusal.MODEL:
                return self.error(404, "not_found_error", "model: x")
            case Refusal.CONTEXT:
                return self.error(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum")
            case Refusal.REQUEST:
                return self.error(400, "invalid_request_error", "temperature: Extra inputs are not permitted")
            case Refusal.LIMITED:
                return self.error(429, "rate_limit_error", "Too many requests", {"retry-after": str(RETRY_AFTER_S)})
            case Refusal.BROKEN:
                return self.error(500, "api_error", "Internal server error")
            case Refusal.OVERLOADED:
                return self.error(529, "overloaded_error", "Overloaded")

    def failing_midway(self) -> Reply:
        error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "r"}
        return self.streamed([*self.events(("The ",))[: self.first_text + 1], sse(error, "error")])

    def malformed(self) -> Reply:
        broken = sse('{"type":"content_block_delta","index":1,"del', "content_block_delta")
        return self.streamed([*self.events(("The ",))[: self.first_text + 1], broken])

    def error(self, status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
        body = {"type": "error", "error": {"type": kind, "message": message, "details": None}, "request_id": "req_1"}
        return Reply(status, body, headers={"request-id": "req_1", **(headers or {})})

    def _message(self, content: list[dict[str, Any]], stop: str) -> Reply:
        thinking = {"type": "thinking", "thinking": "", "signature": "Eq"}
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model}
        stops = {"stop_reason": stop, "stop_sequence": None, "stop_details": None}
        return Reply(200, {**head, "content": [thinking, *content], **stops, "usage": self._usage(OUTPUT_TOKENS)})

    def _usage(self, made: int) -> dict[str, Any]:
        cache = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": _CACHED}
        return {"input_tokens": INPUT_TOKENS - _CACHED, **cache, "output_tokens": made}

    def _stream(self, block: dict[str, Any], deltas: Sequence[dict[str, Any]], stop: str) -> list[bytes]:
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": self.model, "content": []}
        start = {**head, "stop_reason": None, "stop_sequence": None, "usage": self._usage(1)}
        thought = {"type": "thinking", "thinking": "", "signature": ""}
        stopped = {"stop_reason": stop, "stop_sequence": None, "stop_details": None}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": start},
            {"type": "content_block_start", "index": 0, "content_block": thought},
            {"type": "ping"},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "Eq"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "content_block_start", "index": 1, "content_block": block},
            *({"type": "content_block_delta", "index": 1, "delta": delta} for delta in deltas),
            {"type": "content_block_stop", "index": 1},
            {"type": "message_delta", "delta": stopped, "usage": {"output_tokens": OUTPUT_TOKENS}},
            {"type": "message_stop"},
        ]
        return [sse(event, event["type"]) for event in events]
