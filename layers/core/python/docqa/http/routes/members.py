"""Whom a collection is shared with. All of it is its owners' business."""

from uuid import UUID

from fastapi import APIRouter, status

from docqa.core.models import Collection, Member
from docqa.http.dependencies import CollectionOwner, ServicesNeeded
from docqa.http.schemas import ForEveryone, Members, NewMember

router = APIRouter(prefix="/collections/{collection_id}", tags=["collections"])


@router.get("/members")
async def list_members(collection_id: UUID, user: CollectionOwner, services: ServicesNeeded) -> Members:
    """Who has which role, and what everyone else of the tenant may do. Admins are owners without standing here."""
    collection = await services.collections.get(user, collection_id)
    found = await services.members.list_members(user.tenant_id, collection_id)
    return Members(members=found, everyone=collection.everyone)


@router.put("/members")
async def share(collection_id: UUID, body: NewMember, user: CollectionOwner, services: ServicesNeeded) -> Member:
    """Share the collection with a user of the tenant, or change the role that he has. The last owner stays one."""
    return await services.members.set_member(user.tenant_id, collection_id, who=body.email, role=body.role)


@router.delete("/members/{who}", status_code=status.HTTP_204_NO_CONTENT)
async def unshare(collection_id: UUID, who: str, user: CollectionOwner, services: ServicesNeeded) -> None:
    """Take the collection away from a user, named by id or e-mail address; it is gone with his next request."""
    await services.members.remove_member(user.tenant_id, collection_id, who=who)


@router.put("/everyone")
async def share_with_everyone(
    collection_id: UUID, body: ForEveryone, user: CollectionOwner, services: ServicesNeeded
) -> Collection:
    """What every user of the tenant may do in the collection: viewer, editor, or null for nothing."""
    await services.members.set_everyone(user.tenant_id, collection_id, role=body.role)
    return await services.collections.get(user, collection_id)
