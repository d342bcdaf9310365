"""The moment of visibility: all or nothing, never twice, never backwards, never after a delete."""

from contextlib import suppress

import anyio
import pytest

from docqa.core.errors import NotFound, ProcessingFailed, Superseded
from docqa.core.models import Stage, Status, VersionKey
from docqa.database.claims import version_id
from docqa.database.connection import Database
from docqa.database.documents import PostgresDocuments
from docqa.database.ingest import PostgresIngest
from tests.database.world import BROKEN, MODEL, World, indexed

pytestmark = pytest.mark.anyio


async def epoch(world: World, key: VersionKey) -> object:
    return await world.scalar("select epoch from tenants where id = :id", id=key.tenant_id)


async def test_nothing_is_found_before_publish_and_everything_after(world: World) -> None:
    owner = await world.account()
    key = await world.stored(await world.claimed(await world.uploaded(owner)), ["alpha text", "beta text"])
    assert await world.texts(owner.tenant_id, "text") == []
    await world.ingest.publish(key)
    assert sorted(await world.texts(owner.tenant_id, "text")) == ["alpha text", "beta text"]
    assert (await world.documents.get(owner.tenant_id, key.document_id)).status == Status.PROCESSING
    await world.ingest.mark_ready(key)
    assert (await world.documents.get(owner.tenant_id, key.document_id)).status == Status.READY


async def test_replaced_version_never_answers_again(world: World) -> None:
    owner = await world.account()
    old = await world.document(owner, "alpha old", "beta old")
    new = await world.claimed(await world.next_version(old))
    await world.stored(new, ["gamma new"])
    assert sorted(await world.texts(owner.tenant_id, "alpha beta gamma")) == ["alpha old", "beta old"]
    await world.ingest.publish(new)
    assert await world.texts(owner.tenant_id, "alpha beta gamma") == ["gamma new"]
    assert await world.scalar("select array_agg(text) from chunks") == ["gamma new"]
    assert await world.scalar("select string_agg(term || df, ',' order by term) from postings") == "gamma1,new1"


async def test_publish_again_changes_nothing(world: World) -> None:
    key = await world.document(await world.account(), "text")
    before = await epoch(world, key)
    await world.ingest.publish(key)
    await world.ingest.mark_ready(key)
    assert await epoch(world, key) == before
    assert await world.texts(key.tenant_id, "text") == ["text"]


async def test_epoch_moves_with_publish_and_delete(world: World) -> None:
    key = await world.uploaded(await world.account())
    assert await epoch(world, key) == 0
    await world.published(key, ["text"])
    assert await epoch(world, key) == 1
    await world.documents.delete(key.tenant_id, key.document_id)
    assert await epoch(world, key) == 2


async def test_missing_batch_is_not_published(world: World) -> None:
    key = await world.claimed(await world.uploaded(await world.account()))
    with pytest.raises(ProcessingFailed):
        await world.ingest.publish(key)
    await world.ingest.stage_started(key, Stage.EMBED, total=2)
    await world.ingest.add_chunks(key, indexed(["text"]), model=MODEL, batch=0)
    await world.ingest.unit_done(key, Stage.EMBED, unit=0)
    with pytest.raises(ProcessingFailed):
        await world.ingest.publish(key)
    assert await world.texts(key.tenant_id, "text") == []


async def test_mixed_models_are_not_published(world: World) -> None:
    key = await world.claimed(await world.uploaded(await world.account()))
    await world.stored(key, ["one", "two"], batch_size=1)
    await world.ingest.add_chunks(key, indexed(["two"], first=1), model="newer model", batch=1)
    with pytest.raises(ProcessingFailed):
        await world.ingest.publish(key)


async def test_deleted_document_is_not_published(world: World) -> None:
    key = await world.stored(await world.claimed(await world.uploaded(await world.account())), ["text"])
    await world.documents.delete(key.tenant_id, key.document_id)
    with pytest.raises(NotFound):
        await world.ingest.publish(key)
    await world.ingest.mark_ready(key)
    assert await world.texts(key.tenant_id, "text") == []


async def test_failed_version_is_not_published_by_its_zombie(world: World) -> None:
    key = await world.stored(await world.claimed(await world.uploaded(await world.account())), ["text"])
    await world.ingest.fail(key, execution_id="execution", failure=BROKEN)
    with pytest.raises(ProcessingFailed):
        await world.ingest.publish(key)
    assert await world.texts(key.tenant_id, "text") == []


async def test_older_version_does_not_replace_a_newer_one(world: World) -> None:
    owner = await world.account()
    old = await world.stored(await world.claimed(await world.uploaded(owner)), ["text of the first"])
    await world.published(await world.next_version(old), ["text of the second"])
    with pytest.raises(Superseded):
        await world.ingest.publish(old)
    assert await world.texts(owner.tenant_id, "text first") == ["text of the second"]
    assert await world.scalar("select array_agg(text) from chunks") == ["text of the second"]


async def test_another_tenant_cannot_publish(world: World) -> None:
    key = await world.stored(await world.claimed(await world.uploaded(await world.account())), ["text"])
    stolen = key.model_copy(update={"tenant_id": (await world.account()).tenant_id})
    with pytest.raises(NotFound):
        await world.ingest.publish(stolen)
    await world.ingest.mark_ready(stolen)
    assert await world.texts(key.tenant_id, "text") == await world.texts(stolen.tenant_id, "text") == []


async def test_retry_after_a_failure_publishes_and_uses_stored_embeddings(world: World) -> None:
    owner = await world.account()
    key = await world.stored(await world.claimed(await world.uploaded(owner)), ["alpha", "beta"])
    await world.ingest.fail(key, execution_id="execution", failure=BROKEN)
    await world.documents.reset_for_retry(owner.tenant_id, key.document_id)
    hashes = [chunk.content_hash for chunk in indexed(["alpha", "beta"])]
    assert set(await world.ingest.known_embeddings(owner.tenant_id, MODEL, hashes)) == set(hashes)
    await world.published(key, ["alpha", "beta"])
    assert sorted(await world.texts(owner.tenant_id, "alpha beta")) == ["alpha", "beta"]


async def test_deletes_and_publishes_at_once_leave_no_rows_behind(world: World, database_url: str) -> None:
    owner = await world.account()
    keys = [await world.stored(await world.claimed(await world.uploaded(owner)), ["text"]) for _ in range(6)]
    databases = [Database(database_url, pool_size=1) for _ in range(12)]

    async def publish(number: int) -> None:
        with suppress(NotFound):
            await PostgresIngest(databases[number]).publish(keys[number])

    async def delete(number: int) -> None:
        await PostgresDocuments(databases[6 + number]).delete(owner.tenant_id, keys[number].document_id)

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(publish, number)
            group.start_soon(delete, number)
    for database in databases:
        await database.dispose()
    assert await world.texts(owner.tenant_id, "text") == []
    assert await world.scalar("select count(*) from chunks") == 0
    assert await world.scalar("select count(*) from documents where active_version is not null") == 0


async def test_delete_waits_for_passages_that_are_being_written(world: World, database_url: str) -> None:
    """Otherwise they would be written after the delete has removed the passages, and stay for ever."""
    key = await world.claimed(await world.uploaded(await world.account()))
    other, deleted = Database(database_url), anyio.Event()

    async def delete() -> None:
        await PostgresDocuments(other).delete(key.tenant_id, key.document_id)
        deleted.set()

    async with anyio.create_task_group() as group, world.database.system() as connection:
        await version_id(connection, key)
        group.start_soon(delete)
        await anyio.sleep(0.3)
        assert not deleted.is_set()
    assert deleted.is_set()
    await other.dispose()
