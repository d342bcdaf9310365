"""`ChatRouter`: asks the providers of a chain one after the other until one answers.

It goes on to the next one only when asking another can help and nothing was shown yet: on a fault of the provider's
(`ProviderFault`), and on a key, an account or a model of the platform's that is refused. A wrong request is wrong
everywhere, and a wrong key of the user's own is for him to know.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from docqa.core.errors import (
    BudgetSpent,
    CreditSpent,
    DependencyUnavailable,
    DocQAError,
    InvalidRequest,
    InvalidSetting,
    KeyRefused,
    ModelUnknown,
    ProviderError,
    ProviderFault,
    ProviderRateLimited,
    ProviderTimeout,
)
from docqa.core.models.chat import (
    Asker,
    Attempt,
    ChatEnd,
    ChatEvent,
    ChatRequest,
    ChatStart,
    ProviderView,
    Receipt,
    Reservation,
    RoutedEvent,
    TokenUsage,
)
from docqa.core.ports.chat import Budgets, ChatProviders, Preferences
from docqa.llm.breaker import Breakers
from docqa.llm.catalog import Catalog
from docqa.llm.chain import LAST, Link, Route, parsed, routes
from docqa.llm.estimate import tokens_in, tokens_of
from docqa.llm.hedging import hedged
from docqa.llm.registry import PROVIDERS
from docqa.llm.timing import Pacing
from docqa.llm.tracing import model_span
from docqa.observability import EventLog

log = EventLog()

Sleep = Callable[[float], Awaitable[None]]


class Router:
    """Use one from one event loop. `platform_keys`: provider → API key, of those that the operator has configured."""

    def __init__(
        self,
        *,
        chain: Sequence[Link],
        catalog: Catalog,
        providers: ChatProviders,
        platform_keys: Callable[[], Mapping[str, str]],
        preferences: Preferences,
        breakers: Breakers,
        budgets: Budgets,
        pacing: Pacing,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._chain = chain
        self._catalog = catalog
        self._providers = providers
        self._platform_keys = platform_keys
        self._preferences = preferences
        self._breakers = breakers
        self._budgets = budgets
        self._pacing = pacing
        self._sleep = sleep

    async def offers(self, tenant_id: UUID, user_id: UUID) -> tuple[ProviderView, ...]:
        """All providers as this user sees them: first those that are asked, in order."""
        asked = _first_of_each(await self._routes(Asker(tenant_id=tenant_id, user_id=user_id, deadline=0.0)))
        preference = await self._preferences.of(tenant_id, user_id)
        every = [Link(name) for name in PROVIDERS if self._catalog.of(name)]
        could = _first_of_each(
            routes(every, catalog=self._catalog, platform=self._platform_keys(), own=preference.keys)
        )
        views = [self._view(name, route, position) for position, (name, route) in enumerate(asked.items(), start=1)]
        return (*views, *(self._view(name, could.get(name), None) for name in PROVIDERS if name not in asked))

    def check_chain(self, chain: str) -> None:
        """Raises InvalidRequest for an order that names what there is not."""
        try:
            for link in parsed(chain):
                self._catalog.find(link.provider, link.model)
        except InvalidSetting as error:
            raise InvalidRequest(error.message) from error

    def _view(self, name: str, route: Route | None, position: int | None) -> ProviderView:
        whose: Literal["own", "platform"] | None = None
        if route is not None and route.key:
            whose = "own" if route.own_key else "platform"
        return ProviderView(
            provider=name,
            available=route is not None,
            key=whose,
            position=position,
            models=self._catalog.of(name),
        )

    async def decides(self, asker: Asker) -> bool:
        """Whether the user's chain holds a model."""
        return any(route.provider != LAST for route in await self._routes(asker))

    async def chat(self, request: ChatRequest, asker: Asker) -> AsyncGenerator[RoutedEvent]:
        """ChatStart once somebody answers, then the answer.

        Raises ProviderError of the last provider that was asked, BudgetSpent, DependencyUnavailable.
        """
        run = _Run(request, asker)
        try:
            waiting = list(await self._routes(asker))
            while waiting:
                async with aclosing(self._next(run, waiting)) as events:
                    async for event in events:
                        yield event
                if run.answered:
                    return
            raise run.last or DependencyUnavailable("No language model is configured.")
        finally:
            asker.receipts.append(Receipt(purpose=request.purpose, attempts=tuple(run.attempts)))

    async def _routes(self, asker: Asker) -> tuple[Route, ...]:
        if asker.routes is None:
            preference = await self._preferences.of(asker.tenant_id, asker.user_id)
            asker.routes = routes(
                parsed(preference.chain) if preference.chain else self._chain,
                catalog=self._catalog,
                platform=self._platform_keys(),
                own=preference.keys,
                first=asker.provider,
            )
        found: tuple[Route, ...] = asker.routes
        return found

    def _next(self, run: "_Run", waiting: list[Route]) -> AsyncGenerator[RoutedEvent]:
        """Ask the first of those who wait, and the second as well when that is slow and hedging is on."""
        first = waiting.pop(0)
        if self._pacing.hedge_s is None or not waiting or waiting[0].provider == LAST:
            return self._asked(run, first)

        def second() -> AsyncGenerator[RoutedEvent]:
            other = waiting.pop(0)
            run.asker.notes.append(f"{first.provider} is slow, {other.provider} was asked as well")
            return self._asked(run, other)

        return hedged(self._asked(run, first), second, after_s=self._pacing.hedge_s)

    async def _asked(self, run: "_Run", route: Route) -> AsyncGenerator[RoutedEvent]:
        """One provider, again after a fault that may pass. Ends without an answer when the next one is to be asked."""
        skipped = await self._skipped(run, route)
        if skipped:
            run.skip(route, skipped)
            return
        for trial in range(self._pacing.retries + 1):
            try:
                async with aclosing(self._once(run, route)) as events:
                    async for event in events:
                        yield event
            except BudgetSpent as error:
                run.skip(route, "skipped_budget")
                run.asker.notes.append(f"{route.provider} would cost more than is left of the budget")
                run.last = error
                return
            except ProviderError as error:
                run.last = error
                await self._note(error, route)
                if run.shown or not _moves_on(error, route):
                    raise
                wait = self._wait(error, trial)
                if wait is not None and trial < self._pacing.retries and run.left_s > wait:
                    await self._sleep(wait)
                    continue
                run.asker.notes.append(f"{route.provider} failed ({error.code})")
                return
            await self._breakers.answered(route.breaker)
            run.answered = True
            return

    async def _once(self, run: "_Run", route: Route) -> AsyncGenerator[RoutedEvent]:
        """One call, from the budget that is set aside for it to what it took. Raises ProviderError, BudgetSpent."""
        attempt = _Open(route, run)
        budgeted = not route.own_key and route.model.price.output > 0
        reservation = await self._budgets.reserve(run.asker, attempt.at_most_usd) if budgeted else None
        with model_span(run.request, route.model) as span:
            try:
                provider = await self._providers.get(route.provider, route.key)
                async with aclosing(provider.chat(run.request, route.model)) as events:
                    timed = _in_time(events, route.provider, run.asker.deadline, self._pacing)
                    async for event in timed:
                        if attempt.take(event):
                            yield ChatStart(provider=route.provider, model=route.model.model, own_key=route.own_key)
                        run.shown = run.shown or run.request.stream
                        yield attempt.complete(event)
                attempt.outcome = "ok"
            except DocQAError as error:
                attempt.outcome = error.code
                raise
            finally:
                closed = attempt.closed()
                span.finish(closed, finish_reason=attempt.finish_reason)
                run.attempts.append(closed)
                if reservation is not None:
                    await asyncio.shield(self._settle(reservation, closed.cost_usd))

    async def _settle(self, reservation: Reservation, usd: float) -> None:
        """What cannot be settled stays set aside: too much is counted rather than too little."""
        try:
            await self._budgets.settle(reservation, usd)
        except DependencyUnavailable:
            log.warning("budget_not_settled", usd=usd)

    async def _skipped(self, run: "_Run", route: Route) -> str:
        """Why this route is not worth a call, "" if it is."""
        if route.provider == LAST:
            return "" if run.request.quotes else "skipped_no_model"
        if run.left_s <= 0:
            run.last = run.last or ProviderTimeout("The time for the question is over.", provider=route.provider)
            return "skipped_late"
        needed = tokens_of(run.request) + run.request.max_tokens
        if needed > route.model.context_tokens:
            return "skipped_context"
        if run.request.tools and not route.model.tools:
            return "skipped_tools"
        if not await self._breakers.lets_through(route.breaker):
            run.last = run.last or ProviderFault(provider=route.provider, cause="resting")
            return "skipped_resting"
        return ""

    async def _note(self, error: ProviderError, route: Route) -> None:
        log.warning(
            "model_call_failed",
            provider=route.provider,
            model=route.model.model,
            own_key=route.own_key,
            code=error.code,
            **{name: value for name, value in error.details.items() if name != "provider"},
        )
        if isinstance(error, ProviderFault):
            wait = error.retry_after_s
            patient = wait is None or wait <= self._pacing.patience_s
            await self._breakers.failed(route.breaker, rest_s=None if patient else wait)

    def _wait(self, error: ProviderError, trial: int) -> float | None:
        """Seconds before the same provider is worth another try; None: it is not."""
        if not isinstance(error, ProviderFault) or isinstance(error, ProviderTimeout):
            return None
        jitter = random.uniform(0, self._pacing.backoff_s * 2**trial)  # noqa: S311 (spreads load, hides nothing)
        wait = (error.retry_after_s or 0.0) + jitter
        if isinstance(error, ProviderRateLimited) and error.retry_after_s is None:
            return None  # it would only be asked more often
        return wait if (error.retry_after_s or 0.0) <= self._pacing.patience_s else None


def _first_of_each(found: Sequence[Route]) -> dict[str, Route]:
    first: dict[str, Route] = {}
    for route in found:
        first.setdefault(route.provider, route)
    return first


def _moves_on(error: ProviderError, route: Route) -> bool:
    if isinstance(error, ProviderFault):
        return True
    return isinstance(error, KeyRefused | CreditSpent | ModelUnknown) and not route.own_key


async def _in_time(
    events: AsyncGenerator[ChatEvent], provider: str, deadline: float, pacing: Pacing
) -> AsyncGenerator[ChatEvent]:
    """Raises ProviderTimeout when nothing comes in time, or the question's time is over."""
    clock = asyncio.get_running_loop().time
    limit = min(clock() + pacing.first_token_s, deadline)
    while True:
        try:
            async with asyncio.timeout_at(limit):
                event = await anext(events)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise ProviderTimeout(provider=provider) from error
        yield event
        limit = min(clock() + pacing.pause_s, deadline)


@dataclass
class _Run:
    """What happened so far of one call."""

    request: ChatRequest
    asker: Asker
    attempts: list[Attempt] = field(default_factory=list)
    shown: bool = False
    answered: bool = False
    last: DocQAError | None = None

    @property
    def left_s(self) -> float:
        return self.asker.deadline - asyncio.get_running_loop().time()

    def skip(self, route: Route, why: str) -> None:
        model = route.model
        self.attempts.append(
            Attempt(provider=model.provider, model=model.model, key=route.key_name, own_key=route.own_key, outcome=why)
        )


class _Open:
    """An attempt while it runs. Whatever ends it, what it took is counted: what was sent and what came is paid for."""

    def __init__(self, route: Route, run: _Run) -> None:
        self.outcome = "cancelled"
        self._route = route
        self._sent = tokens_of(run.request)
        self._max_tokens = run.request.max_tokens
        self._started = time.perf_counter()
        self._first_ms: float | None = None
        self._text: list[str] = []
        self._end: ChatEnd | None = None

    @property
    def at_most_usd(self) -> float:
        return self._route.model.cost_usd(TokenUsage(input_tokens=self._sent, output_tokens=self._max_tokens))

    def take(self, event: ChatEvent) -> bool:
        """Whether it is the first."""
        first = self._first_ms is None
        if first:
            self._first_ms = self._ms()
        if isinstance(event, ChatEnd):
            self._end = event
        else:
            self._text.append(event.text)
        return first

    @property
    def finish_reason(self) -> str | None:
        return None if self._end is None else str(self._end.finish)

    def complete(self, event: ChatEvent) -> ChatEvent:
        """The same, its tokens estimated where the provider counts none."""
        if isinstance(event, ChatEnd) and event.usage.estimated:
            return event.model_copy(update={"usage": self._estimated()})
        return event

    def closed(self) -> Attempt:
        model = self._route.model
        usage = self._usage()
        return Attempt(
            provider=model.provider,
            model=model.model,
            key=self._route.key_name,
            own_key=self._route.own_key,
            outcome=self.outcome,
            ms=self._ms(),
            first_token_ms=self._first_ms,
            usage=usage,
            cost_usd=model.cost_usd(usage),
        )

    def _usage(self) -> TokenUsage:
        if self._end is not None and not self._end.usage.estimated:
            return self._end.usage
        # a refusal costs nothing; a stream that broke off costs what was read
        return self._estimated() if self._text or self._end is not None else TokenUsage()

    def _estimated(self) -> TokenUsage:
        written = tokens_in("".join(self._text))
        return TokenUsage(input_tokens=self._sent, output_tokens=written, estimated=True)

    def _ms(self) -> float:
        return round((time.perf_counter() - self._started) * 1000, 1)
