"""Who somebody is, and what he may do."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from docqa.core.models import (
    AccountRole,
    Identity,
    Invitation,
    Member,
    Role,
    Scope,
)


class UserStore(Protocol):
    """Accounts. Registering makes a tenant and its first user, joining adds one to a tenant that invited."""

    async def register(self, *, email: str, password_hash: str) -> Identity:
        """Raises EmailTaken."""
        ...

    async def join(self, invitation: Invitation, *, password_hash: str) -> Identity:
        """Raises EmailTaken, InvalidInvitation for a tenant that is gone."""
        ...

    async def by_email(self, email: str) -> tuple[Identity, str] | None:
        """The account and its password hash; e-mail addresses compare without case."""
        ...


class AccessStore(Protocol):
    """What a user may see and do now. Raises Unauthenticated for a user whom the tenant does not have (any more)."""

    async def account_role(self, user: Identity) -> AccountRole: ...
    async def collection_role(self, user: Identity, collection_id: UUID | None) -> Role:
        """None: the default collection. Raises NotFound where the user may not even look."""
        ...

    async def document_role(self, user: Identity, document_id: UUID) -> Role:
        """The user's role in the document's collection. Raises NotFound where the user may not even look.

        A deleted document has a role too, so that a deletion that broke off can be done again.
        """
        ...

    async def scope(
        self, user: Identity, document_ids: Sequence[UUID] | None, collection_ids: Sequence[UUID] | None
    ) -> Scope:
        """What may be searched of what was asked for, None meaning everything; one round trip.

        Raises NotFound, naming the first id that is not there or may not be read.
        """
        ...


class MemberStore(Protocol):
    """Whom a collection is shared with. `who` is the e-mail address or the id of a user of the same tenant."""

    async def list_members(self, tenant_id: UUID, collection_id: UUID) -> list[Member]: ...
    async def set_member(self, tenant_id: UUID, collection_id: UUID, *, who: str, role: Role) -> Member:
        """Share, or change the role. Raises NotFound, LastOwner."""
        ...

    async def remove_member(self, tenant_id: UUID, collection_id: UUID, *, who: str) -> None:
        """Raises NotFound, also for somebody who is no member, and LastOwner."""
        ...

    async def set_everyone(self, tenant_id: UUID, collection_id: UUID, *, role: Role | None) -> None:
        """What every user of the tenant may do: viewer, editor, or None for nothing. Raises NotFound."""
        ...
