"""Calls in traces: who was asked, what it took, and never what was said."""

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.fakes.llm.routing import World, ask, request, world
from tests.fakes.llm.vendor import INPUT_TOKENS, OUTPUT_TOKENS, Refusal


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    found, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    trace.set_tracer_provider(provider)
    return found


@pytest.fixture
def around() -> Iterator[World]:
    with world() as made:
        yield made


def spans(around: World, exporter: InMemorySpanExporter, order: str) -> list[ReadableSpan]:
    exporter.clear()

    async def run() -> None:
        await ask(around.router(order), request(purpose="generate"))
        await around.providers.close()

    asyncio.run(run())
    return list(exporter.get_finished_spans())


def test_every_call_is_a_span_by_the_conventions(around: World, exporter: InMemorySpanExporter) -> None:
    around.vendors["groq"].replies = [around.vendors["groq"].refusal(Refusal.LIMITED)]
    failed, answered = spans(around, exporter, "groq,bedrock")
    assert (failed.name, answered.name) == ("chat openai/gpt-oss-20b", "chat global.amazon.nova-2-lite-v1:0")
    assert failed.attributes is not None
    assert failed.attributes["error.type"] == "provider_rate_limited"
    assert failed.status.description == "provider_rate_limited"
    found = dict(answered.attributes or {})
    assert found.pop("gen_ai.response.time_to_first_chunk")
    assert found.pop("docqa.cost_usd")
    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "aws.bedrock",
        "gen_ai.request.model": "global.amazon.nova-2-lite-v1:0",
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "text",
        "gen_ai.prompt.name": "generate",
        "gen_ai.usage.input_tokens": INPUT_TOKENS,
        "gen_ai.usage.output_tokens": OUTPUT_TOKENS,
        "gen_ai.usage.cache_read.input_tokens": 5,
        "gen_ai.response.finish_reasons": ("stop",),
    }


def test_nothing_that_was_said_is_in_them(around: World, exporter: InMemorySpanExporter) -> None:
    told = " ".join(span.to_json() for span in spans(around, exporter, "groq"))
    assert "ferry" not in told.casefold()
