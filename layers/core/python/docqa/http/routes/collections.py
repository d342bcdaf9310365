"""Collections: documents that belong together and are indexed alike."""

from uuid import UUID

from fastapi import APIRouter, status

from docqa.core.errors import Conflict
from docqa.core.models import Collection
from docqa.http.dependencies import CollectionOwner, CollectionViewer, CurrentUser, ServicesNeeded
from docqa.http.routes.documents import remove
from docqa.http.schemas import ChangedCollection, Collections, NewCollection

router = APIRouter(prefix="/collections", tags=["collections"])


@router.post("", status_code=status.HTTP_201_CREATED)
async def create(body: NewCollection, user: CurrentUser, services: ServicesNeeded) -> Collection:
    """A new, empty collection. Its maker is its owner; nobody else but admins sees it until it is shared."""
    await services.access.account_role(user)
    return await services.collections.create(user, name=body.name, options=body.options, search=body.search)


@router.get("")
async def list_collections(user: CurrentUser, services: ServicesNeeded) -> Collections:
    """All collections that the user may see, the default one first."""
    await services.access.account_role(user)
    return Collections(collections=await services.collections.list_collections(user))


@router.get("/{collection_id}")
async def get_collection(collection_id: UUID, user: CollectionViewer, services: ServicesNeeded) -> Collection:
    """One collection with its options, and the user's role in it."""
    return await services.collections.get(user, collection_id)


@router.patch("/{collection_id}")
async def change(
    collection_id: UUID, body: ChangedCollection, user: CollectionOwner, services: ServicesNeeded
) -> Collection:
    """Rename it, change how it is searched, or how documents are indexed from now on.

    `documents/{id}/rechunk` applies the latter to old ones.
    """
    return await services.collections.update(
        user, collection_id, name=body.name, options=body.options, search=body.search
    )


@router.delete("/{collection_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete(collection_id: UUID, user: CollectionOwner, services: ServicesNeeded) -> None:
    """Delete a collection and every document in it."""
    collection = await services.collections.get(user, collection_id)
    if collection.is_default:
        raise Conflict("The default collection stays.")
    for view in await services.documents.list_documents(user.tenant_id, collection_ids=(collection_id,)):
        await remove(services, user.tenant_id, view.document_id)
    await services.collections.delete(user.tenant_id, collection_id)
