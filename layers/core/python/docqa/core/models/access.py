"""Who may do what: roles in a tenant and in a collection, and what a search may look at."""

from enum import StrEnum
from uuid import UUID

from docqa.core.models.base import Model


class Role(StrEnum):
    """What somebody may do in a collection; each role includes those before it.

    viewer: see the collection and its documents, search, ask, open the originals. editor: also upload, replace, retry,
    index anew and delete documents. owner: also rename, change options, share and delete the collection.
    """

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    def includes(self, other: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


class AccountRole(StrEnum):
    """What a user is to the tenant. An admin invites people and is owner of every collection."""

    ADMIN = "admin"
    MEMBER = "member"


class Member(Model):
    """Somebody whom a collection is shared with."""

    user_id: UUID
    email: str
    role: Role


class Invitation(Model):
    """Who may join a tenant, and as what."""

    tenant_id: UUID
    email: str
    role: AccountRole = AccountRole.MEMBER


class Scope(Model):
    """What a search may look at, and the tenant's epoch when that was decided; all is read at the same moment.

    `collection_ids` None: everything of the tenant, all of which the user may read; an empty one: nothing. The ids are
    sorted and distinct. `embedding_model`: whose vectors the tenant's searches use, None before there are any.
    """

    epoch: int
    collection_ids: tuple[UUID, ...] | None
    document_ids: tuple[UUID, ...] | None
    embedding_model: str | None = None
