"""Memories are their user's: nobody else lists or forgets them."""

from uuid import uuid4

import pytest

from docqa.core.errors import Conflict, NotFound
from docqa.database import memories
from docqa.database.memories import PostgresMemories
from tests.database.world import World

pytestmark = pytest.mark.anyio


async def test_they_are_listed_in_order_and_forgotten(world: World) -> None:
    user, store = await world.account(), PostgresMemories(world.database)
    who = user.tenant_id, user.user_id
    first, second = [await store.remember(*who, text) for text in ("I live in Bergen.", "We close in June.")]
    assert await store.remembered(*who) == (first, second)
    await store.forget(*who, first.memory_id)
    assert await store.remembered(*who) == (second,)
    with pytest.raises(NotFound):
        await store.forget(*who, first.memory_id)
    await store.forget(*who, None)
    assert await store.remembered(*who) == ()


async def test_nobody_elses_are_seen_or_forgotten(world: World) -> None:
    user, store = await world.account(), PostgresMemories(world.database)
    colleague, stranger = await world.colleague(user), await world.account()
    kept = await store.remember(user.tenant_id, user.user_id, "I live in Bergen.")
    for other in (colleague, stranger):
        assert await store.remembered(other.tenant_id, other.user_id) == ()
        await store.forget(other.tenant_id, other.user_id, None)
        with pytest.raises(NotFound):
            await store.forget(other.tenant_id, other.user_id, kept.memory_id)
    assert await store.remembered(user.tenant_id, user.user_id) == (kept,)


async def test_there_is_an_end_to_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memories, "MOST", 1)
    user, store = await world.account(), PostgresMemories(world.database)
    await store.remember(user.tenant_id, user.user_id, "one")
    with pytest.raises(Conflict):
        await store.remember(user.tenant_id, user.user_id, f"two {uuid4()}")
