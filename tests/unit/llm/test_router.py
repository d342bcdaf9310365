"""What the router does beside going on: budgets, circuit breakers, deadlines, keys of one's own, the receipt."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from uuid import uuid4

import pytest

from docqa.core.errors import BudgetSpent, DependencyUnavailable, InvalidRequest, ProviderFault, ProviderTimeout
from docqa.core.models.chat import Asker
from docqa.llm.breaker import THRESHOLD
from docqa.llm.timing import Pacing
from tests.fakes.llm.routing import FAST, QUOTES, Outcome, World, ask, request, world
from tests.fakes.llm.server import Reply
from tests.fakes.llm.vendor import INPUT_TOKENS, OUTPUT_TOKENS, TEXT, Refusal


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


def fail(around: World, name: str, kind: Refusal, times: int = 1) -> None:
    vendor = around.vendors[name]
    vendor.replies += [vendor.refusal(kind) for _ in range(times)]


def test_the_receipt_tells_tokens_cost_and_times(around: World, runner: asyncio.Runner) -> None:
    fail(around, "groq", Refusal.KEY)
    outcome = runner.run(ask(around.router(), request()))
    failed, answered = outcome.attempts
    assert (failed.provider, failed.model, failed.usage.input_tokens) == ("groq", "openai/gpt-oss-20b", 0)
    assert (answered.provider, answered.model) == ("openai", "gpt-6-luna")
    assert (answered.usage.input_tokens, answered.usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    fresh, cached = INPUT_TOKENS - 5, 5
    assert answered.cost_usd == pytest.approx((fresh * 0.10 + cached * 0.01 + OUTPUT_TOKENS * 0.50) / 1e6)
    assert answered.first_token_ms is not None
    assert 0 < answered.first_token_ms <= answered.ms
    assert around.purse.settled == [0.0, pytest.approx(answered.cost_usd)]
    assert around.purse.reserved == pytest.approx(answered.cost_usd)


def test_what_would_pass_the_budget_goes_a_cheaper_road(around: World, runner: asyncio.Runner) -> None:
    around.purse.cap_usd = 0.00045  # a thousand tokens of Groq's small model fit, of the others not
    order = "openai,anthropic,groq,extractive"
    outcome = runner.run(ask(around.router(order), request()))
    assert outcome.road == [("openai", "skipped_budget"), ("anthropic", "skipped_budget"), ("groq", "ok")]
    assert around.asked() == ["groq"]


def test_without_any_budget_the_quotes_are_left(around: World, runner: asyncio.Runner) -> None:
    around.purse.cap_usd = 0.0
    outcome = runner.run(ask(around.router("groq,openai,extractive"), request()))
    assert outcome.road[-1] == ("extractive", "ok")
    assert outcome.text == "".join(QUOTES)
    assert around.asked() == []
    assert any("budget" in told for told in outcome.told)


def test_without_budget_and_quotes_it_is_refused(around: World, runner: asyncio.Runner) -> None:
    around.purse.cap_usd = 0.0
    outcome = runner.run(ask(around.router("groq,extractive"), request(quotes=())))
    assert isinstance(outcome.error, BudgetSpent)


def test_ones_own_key_goes_first_and_costs_no_budget(around: World, runner: asyncio.Runner) -> None:
    user = uuid4()
    around.keyring.keys[user] = {"cohere": around.vendors["cohere"].key}
    around.purse.cap_usd = 0.0
    outcome = runner.run(ask(around.router(), request(), user=user))
    assert outcome.road == [("cohere", "ok")]
    assert outcome.attempts[0].own_key
    assert outcome.attempts[0].cost_usd > 0
    assert around.purse.settled == []


def test_a_fault_with_ones_own_key_falls_over_to_the_platforms(around: World, runner: asyncio.Runner) -> None:
    user = uuid4()
    around.keyring.keys[user] = {"cohere": around.vendors["cohere"].key}
    fail(around, "cohere", Refusal.OVERLOADED, 2)
    outcome = runner.run(ask(around.router(), request(), user=user))
    assert outcome.road == [("cohere", "provider_overloaded")] * 2 + [("groq", "ok")]


def test_the_provider_asked_for_goes_first(around: World, runner: asyncio.Runner) -> None:
    fail(around, "anthropic", Refusal.BROKEN, 2)
    outcome = runner.run(ask(around.router(), request(), first="anthropic"))
    assert outcome.road == [("anthropic", "provider_overloaded")] * 2 + [("groq", "ok")]
    plain = runner.run(ask(around.router(), request(), first="extractive"))
    assert plain.road == [("extractive", "ok")]


def test_without_keys_only_the_quotes_are_left(around: World, runner: asyncio.Runner) -> None:
    around.platform = {}
    router = around.router()
    assert runner.run(ask(router, request())).road == [("extractive", "ok")]
    user = uuid4()

    def decides() -> bool:
        return runner.run(router.decides(Asker(tenant_id=uuid4(), user_id=user, deadline=0.0)))

    assert not decides()
    around.keyring.keys[user] = {"groq": "k"}
    assert decides()


def test_without_a_chain_it_is_said(around: World, runner: asyncio.Runner) -> None:
    around.platform = {}
    outcome = runner.run(ask(around.router("groq"), request()))
    assert isinstance(outcome.error, DependencyUnavailable)
    assert outcome.attempts == ()


def test_what_is_too_long_for_one_is_asked_of_another(around: World, runner: asyncio.Runner) -> None:
    long = request(messages=({"role": "user", "text": "ferry " * 100_000},))
    outcome = runner.run(ask(around.router("groq,openai"), long))
    assert outcome.road == [("groq", "skipped_context"), ("openai", "ok")]


def test_a_failing_provider_is_left_alone_for_a_while(around: World, runner: asyncio.Runner) -> None:
    router = around.router("groq,openai")
    fail(around, "groq", Refusal.OVERLOADED, THRESHOLD + 1)
    roads = [runner.run(ask(router, request())).road for _ in range(4)]
    failing = [("groq", "provider_overloaded")] * 2 + [("openai", "ok")]
    assert roads == [failing, failing, failing, [("groq", "skipped_resting"), ("openai", "ok")]]


def test_what_one_key_does_says_nothing_of_another(around: World, runner: asyncio.Runner) -> None:
    router, user = around.router("groq,openai"), uuid4()
    fail(around, "groq", Refusal.OVERLOADED, 6)
    for _ in range(3):
        runner.run(ask(router, request()))
    around.keyring.keys[user] = {"groq": around.vendors["groq"].key + "-of-mine"}
    own = runner.run(ask(router, request(), user=user))
    assert own.road == [("groq", "provider_key_refused")], "it was asked, and the vendor does not know the key"


def test_retry_after_is_kept(around: World, runner: asyncio.Runner) -> None:
    router = around.router("groq,openai")
    fail(around, "groq", Refusal.LIMITED)
    assert runner.run(ask(router, request())).road == [("groq", "provider_rate_limited"), ("openai", "ok")]
    assert runner.run(ask(router, request())).road == [("groq", "skipped_resting"), ("openai", "ok")]
    assert len(around.servers["groq"].requests) == 1


def test_a_short_retry_after_is_waited_for(around: World, runner: asyncio.Runner) -> None:
    around.vendors["groq"].replies = [Reply(429, {"error": {"message": "slow"}}, headers={"retry-after-ms": "200"})]
    loop_time = runner.run(_timed(around))
    assert loop_time >= 0.2


async def _timed(around: World) -> float:
    loop = asyncio.get_running_loop()
    start = loop.time()
    outcome = await ask(around.router("groq,openai"), request())
    assert outcome.road == [("groq", "provider_rate_limited"), ("groq", "ok")]
    return loop.time() - start


def test_when_all_rest_it_is_said(around: World, runner: asyncio.Runner) -> None:
    router = around.router("groq")
    fail(around, "groq", Refusal.LIMITED)
    runner.run(ask(router, request()))
    outcome = runner.run(ask(router, request()))
    assert isinstance(outcome.error, ProviderFault)
    assert outcome.error.retryable
    assert outcome.road == [("groq", "skipped_resting")]


def test_a_cache_that_is_gone_changes_nothing(around: World, runner: asyncio.Runner) -> None:
    from docqa.retrieval.best_effort import BestEffort

    around.cache.down = True
    around.cache = BestEffort(around.cache)  # type: ignore[assignment]
    fail(around, "groq", Refusal.OVERLOADED, 2)
    outcome = runner.run(ask(around.router("groq,openai"), request()))
    assert outcome.road == [("groq", "provider_overloaded")] * 2 + [("openai", "ok")]


def test_the_time_for_a_question_is_a_limit(around: World, runner: asyncio.Runner) -> None:
    runner.run(ask(around.router("groq,openai"), request()))  # from here on the SDKs are imported
    around.vendors["groq"].replies = [around.vendors["groq"].slow(3.0)]
    outcome = runner.run(ask(around.router("groq,openai", pacing=Pacing()), request(), within_s=0.5))
    assert isinstance(outcome.error, ProviderTimeout)
    assert outcome.road == [("groq", "provider_timeout"), ("openai", "skipped_late")]


def test_an_answer_that_never_ends_is_ended(around: World, runner: asyncio.Runner) -> None:
    vendor = around.vendors["groq"]
    text = vendor.events(TEXT)[: vendor.first_text + 1]
    vendor.replies = [vendor.streamed([*text, *([0.05, text[-1]] * 100)])]
    outcome = runner.run(ask(around.router("groq,openai", pacing=FAST), request(), within_s=0.8))
    assert isinstance(outcome.error, ProviderTimeout)
    assert outcome.text.startswith(TEXT[0] * 2)
    assert outcome.road == [("groq", "provider_timeout")]


def test_an_answer_that_stops_midway_is_not_waited_for(around: World, runner: asyncio.Runner) -> None:
    vendor = around.vendors["groq"]
    events = vendor.events(TEXT)
    vendor.replies = [vendor.streamed([*events[: vendor.first_text + 1], 5.0, *events[vendor.first_text + 1 :]])]
    pacing = FAST.model_copy(update={"pause_s": 0.3})
    outcome = runner.run(ask(around.router("groq,openai", pacing=pacing), request()))
    assert isinstance(outcome.error, ProviderTimeout)
    assert outcome.text == TEXT[0]
    assert outcome.road == [("groq", "provider_timeout")]


def test_what_is_broken_off_is_paid_for(around: World, runner: asyncio.Runner) -> None:
    async def first_words() -> Asker:
        deadline = asyncio.get_running_loop().time() + 20
        asker = Asker(tenant_id=uuid4(), user_id=uuid4(), deadline=deadline)
        async with aclosing(around.router("groq").chat(request(), asker)) as events:
            await anext(events)
        return asker

    asker = runner.run(first_words())
    [attempt] = asker.receipts[0].attempts
    assert attempt.outcome == "cancelled"
    assert attempt.usage.estimated
    assert attempt.cost_usd > 0
    assert around.purse.settled == [pytest.approx(attempt.cost_usd)]


def test_tokens_that_nobody_counted_are_estimated(around: World, runner: asyncio.Runner) -> None:
    vendor = around.vendors["groq"]
    counted = vendor.events(TEXT)
    uncounted = [frame.replace(b'"x_groq"', b'"x"') for frame in counted]
    vendor.replies = [vendor.streamed(uncounted)]
    outcome = runner.run(ask(around.router("groq"), request()))
    [attempt] = outcome.attempts
    assert attempt.usage.estimated
    assert attempt.usage.input_tokens > 5
    assert attempt.usage.output_tokens >= 5


def test_whole_answers_are_tried_again_too(around: World, runner: asyncio.Runner) -> None:
    around.vendors["groq"].replies = [Reply(200, b"{not json")]
    outcome = runner.run(ask(around.router("groq"), request(stream=False)))
    assert outcome.road == [("groq", "answer_broken"), ("groq", "ok")]
    assert outcome.text == "".join(TEXT)


def test_a_user_may_have_an_order_of_his_own(around: World, runner: asyncio.Runner) -> None:
    user = uuid4()
    around.keyring.chains[user] = "cohere,extractive"
    assert runner.run(ask(around.router("groq,openai"), request(), user=user)).road == [("cohere", "ok")]
    assert runner.run(ask(around.router("groq,openai"), request())).road == [("groq", "ok")]


def test_a_wrong_order_is_refused(around: World) -> None:
    router = around.router()
    router.check_chain("cohere:command-r-08-2024,groq,extractive")
    for wrong in ("grok", "groq:llama-2", ""):
        with pytest.raises(InvalidRequest):
            router.check_chain(wrong)


def test_all_providers_are_shown_with_what_they_cost(around: World, runner: asyncio.Runner) -> None:
    user = uuid4()
    around.platform = {"groq": "g"}
    around.keyring.keys[user] = {"openai": "mine"}
    views = runner.run(around.router("groq,openai,extractive").offers(uuid4(), user))
    assert [(view.provider, view.key, view.position) for view in views[:3]] == [
        ("openai", "own", 1),
        ("groq", "platform", 2),
        ("extractive", None, 3),
    ]
    assert [(view.position, view.available) for view in views[3:]] == [(None, False)] * 4
    assert views[1].models[0].price.output == 0.30
    around.platform = {"groq": "g", "cohere": "c"}
    views = runner.run(around.router("groq,extractive").offers(uuid4(), uuid4()))
    assert [(view.provider, view.key) for view in views if view.available and not view.position] == [
        ("cohere", "platform")
    ]


HEDGING = Pacing(first_token_s=5, retries=0, hedge_s=0.2)


def hedge(around: World, runner: asyncio.Runner, first: float, second: float) -> Outcome:
    """Two providers that begin after so many seconds."""
    for name, seconds in (("groq", first), ("openai", second)):
        around.vendors[name].replies = [around.vendors[name].slow(seconds)]
    return runner.run(ask(around.router("groq,openai", pacing=HEDGING), request()))


def test_a_slow_one_is_overtaken_when_hedging_is_on(around: World, runner: asyncio.Runner) -> None:
    runner.run(ask(around.router("openai"), request()))  # from here on the SDKs are imported
    runner.run(ask(around.router("groq"), request()))
    outcome = hedge(around, runner, 2.0, 0.0)
    assert outcome.text == "".join(TEXT)
    assert outcome.road == [("groq", "cancelled"), ("openai", "ok")]
    assert "groq is slow, openai was asked as well" in outcome.told


def test_the_first_one_goes_on_when_it_speaks_before_the_second(around: World, runner: asyncio.Runner) -> None:
    outcome = hedge(around, runner, 0.4, 2.0)
    assert outcome.text == "".join(TEXT)
    assert sorted(outcome.road) == [("groq", "ok"), ("openai", "cancelled")]


def test_one_that_is_quick_is_asked_alone(around: World, runner: asyncio.Runner) -> None:
    assert hedge(around, runner, 0.0, 0.0).road == [("groq", "ok")]
    assert around.asked() == ["groq"]


def test_one_that_fails_leaves_it_to_the_other(around: World, runner: asyncio.Runner) -> None:
    vendors = around.vendors
    vendors["groq"].replies = [Reply(500, {"error": {"message": "x"}}, delay_s=0.5)]
    vendors["openai"].replies = [vendors["openai"].slow(0.8)]
    outcome = runner.run(ask(around.router("groq,openai", pacing=HEDGING), request()))
    assert outcome.road == [("groq", "provider_overloaded"), ("openai", "ok")]
    vendors["groq"].replies = [Reply(500, {"error": {"message": "x"}})]
    at_once = runner.run(ask(around.router("groq,openai", pacing=HEDGING), request()))
    assert at_once.road == [("groq", "provider_overloaded"), ("openai", "ok")]
