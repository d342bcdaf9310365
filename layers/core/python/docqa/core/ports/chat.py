"""Language models, and what is kept of asking them."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from docqa.core.models.chat import (
    Asker,
    ChatEvent,
    ChatRequest,
    ModelInfo,
    Preference,
    ProviderView,
    Receipt,
    Reservation,
    RoutedEvent,
)
from docqa.core.models.usage import UsageReport


class ChatProvider(Protocol):
    """One vendor's language models. An empty key stands for none."""

    name: str

    def __init__(self, api_key: str, *, base_url: str | None = None) -> None: ...

    def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """Text as it comes, then ChatEnd as the last event: an answer that did not get there raises.

        Asks once. Raises ProviderError; closing the generator ends the call.
        """
        ...

    async def close(self) -> None: ...


class ChatProviders(Protocol):
    """The providers by name and key."""

    async def get(self, provider: str, api_key: str) -> ChatProvider: ...


class Preferences(Protocol):
    """What users have chosen for themselves."""

    async def of(self, tenant_id: UUID, user_id: UUID) -> Preference:
        """Raises DependencyUnavailable."""
        ...

    async def set_chain(self, tenant_id: UUID, user_id: UUID, chain: str) -> None:
        """ "" for the platform's order. Raises DependencyUnavailable."""
        ...


class Budgets(Protocol):
    """Caps on what a user and a tenant may spend of the platform's money, each day and month."""

    async def reserve(self, asker: Asker, usd: float) -> Reservation:
        """Set so much aside before a call. Raises BudgetSpent when that would pass a cap, DependencyUnavailable."""
        ...

    async def settle(self, reservation: Reservation, usd: float) -> None:
        """What the call took in the end, in place of what was set aside. Raises DependencyUnavailable."""
        ...


class CallLog(Protocol):
    """What models were asked, and what it took."""

    async def record(self, tenant_id: UUID, user_id: UUID, receipts: Sequence[Receipt]) -> None:
        """Of a question that got no answer; with one it is stored with the turn. Raises DependencyUnavailable."""
        ...

    async def report(self, tenant_id: UUID, user_id: UUID, *, since: datetime, whole_tenant: bool) -> UsageReport:
        """What was asked since then, by day and model, and what was spent of this day's and month's budgets."""
        ...


class ChatRouter(Protocol):
    """Chooses among the providers and goes on to the next when one fails."""

    def chat(self, request: ChatRequest, asker: Asker) -> AsyncGenerator[RoutedEvent]:
        """As ChatProvider's, after a ChatStart.

        The receipt goes to `asker.receipts`, also of a call that failed or was broken off.

        Raises ProviderError, BudgetSpent, DependencyUnavailable.
        """
        ...

    async def offers(self, tenant_id: UUID, user_id: UUID) -> tuple[ProviderView, ...]:
        """All providers as this user sees them: first those that may be asked, in order."""
        ...

    def check_chain(self, chain: str) -> None:
        """Raises InvalidRequest for an order that names what there is not."""
        ...

    async def decides(self, asker: Asker) -> bool:
        """Whether there is a model to ask for a decision."""
        ...
