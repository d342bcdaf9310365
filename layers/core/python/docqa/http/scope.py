"""Which documents a request may touch: decided before the first byte of an answer."""

from collections.abc import Sequence
from uuid import UUID

from docqa.core.errors import NotFound
from docqa.core.models import Identity
from docqa.http.services import Services


async def check_scope(
    services: Services, user: Identity, document_ids: Sequence[UUID] | None, collection_ids: Sequence[UUID] | None
) -> None:
    """Raises NotFound for a document or collection that is not there or belongs to somebody else."""
    if collection_ids:
        unknown = await services.collections.unknown(user.tenant_id, collection_ids)
        if unknown:
            raise NotFound(f"There is no collection {unknown[0]}.")
    if document_ids:
        unknown = await services.documents.unknown(user.tenant_id, document_ids)
        if unknown:
            raise NotFound(f"There is no document {unknown[0]}.")
