"""Passages by themselves: in order, of what is published and may be read."""

from uuid import uuid4

import pytest

from docqa.core.errors import NotFound
from docqa.database.passage_reading import PostgresPassageReader
from tests.database.world import World

pytestmark = pytest.mark.anyio


async def test_a_document_is_read_in_order_and_a_passage_alone(world: World) -> None:
    user = await world.account()
    document = (await world.document(user, "the lamp", "the stone", "the river")).document_id
    reader = PostgresPassageReader(world.database)
    found = await reader.document(user.tenant_id, user.user_id, document)
    assert [passage.text for passage in found] == ["the lamp", "the stone", "the river"]
    alone = await reader.passage(user.tenant_id, user.user_id, found[1].chunk_id)
    assert (alone.text, alone.document_id) == ("the stone", document)


async def test_what_is_deleted_or_another_tenants_is_not_there(world: World) -> None:
    user, stranger = await world.account(), await world.account()
    document = (await world.document(user, "the lamp")).document_id
    reader = PostgresPassageReader(world.database)
    [passage] = await reader.document(user.tenant_id, user.user_id, document)
    for attempt in (
        reader.document(stranger.tenant_id, stranger.user_id, document),
        reader.passage(stranger.tenant_id, stranger.user_id, passage.chunk_id),
        reader.document(user.tenant_id, user.user_id, uuid4()),
        reader.document(user.tenant_id, user.user_id, document, page=99),
    ):
        with pytest.raises(NotFound):
            await attempt
    await world.documents.delete(user.tenant_id, document)
    with pytest.raises(NotFound):
        await reader.passage(user.tenant_id, user.user_id, passage.chunk_id)
