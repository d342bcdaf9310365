"""Calls of models in traces, by OpenTelemetry's conventions for generative AI.

Names as of the repository semantic-conventions-genai (development status, November 2026), which the published package
of conventions does not hold any more. Without an SDK in the process nothing is recorded. Never what was said.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from docqa.core.errors import DocQAError
from docqa.core.models.chat import Attempt, ChatRequest, ModelInfo

_PROVIDERS = {"bedrock": "aws.bedrock"}
"""Where the conventions name a provider otherwise."""


class ModelSpan:
    """One call. `finish` says what it took."""

    def __init__(self, span: "object") -> None:
        self._span = span

    def finish(self, attempt: Attempt, *, finish_reason: str | None) -> None:
        set_attribute = self._span.set_attribute  # type: ignore[attr-defined]
        set_attribute("gen_ai.usage.input_tokens", attempt.usage.input_tokens)
        set_attribute("gen_ai.usage.output_tokens", attempt.usage.output_tokens)
        if attempt.usage.cached_tokens:
            set_attribute("gen_ai.usage.cache_read.input_tokens", attempt.usage.cached_tokens)
        if attempt.first_token_ms is not None:
            set_attribute("gen_ai.response.time_to_first_chunk", attempt.first_token_ms / 1000)
        if finish_reason is not None:
            set_attribute("gen_ai.response.finish_reasons", [finish_reason])
        set_attribute("docqa.cost_usd", attempt.cost_usd)
        if attempt.outcome != "ok":
            set_attribute("error.type", attempt.outcome)


@contextmanager
def model_span(request: ChatRequest, model: ModelInfo) -> Iterator[ModelSpan]:
    """Around one call. It is not made the current one: a generator may be left and entered elsewhere."""
    from opentelemetry import trace
    from opentelemetry.trace import SpanKind, Status, StatusCode

    span = trace.get_tracer("docqa.llm").start_span(
        f"chat {model.model}",
        kind=SpanKind.CLIENT,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _PROVIDERS.get(model.provider, model.provider),
            "gen_ai.request.model": model.model,
            "gen_ai.request.max_tokens": request.max_tokens,
            "gen_ai.request.stream": request.stream,
            "gen_ai.output.type": "json" if request.json_schema else "text",
            "gen_ai.prompt.name": request.purpose,
        },
    )
    try:
        yield ModelSpan(span)
    except DocQAError as error:
        span.set_status(Status(StatusCode.ERROR, error.code))
        raise
    finally:
        span.end()
