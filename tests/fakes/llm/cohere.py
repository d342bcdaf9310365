"""Cohere's chat (v2): https://docs.cohere.com/reference/chat and /chat-stream."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.llm.server import Reply, Request
from tests.fakes.llm.vendor import ARGUMENTS, INPUT_TOKENS, OUTPUT_TOKENS, RETRY_AFTER_S, Refusal, Vendor, sse

_KNOWN = frozenset("model messages stream max_tokens temperature response_format tools tool_choice".split())


class CohereApi(Vendor):
    """The content type of a stream is looked at by the SDK, the names of events are not."""

    provider = "cohere"
    path = "/v2/chat"
    model = "command-r7b-12-2024"
    first_text = 2

    def problem(self, request: Request) -> Reply | None:
        found = super().problem(request)
        if found is not None:
            return found
        unknown = sorted(set(request.body) - _KNOWN)
        if unknown or "stream" not in request.body:
            return self.error(422, f"unknown field: parameter {unknown} is not a valid field")
        return None

    def whole(self, text: str) -> Reply:
        return self._answer({"role": "assistant", "content": [{"type": "text", "text": text}]}, "COMPLETE")

    def events(self, text: Sequence[str]) -> list[bytes]:
        return self._stream(text, "COMPLETE")

    def tool_call(self, *, stream: bool) -> Reply:
        text = json.dumps(ARGUMENTS)
        call = {"id": "search_1", "type": "function", "function": {"name": "search", "arguments": text}}
        if not stream:
            return self._answer({"role": "assistant", "tool_plan": "I will.", "tool_calls": [call]}, "TOOL_CALL")
        begun = {**call, "function": {"name": "search", "arguments": ""}}
        parts = [{"function": {"arguments": part}} for part in (text[:9], text[9:])]
        events: list[dict[str, Any]] = [
            {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I will."}}},
            {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": begun}}},
            *({"type": "tool-call-delta", "index": 0, "delta": {"message": {"tool_calls": part}}} for part in parts),
            {"type": "tool-call-end", "index": 0},
        ]
        return self.streamed([self._start(), *(_event(event) for event in events), self._end("TOOL_CALL")])

    def stopped_at_length(self, *, stream: bool) -> Reply:
        if not stream:
            content = [{"type": "text", "text": "The ferry"}]
            return self._answer({"role": "assistant", "content": content}, "MAX_TOKENS")
        return self.streamed(self._stream(["The ferry"], "MAX_TOKENS"))

    def filtered(self, *, stream: bool) -> Reply:
        """It has no word for it: a model that declines says so in its text."""
        return self.success(stream=stream)

    def refusal(self, kind: Refusal) -> Reply:
        match kind:
            case Refusal.KEY:
                return self.error(401, "invalid api token")
            case Refusal.FORBIDDEN:
                return self.error(403, "forbidden")
            case Refusal.CREDIT:
                return self.error(402, "payment required")
            case Refusal.MODEL:
                return self.error(404, "model 'x' not found")
            case Refusal.CONTEXT:
                said = "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292."
                return self.error(400, said)
            case Refusal.REQUEST:
                return self.error(422, "invalid request: temperature must be between 0 and 1")
            case Refusal.LIMITED:
                said = "You are past the per minute request limit, please wait and try again later."
                return self.error(429, said, {"retry-after": str(RETRY_AFTER_S)})
            case Refusal.BROKEN:
                return self.error(500, "internal server error")
            case Refusal.OVERLOADED:
                return self.error(503, "service unavailable")

    def failing_midway(self) -> Reply:
        ended = _event({"type": "message-end", "delta": {"error": "boom", "finish_reason": "ERROR"}})
        return self.streamed([*self.events(("The ",))[: self.first_text + 1], ended])

    def malformed(self) -> Reply:
        broken = sse('{"type":"content-delta","index":0,"del', "content-delta")
        return self.streamed([*self.events(("The ",))[: self.first_text + 1], broken, self._end("COMPLETE")])

    def error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
        return Reply(status, {"id": "e1", "message": message}, headers=headers or {})

    def _usage(self) -> dict[str, Any]:
        """Tokens that cost, and all that were read: a preamble of the vendor's is among these."""
        billed = {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS}
        return {"billed_units": billed, "tokens": {"input_tokens": 497, "output_tokens": OUTPUT_TOKENS}}

    def _answer(self, message: dict[str, Any], finish: str) -> Reply:
        return Reply(200, {"id": "c14c80c3", "finish_reason": finish, "message": message, "usage": self._usage()})

    def _start(self) -> bytes:
        message = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
        return _event({"type": "message-start", "id": "29f14a5a", "delta": {"message": message}})

    def _end(self, finish: str) -> bytes:
        return _event({"type": "message-end", "delta": {"finish_reason": finish, "usage": self._usage()}})

    def _stream(self, text: Sequence[str], finish: str) -> list[bytes]:
        begun = {"message": {"content": {"type": "text", "text": ""}}}
        return [
            self._start(),
            _event({"type": "content-start", "index": 0, "delta": begun}),
            *(
                _event({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": piece}}}})
                for piece in text
            ),
            _event({"type": "content-end", "index": 0}),
            self._end(finish),
        ]


def _event(event: dict[str, Any]) -> bytes:
    return sse(event, event["type"])
