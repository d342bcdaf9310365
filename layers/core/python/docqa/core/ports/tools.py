"""Tools of other servers, who allowed them, and calls that wait for a yes."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from docqa.core.models.tools import PendingCall, PlannedCall, ServerView, ToolGrant, ToolOutput


class ToolServers(Protocol):
    """The servers that the operator has allowed."""

    @property
    def names(self) -> Sequence[str]: ...

    async def offered(self, servers: Collection[str] | None = None) -> tuple[ServerView, ...]:
        """All of them, or some, with their tools; one that does not answer says so."""
        ...

    async def call(self, server: str, tool: str, arguments: Mapping[str, Any]) -> ToolOutput:
        """Call once. Raises NotFound, InvalidRequest for wrong arguments, ToolUnavailable."""
        ...


class ToolGrants(Protocol):
    """Which tools are allowed for which collections."""

    async def of(self, tenant_id: UUID, collection_ids: Sequence[UUID] | None) -> tuple[ToolGrant, ...]:
        """None: of all collections. Raises DependencyUnavailable."""
        ...

    async def allow(self, tenant_id: UUID, user_id: UUID, grant: ToolGrant) -> None:
        """In place of an earlier grant of the same tool. Raises DependencyUnavailable."""
        ...

    async def withdraw(self, tenant_id: UUID, collection_id: UUID, server: str, tool: str) -> None:
        """Raises NotFound, DependencyUnavailable."""
        ...


class Confirmations(Protocol):
    """Calls that wait for their user's yes."""

    def ask(self, tenant_id: UUID, user_id: UUID, call: PlannedCall) -> PendingCall: ...

    async def redeem(self, tenant_id: UUID, user_id: UUID, token: str) -> PlannedCall:
        """The call of a token of this user, once. Raises InvalidConfirmation, DependencyUnavailable."""
        ...
