"""A router over the vendors' APIs on this machine, with budgets and keys that a test sets."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from docqa.core.errors import BudgetSpent, DocQAError
from docqa.core.models.chat import (
    Asker,
    Attempt,
    ChatEvent,
    ChatMessage,
    ChatRequest,
    ChatRole,
    Preference,
    Reservation,
    TextDelta,
)
from docqa.llm import chain
from docqa.llm.breaker import Breakers
from docqa.llm.registry import Providers
from docqa.llm.router import Router
from docqa.llm.timing import Pacing
from tests.fakes.cache import MemoryCache
from tests.fakes.llm.all import CATALOG, VENDORS
from tests.fakes.llm.server import WireServer
from tests.fakes.llm.vendor import Vendor

QUOTES = ("The ferry leaves at nine. [1]",)
FAST = Pacing(first_token_s=5, retries=1, backoff_s=0)


class Purse:
    """Budgets with one cap for all. `settled` keeps what calls took in the end."""

    def __init__(self, cap_usd: float = 1.0) -> None:
        self.cap_usd = cap_usd
        self.reserved = 0.0
        self.settled: list[float] = []

    async def reserve(self, asker: Asker, usd: float) -> Reservation:
        if self.reserved + usd > self.cap_usd:
            raise BudgetSpent()
        self.reserved += usd
        return Reservation(asker.tenant_id, asker.user_id, date(2026, 11, 25), usd)

    async def settle(self, reservation: Reservation, usd: float) -> None:
        self.reserved += usd - reservation.usd
        self.settled.append(usd)


class Keyring:
    """Preferences in memory."""

    def __init__(self) -> None:
        self.keys: dict[UUID, Mapping[str, str]] = {}
        self.chains: dict[UUID, str] = {}

    async def of(self, tenant_id: UUID, user_id: UUID) -> Preference:
        return Preference(keys=self.keys.get(user_id, {}), chain=self.chains.get(user_id, ""))

    async def set_chain(self, tenant_id: UUID, user_id: UUID, chain: str) -> None:
        self.chains[user_id] = chain


@dataclass
class Outcome:
    """What the one who asked got to see."""

    text: str = ""
    events: list[ChatEvent] = field(default_factory=list)
    error: DocQAError | None = None
    attempts: tuple[Attempt, ...] = ()
    told: list[str] = field(default_factory=list)

    @property
    def road(self) -> list[tuple[str, str]]:
        return [(attempt.provider, attempt.outcome) for attempt in self.attempts]


class World:
    """The vendors, each on its port, and a router to build over them. Use within one event loop."""

    def __init__(self, vendors: Mapping[str, Vendor], servers: Mapping[str, WireServer]) -> None:
        self.vendors = vendors
        self.servers = servers
        self.providers = Providers({name: server.url + vendors[name].base_path for name, server in servers.items()})
        self.reset()

    def reset(self) -> None:
        """Nothing happened yet; the connections stay."""
        self.keyring = Keyring()
        self.purse = Purse()
        self.cache = MemoryCache()
        self.platform: dict[str, str] = {name: vendor.key for name, vendor in self.vendors.items()}
        for name, vendor in self.vendors.items():
            vendor.replies = []
            self.servers[name].requests.clear()

    def router(self, order: str = chain.DEFAULT, *, pacing: Pacing = FAST) -> Router:
        return Router(
            chain=chain.parsed(order),
            catalog=CATALOG,
            providers=self.providers,
            platform_keys=lambda: self.platform,
            preferences=self.keyring,
            breakers=Breakers(self.cache),
            budgets=self.purse,
            pacing=pacing,
        )

    def asked(self) -> list[str]:
        """Which vendors were asked at all."""
        return [name for name, server in self.servers.items() if server.requests]


@contextmanager
def world() -> Iterator[World]:
    vendors = {name: vendor() for name, vendor in VENDORS.items()}
    servers = {name: WireServer(vendor.answer) for name, vendor in vendors.items()}
    for server in servers.values():
        server.__enter__()
    try:
        yield World(vendors, servers)
    finally:
        for server in servers.values():
            server.__exit__()


def request(*, stream: bool = True, quotes: tuple[str, ...] = QUOTES, **more: object) -> ChatRequest:
    message = ChatMessage(role=ChatRole.USER, text="When does the ferry leave?")
    return ChatRequest.model_validate(
        {"messages": (message,), "purpose": "generate", "stream": stream, "quotes": quotes, **more}
    )


async def ask(
    router: Router, asked: ChatRequest, *, user: UUID | None = None, within_s: float = 20.0, first: str | None = None
) -> Outcome:
    outcome = Outcome()
    asker = Asker(
        tenant_id=uuid4(),
        user_id=user or uuid4(),
        deadline=asyncio.get_running_loop().time() + within_s,
        provider=first,
        notes=outcome.told,
    )
    try:
        async with aclosing(router.chat(asked, asker)) as events:
            async for event in events:
                outcome.events.append(event)
                if isinstance(event, TextDelta):
                    outcome.text += event.text
    except DocQAError as error:
        outcome.error = error
    [receipt] = asker.receipts
    assert receipt.purpose == asked.purpose
    outcome.attempts = receipt.attempts
    return outcome
