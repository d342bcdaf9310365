"""Groq, OpenAI, and a server that is compatible with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from tests.fakes.llm.server import Reply, Request
from tests.fakes.llm.vendor import ARGUMENTS, INPUT_TOKENS, OUTPUT_TOKENS, RETRY_AFTER_S, Refusal, Vendor, sse

_CALL = {"id": "call_1", "type": "function", "function": {"name": "search", "arguments": json.dumps(ARGUMENTS)}}


class OpenAIApi(Vendor):
    """https://developers.openai.com/api/docs (chat completions, streaming, error codes)."""

    provider = "openai"
    path = "/v1/chat/completions"
    base_path = "/v1"
    model = "gpt-6-luna"
    known: ClassVar[frozenset[str]] = frozenset(
        "model messages stream stream_options max_completion_tokens reasoning_effort store response_format tools "
        "tool_choice temperature".split()
    )
    instructions = "developer"

    def problem(self, request: Request) -> Reply | None:
        found = super().problem(request)
        if found is not None:
            return found
        unknown = set(request.body) - self.known
        roles = {message["role"] for message in request.body["messages"]}
        if unknown or not roles <= {self.instructions, "user", "assistant", "tool"}:
            return self.error(400, f"Unsupported parameter: {sorted(unknown)}", "invalid_request_error", "unsupported")
        return None

    def whole(self, text: str) -> Reply:
        return self._completion({"role": "assistant", "content": text, "refusal": None}, "stop")

    def events(self, text: Sequence[str]) -> list[bytes]:
        return self._stream([{"content": piece} for piece in text], "stop")

    def tool_call(self, *, stream: bool) -> Reply:
        if not stream:
            return self._completion({"role": "assistant", "content": None, "tool_calls": [_CALL]}, "tool_calls")
        arguments = json.dumps(ARGUMENTS)
        begin = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "search", "arguments": ""}}
        rest = [{"index": 0, "function": {"arguments": part}} for part in (arguments[:9], arguments[9:])]
        return self.streamed(self._stream([{"tool_calls": [call]} for call in (begin, *rest)], "tool_calls"))

    def stopped_at_length(self, *, stream: bool) -> Reply:
        if not stream:
            return self._completion({"role": "assistant", "content": "The ferry"}, "length")
        return self.streamed(self._stream([{"content": "The ferry"}], "length"))

    def filtered(self, *, stream: bool) -> Reply:
        if not stream:
            return self._completion({"role": "assistant", "content": None, "refusal": "I cannot."}, "stop")
        return self.streamed(self._stream([{"refusal": "I cannot."}], "stop"))

    def refusal(self, kind: Refusal) -> Reply:
        invalid = "invalid_request_error"
        match kind:
            case Refusal.KEY:
                return self.error(401, "Incorrect API key provided: key-o******form.", invalid, "invalid_api_key")
            case Refusal.FORBIDDEN:
                return self.error(403, "Country not supported", invalid, "unsupported_country_region_territory")
            case Refusal.CREDIT:
                said = "You exceeded your current quota, please check your plan and billing details."
                return self.error(429, said, "insufficient_quota", "insufficient_quota")
            case Refusal.MODEL:
                return self.error(404, "The model `x` does not exist.", invalid, "model_not_found")
            case Refusal.CONTEXT:
                said = "Your input exceeds the context window of this model."
                return self.error(400, said, invalid, "context_length_exceeded")
            case Refusal.REQUEST:
                return self.error(400, "Unsupported value: 'temperature'", invalid, "unsupported_value")
            case Refusal.LIMITED:
                headers = {"retry-after": str(RETRY_AFTER_S)}
                return self.error(429, "Rate limit reached", "requests", "rate_limit_exceeded", headers)
            case Refusal.BROKEN:
                return self.error(500, "The server had an error.", "server_error", None)
            case Refusal.OVERLOADED:
                return self.error(503, "Overloaded", "service_unavailable_error", "server_is_overloaded")

    def failing_midway(self) -> Reply:
        events = self.events(("The ",))[:2]
        return self.streamed([*events, sse({"error": {"message": "The server had an error", "type": "server_error"}})])

    def malformed(self) -> Reply:
        return self.streamed([*self.events(("The ",))[:2], sse('{"id":"chatcmpl-1","choices":[{"ind')])

    def error(self, status: int, message: str, kind: str, code: Any, headers: Mapping[str, str] | None = None) -> Reply:
        body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        return Reply(status, body, headers={"x-request-id": "req_1", **(headers or {})})

    def usage(self) -> dict[str, Any]:
        details = {"cached_tokens": 5, "audio_tokens": 0}
        total = INPUT_TOKENS + OUTPUT_TOKENS
        counts = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS, "total_tokens": total}
        return {**counts, "prompt_tokens_details": details}

    def _completion(self, message: dict[str, Any], finish: str) -> Reply:
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1764100000, "model": self.model}
        return Reply(200, {**head, "choices": [choice], "usage": self.usage()})

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1764100000, "model": self.model}
        return sse({**head, "choices": choices, **more})

    def _stream(self, deltas: Sequence[dict[str, Any]], finish: str) -> list[bytes]:
        first = {"role": "assistant", "content": "", "refusal": None}
        chunks = [
            self._chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}], usage=None)
            for delta in (first, *deltas)
        ]
        last = self._chunk([{"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish}], usage=None)
        return [*chunks, last, self._chunk([], usage=self.usage()), sse("[DONE]")]


class GroqApi(OpenAIApi):
    """https://console.groq.com/docs (chat completions, errors, rate limits); tokens of a stream lie in `x_groq`."""

    provider = "groq"
    path = "/openai/v1/chat/completions"
    base_path = ""
    model = "openai/gpt-oss-20b"
    known = frozenset(
        "model messages stream max_completion_tokens reasoning_effort include_reasoning response_format tools "
        "tool_choice temperature".split()
    )
    instructions = "system"

    def filtered(self, *, stream: bool) -> Reply:
        if not stream:
            return self._completion({"role": "assistant", "content": ""}, "content_filter")
        return self.streamed(self._stream([], "content_filter"))

    def refusal(self, kind: Refusal) -> Reply:
        if kind is Refusal.CREDIT:
            return self.error(402, "Spend limit reached", "billing_error", "billing_error")
        if kind is Refusal.OVERLOADED:
            return self.error(498, "Flex tier capacity exceeded", "capacity", "capacity_exceeded")
        return super().refusal(kind)

    def failing_midway(self) -> Reply:
        inner = {
            "message": "Failed to call a function.",
            "type": "invalid_request_error",
            "code": "tool_use_failed",
            "status_code": 400,
        }
        return self.streamed([*self.events(("The ",))[:2], sse({"error": inner}, "error")])

    def usage(self) -> dict[str, Any]:
        return {**super().usage(), "queue_time": 0.01, "prompt_time": 0.002, "completion_time": 0.04}

    def _stream(self, deltas: Sequence[dict[str, Any]], finish: str) -> list[bytes]:
        first: dict[str, Any] = {"role": "assistant", "content": ""}
        chunks = [
            self._chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}])
            for delta in (first, *deltas)
        ]
        ending = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish}
        last = self._chunk([ending], x_groq={"id": "req_01a", "usage": self.usage()})
        return [*chunks, last, sse("[DONE]")]


class CompatibleApi(OpenAIApi):
    """What llama.cpp, vLLM, Ollama and OpenRouter have in common, with their errors (sources of llama.cpp and vLLM).

    Offered tools, it asks for the calls of `wanted` (name, arguments), if there are any.
    """

    provider = "openai-compatible"
    model = "local"
    key = "none"
    known = frozenset(
        "model messages stream stream_options max_tokens temperature tools tool_choice response_format".split()
    )
    instructions = "system"

    def __init__(self) -> None:
        super().__init__()
        self.wanted: list[tuple[str, dict[str, Any]]] = []

    def answer(self, request: Request) -> Reply:
        if not request.body.get("tools") or not self.wanted:
            return super().answer(request)
        calls = [
            {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for n, (name, arguments) in enumerate(self.wanted, start=1)
        ]
        return self._completion({"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls")

    def filtered(self, *, stream: bool) -> Reply:
        if not stream:
            return self._completion({"role": "assistant", "content": ""}, "content_filter")
        return self.streamed(self._stream([], "content_filter"))

    def refusal(self, kind: Refusal) -> Reply:
        match kind:
            case Refusal.KEY:
                return self.error(401, "Invalid API Key", "authentication_error", 401)
            case Refusal.CREDIT:
                return self.error(402, "Insufficient credits", "payment_required", 402)
            case Refusal.MODEL:
                return self.error(404, 'model "x" not found, try pulling it first', "not_found_error", None)
            case Refusal.CONTEXT:
                said = "request (4476 tokens) exceeds the available context size (4096 tokens), try increasing it"
                return self.error(400, said, "exceed_context_size_error", 400)
            case Refusal.OVERLOADED:
                return self.error(503, "Loading model", "unavailable_error", 503)
        return super().refusal(kind)

    def failing_midway(self) -> Reply:
        """As vLLM does it: the end of the stream follows all the same."""
        failed = sse({"error": {"message": "EngineCore died", "type": "InternalServerError", "code": 500}})
        return self.streamed([*self.events(("The ",))[:2], failed, sse("[DONE]")])
