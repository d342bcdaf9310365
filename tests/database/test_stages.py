"""Progress: units count once, in whatever order and however often they are reported."""

import anyio
import pytest

from docqa.core.models import Stage, StageProgress, VersionKey
from docqa.database.connection import Database
from docqa.database.ingest import PostgresIngest
from tests.database.world import MODEL, World, indexed

pytestmark = pytest.mark.anyio


async def stages(world: World, key: VersionKey) -> dict[Stage, StageProgress]:
    view = await world.documents.get(key.tenant_id, key.document_id)
    return {progress.stage: progress for progress in view.stages}


async def started(world: World, *, total: int) -> VersionKey:
    key = await world.claimed(await world.uploaded(await world.account()))
    await world.ingest.stage_started(key, Stage.PARSE, total=total)
    return key


async def test_repeated_unit_counts_once(world: World) -> None:
    key = await started(world, total=2)
    for _ in range(3):
        await world.ingest.unit_done(key, Stage.PARSE, unit=0)
    progress = (await stages(world, key))[Stage.PARSE]
    assert (progress.done, progress.total, progress.status, progress.finished_at) == (1, 2, "running", None)
    await world.ingest.unit_done(key, Stage.PARSE, unit=1)
    progress = (await stages(world, key))[Stage.PARSE]
    assert (progress.done, progress.status) == (2, "done")
    assert progress.finished_at is not None


async def test_units_reported_at_once_finish_the_stage(world: World, database_url: str) -> None:
    key = await started(world, total=16)
    databases = [Database(database_url, pool_size=1) for _ in range(16)]

    async def report(unit: int) -> None:
        await PostgresIngest(databases[unit]).unit_done(key, Stage.PARSE, unit=unit)

    async with anyio.create_task_group() as group:
        for unit in range(16):
            group.start_soon(report, unit)
    for database in databases:
        await database.dispose()
    progress = (await stages(world, key))[Stage.PARSE]
    assert (progress.done, progress.status) == (16, "done")


async def test_stage_started_again_keeps_its_units(world: World) -> None:
    key = await started(world, total=2)
    await world.ingest.unit_done(key, Stage.PARSE, unit=0)
    before = (await stages(world, key))[Stage.PARSE]
    await world.ingest.stage_started(key, Stage.PARSE, total=2)
    assert (await stages(world, key))[Stage.PARSE] == before


async def test_stages_stand_in_their_order(world: World) -> None:
    key = await started(world, total=1)
    await world.ingest.stage_started(key, Stage.EMBED, total=1)
    await world.ingest.stage_started(key, Stage.CHUNK, total=1)
    assert list(await stages(world, key)) == [Stage.PARSE, Stage.CHUNK, Stage.EMBED]


async def test_what_is_not_in_processing_or_of_another_tenant_does_not_move(world: World) -> None:
    key = await world.uploaded(await world.account())
    await world.ingest.stage_started(key, Stage.PARSE, total=1)
    assert await stages(world, key) == {}
    key = await started(world, total=1)
    stolen = key.model_copy(update={"tenant_id": (await world.account()).tenant_id})
    await world.ingest.unit_done(stolen, Stage.PARSE, unit=0)
    await world.ingest.stage_started(stolen, Stage.CHUNK, total=1)
    assert [(p.stage, p.done) for p in (await stages(world, key)).values()] == [(Stage.PARSE, 0)]


async def test_batches_beyond_the_new_total_go(world: World) -> None:
    """A retry with another chunker may make fewer batches than the first attempt stored."""
    key = await world.claimed(await world.uploaded(await world.account()))
    await world.stored(key, ["a b", "c d", "e f"], batch_size=1)
    await world.ingest.stage_started(key, Stage.EMBED, total=1)
    assert await world.scalar("select array_agg(batch) from chunks") == [0]
    await world.ingest.add_chunks(key, indexed(["new text"]), model=MODEL, batch=0)
    assert await world.scalar("select string_agg(text, ',') from chunks") == "new text"
