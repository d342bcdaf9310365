"""Which documents a request may touch: decided before the first byte of an answer."""

from typing import Protocol
from uuid import UUID

from docqa.core.models import Identity, Scope
from docqa.http.services import Services


class Asked(Protocol):
    """A body that narrows a search."""

    document_ids: tuple[UUID, ...] | None
    collection_ids: tuple[UUID, ...] | None


async def scope_of(body: Asked, user: Identity, services: Services) -> Scope:
    """What the user may read of what was asked for. Raises NotFound, naming an id that he may not."""
    return await services.access.scope(user, body.document_ids, body.collection_ids)
