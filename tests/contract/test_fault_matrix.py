"""Every provider failing in every way at every point of the chain: the road, what is seen, and the receipt."""

import asyncio
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from docqa.core.errors import DocQAError
from docqa.core.models.chat import ChatEnd
from docqa.llm.registry import Providers
from docqa.llm.timing import Pacing
from tests.fakes.llm.all import VENDORS
from tests.fakes.llm.routing import QUOTES, Outcome, World, ask, request, world
from tests.fakes.llm.server import Reply, refusing_url
from tests.fakes.llm.vendor import OUTPUT_TOKENS, TEXT, Refusal, Vendor

MODELS = ("groq", "openai", "anthropic", "cohere", "bedrock", "openai-compatible")
PATIENT = Pacing(first_token_s=20.0, retries=1, backoff_s=0)
HASTY = PATIENT.model_copy(update={"first_token_s": 1.0})
"""Where silence is what goes wrong: a busy machine may be silent for a second as well."""


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="module")
def _world(runner: asyncio.Runner) -> Iterator[World]:
    with world() as made:
        yield made
        runner.run(made.providers.close())


@pytest.fixture
def around(_world: World) -> World:
    _world.reset()
    return _world


Way = Callable[[Vendor], Reply]

BEFORE: dict[str, tuple[Way, str, int]] = {
    # what goes wrong before anything is shown → (the answer, the code in the receipt, how often it is asked)
    "wrong key": (lambda vendor: vendor.refusal(Refusal.KEY), "provider_key_refused", 1),
    "key may not": (lambda vendor: vendor.refusal(Refusal.FORBIDDEN), "provider_key_refused", 1),
    "no credit": (lambda vendor: vendor.refusal(Refusal.CREDIT), "provider_credit_spent", 1),
    "unknown model": (lambda vendor: vendor.refusal(Refusal.MODEL), "model_unknown", 1),
    "rate limit": (lambda vendor: vendor.refusal(Refusal.LIMITED), "provider_rate_limited", 1),
    "internal error": (lambda vendor: vendor.refusal(Refusal.BROKEN), "provider_overloaded", 2),
    "overloaded": (lambda vendor: vendor.refusal(Refusal.OVERLOADED), "provider_overloaded", 2),
    "not json": (lambda vendor: Reply(200, b"{not json"), "answer_broken", 2),
    "silence": (lambda vendor: vendor.slow(1.6), "provider_timeout", 1),
}
WRONG: dict[str, tuple[Way, str]] = {
    "bad request": (lambda vendor: vendor.refusal(Refusal.REQUEST), "provider_refused"),
    "context too long": (lambda vendor: vendor.refusal(Refusal.CONTEXT), "context_too_long"),
}
AFTER: dict[str, Way] = {
    "cut": lambda vendor: vendor.cut(),
    "unfinished": lambda vendor: vendor.unfinished(),
    "malformed": lambda vendor: vendor.malformed(),
    "failing": lambda vendor: vendor.failing_midway(),
}

PLACES = pytest.mark.parametrize("place", range(len(MODELS)))
EACH = pytest.mark.parametrize("provider", MODELS)


def order(provider: str, place: int) -> list[str]:
    others = [name for name in MODELS if name != provider]
    return [*others[:place], provider, *others[place:]]


def fail(around: World, name: str, way: Way, times: int = 2) -> None:
    vendor = around.vendors[name]
    vendor.replies = [way(vendor) for _ in range(times)]


def asked(
    around: World, runner: asyncio.Runner, names: list[str], *, pacing: Pacing = PATIENT, **more: object
) -> Outcome:
    return runner.run(ask(around.router(",".join([*names, "extractive"]), pacing=pacing), request(), **more))  # type: ignore[arg-type]


def overload(around: World, names: list[str]) -> list[tuple[str, str]]:
    """Let these fail first; their part of the road."""
    for name in names:
        fail(around, name, lambda vendor: vendor.refusal(Refusal.OVERLOADED))
    return [(name, "provider_overloaded") for name in names for _ in range(2)]


@EACH
@PLACES
@pytest.mark.parametrize("way", BEFORE)
def test_what_fails_before_the_first_word_is_passed_over(
    around: World, runner: asyncio.Runner, provider: str, place: int, way: str
) -> None:
    reply, code, times = BEFORE[way]
    if (provider, way) == ("bedrock", "no credit"):
        code = "provider_key_refused"
    if (provider, way) == ("bedrock", "rate limit"):
        assert around.vendors[provider].refusal(Refusal.LIMITED).headers.get("retry-after") is None
    names = order(provider, place)
    before = overload(around, names[:place])
    fail(around, provider, reply, times)
    outcome = asked(around, runner, names, pacing=HASTY if way == "silence" else PATIENT)
    following = [*names, "extractive"][place + 1]
    assert outcome.error is None
    assert outcome.road == [*before, *[(provider, code)] * times, (following, "ok")]
    assert outcome.text == ("".join(QUOTES) if following == "extractive" else "".join(TEXT))
    assert isinstance(outcome.events[-1], ChatEnd)
    assert [attempt.cost_usd for attempt in outcome.attempts[:-1]] == [0.0] * (len(outcome.attempts) - 1)
    assert outcome.attempts[-1].usage.output_tokens == (0 if following == "extractive" else OUTPUT_TOKENS)
    assert len(outcome.told) == place + 1
    assert provider in outcome.told[-1]


@EACH
@PLACES
def test_who_is_not_there_is_passed_over(around: World, runner: asyncio.Runner, provider: str, place: int) -> None:
    names = order(provider, place)
    before = overload(around, names[:place])
    urls = {name: around.servers[name].url + around.vendors[name].base_path for name in names}
    elsewhere = Providers({**urls, provider: refusing_url()})
    kept, around.providers = around.providers, elsewhere
    try:
        outcome = asked(around, runner, names)
    finally:
        around.providers = kept
        runner.run(elsewhere.close())
    following = [*names, "extractive"][place + 1]
    assert outcome.road == [*before, *[(provider, "provider_unreachable")] * 2, (following, "ok")]


@EACH
@PLACES
@pytest.mark.parametrize("way", WRONG)
def test_a_wrong_request_is_wrong_everywhere(
    around: World, runner: asyncio.Runner, provider: str, place: int, way: str
) -> None:
    reply, code = WRONG[way]
    names = order(provider, place)
    before = overload(around, names[:place])
    fail(around, provider, reply)
    outcome = asked(around, runner, names)
    assert isinstance(outcome.error, DocQAError)
    assert outcome.error.code == code
    assert outcome.road == [*before, (provider, code)]
    assert outcome.text == ""


@EACH
@PLACES
@pytest.mark.parametrize("way", AFTER)
def test_nobody_else_is_asked_once_a_word_was_shown(
    around: World, runner: asyncio.Runner, provider: str, place: int, way: str
) -> None:
    names = order(provider, place)
    before = overload(around, names[:place])
    fail(around, provider, AFTER[way])
    outcome = asked(around, runner, names)
    assert outcome.error is not None
    assert outcome.error.retryable
    assert "".join(TEXT).startswith(outcome.text)
    assert outcome.text
    assert outcome.road == [*before, (provider, outcome.error.code)]
    broken = outcome.attempts[-1]
    assert broken.usage.estimated
    assert broken.usage.output_tokens > 0, "what was written is paid for"
    assert (broken.cost_usd > 0) == (provider != "openai-compatible")
    assert set(around.asked()) == set(names[: place + 1])


@EACH
@PLACES
@pytest.mark.parametrize("way", ["wrong key", "key may not", "no credit", "unknown model"])
def test_what_is_wrong_with_a_key_of_ones_own_is_said(
    around: World, runner: asyncio.Runner, provider: str, place: int, way: str
) -> None:
    reply, code, _ = BEFORE[way]
    if (provider, way) == ("bedrock", "no credit"):
        code = "provider_key_refused"
    names = order(provider, place)
    user = uuid4()
    around.keyring.keys[user] = {provider: around.vendors[provider].key}
    fail(around, provider, reply)
    outcome = asked(around, runner, names, user=user)
    assert outcome.error is not None
    assert outcome.error.code == code
    assert outcome.road == [(provider, code)], "own keys go first, wherever the provider stands"
    assert outcome.attempts[0].own_key


def test_all_failing_leaves_the_quotes(around: World, runner: asyncio.Runner) -> None:
    before = overload(around, list(MODELS))
    outcome = asked(around, runner, list(MODELS))
    assert outcome.road == [*before, ("extractive", "ok")]
    assert outcome.text == "".join(QUOTES)


def test_the_matrix_knows_all_vendors() -> None:
    assert set(MODELS) == set(VENDORS)


def test_without_quotes_the_last_fault_is_told(around: World, runner: asyncio.Runner) -> None:
    overload(around, list(MODELS))
    router = around.router(",".join([*MODELS, "extractive"]), pacing=PATIENT)
    outcome = runner.run(ask(router, request(quotes=())))
    assert outcome.error is not None
    assert outcome.error.code == "provider_overloaded"
    assert outcome.road[-1] == ("extractive", "skipped_no_model")
