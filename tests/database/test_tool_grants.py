"""Which tools are allowed where, on a real server."""

from uuid import UUID, uuid4

import pytest

from docqa.core.errors import NotFound
from docqa.core.models.tools import ToolGrant
from docqa.database.tool_grants import PostgresToolGrants
from tests.database.world import World

pytestmark = pytest.mark.anyio


def grant(collection_id: UUID, *, tool: str = "weather", digest: str = "d", confirm: bool = False) -> ToolGrant:
    return ToolGrant(collection_id=collection_id, server="station", tool=tool, digest=digest, confirm=confirm)


async def test_a_grant_is_kept_replaced_and_withdrawn(world: World) -> None:
    owner, store = await world.account(), PostgresToolGrants(world.database)
    who = owner.tenant_id, owner.user_id
    first, second = await world.collection(owner, "First"), await world.collection(owner, "Second")
    await store.allow(*who, grant(first))
    await store.allow(*who, grant(first, digest="e", confirm=True))
    await store.allow(*who, grant(second, tool="send"))
    both = await store.of(owner.tenant_id, None)
    assert set(both) == {grant(first, digest="e", confirm=True), grant(second, tool="send")}
    assert await store.of(owner.tenant_id, [second]) == (grant(second, tool="send"),)
    assert await store.of(owner.tenant_id, []) == ()
    await store.withdraw(owner.tenant_id, first, "station", "weather")
    with pytest.raises(NotFound):
        await store.withdraw(owner.tenant_id, first, "station", "weather")
    assert await store.of(owner.tenant_id, None) == (grant(second, tool="send"),)


async def test_a_deleted_collection_allows_nothing(world: World) -> None:
    owner, store = await world.account(), PostgresToolGrants(world.database)
    collection = await world.collection(owner, "Gone")
    await store.allow(owner.tenant_id, owner.user_id, grant(collection))
    await world.collections.delete(owner.tenant_id, collection)
    assert await store.of(owner.tenant_id, None) == ()


async def test_tenants_do_not_know_each_others(world: World) -> None:
    owner, stranger, store = await world.account(), await world.account(), PostgresToolGrants(world.database)
    collection = await world.collection(owner, "Mine")
    await store.allow(owner.tenant_id, owner.user_id, grant(collection))
    assert await store.of(stranger.tenant_id, None) == ()
    assert await store.of(stranger.tenant_id, [collection]) == ()
    with pytest.raises(NotFound):
        await store.withdraw(stranger.tenant_id, collection, "station", "weather")
    with pytest.raises(Exception, match="tool_grants_collection_id_tenant_id_fkey"):
        await store.allow(stranger.tenant_id, uuid4(), grant(collection, tool="send"))
    assert await store.of(owner.tenant_id, None) == (grant(collection),)
