"""One execution holds a version; whatever comes twice, late or for another tenant changes nothing."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import anyio
import pytest

from docqa.core.errors import NotFound
from docqa.core.models import Claim, Format, Status, VersionKey
from docqa.database.connection import Database
from docqa.database.ingest import PostgresIngest
from tests.database.world import BROKEN, World

pytestmark = pytest.mark.anyio


async def status(world: World, key: VersionKey) -> Status:
    return (await world.documents.get(key.tenant_id, key.document_id)).status


async def test_claim_gives_attempt_and_format_once(world: World) -> None:
    key = await world.uploaded(await world.account())
    assert await world.ingest.claim(key, execution_id="a", deadline_s=60) == Claim(attempt=1, format=Format.PDF)
    assert await world.ingest.claim(key, execution_id="b", deadline_s=60) is None
    assert await status(world, key) == Status.PROCESSING


async def test_same_execution_claims_again_with_the_same_deadline(world: World) -> None:
    key = await world.uploaded(await world.account())
    assert await world.ingest.claim(key, execution_id="a", deadline_s=60) == Claim(attempt=1, format=Format.PDF)
    before = (await world.ingest.open_versions())[0]
    assert await world.ingest.claim(key, execution_id="a", deadline_s=6000) == Claim(attempt=1, format=Format.PDF)
    assert (await world.ingest.open_versions())[0] == before


async def test_of_twenty_claims_at_once_one_wins(world: World, database_url: str) -> None:
    key = await world.uploaded(await world.account())
    databases = [Database(database_url, pool_size=1) for _ in range(20)]
    won: list[int] = []

    async def claim(number: int) -> None:
        if await PostgresIngest(databases[number]).claim(key, execution_id=f"execution {number}", deadline_s=60):
            won.append(number)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(claim, number)
    for database in databases:
        await database.dispose()
    assert len(won) == 1
    assert (await world.ingest.open_versions())[0].execution_id == f"execution {won[0]}"


async def test_what_is_finished_or_not_there_cannot_be_claimed(world: World) -> None:
    owner = await world.account()
    ready = await world.document(owner, "text")
    failed = await world.claimed(await world.uploaded(owner))
    await world.ingest.fail(failed, execution_id="execution", failure=BROKEN)
    deleted = await world.uploaded(owner)
    await world.documents.delete(owner.tenant_id, deleted.document_id)
    stolen = (await world.uploaded(owner)).model_copy(update={"tenant_id": (await world.account()).tenant_id})
    unknown = VersionKey(tenant_id=owner.tenant_id, document_id=uuid4(), version=1)
    for key in (ready, failed, deleted, stolen, unknown):
        for execution in ("execution", "another"):
            assert await world.ingest.claim(key, execution_id=execution, deadline_s=60) is None


async def test_only_the_holder_describes_and_fails(world: World) -> None:
    key = await world.claimed(await world.uploaded(await world.account()), "holder")
    with pytest.raises(NotFound):
        await world.ingest.describe(world.job(key, execution_id="zombie"), size_bytes=1)
    assert not await world.ingest.fail(key, execution_id="zombie", failure=BROKEN)
    stolen = key.model_copy(update={"tenant_id": (await world.account()).tenant_id})
    assert not await world.ingest.fail(stolen, execution_id="holder", failure=BROKEN)
    assert await status(world, key) == Status.PROCESSING
    assert await world.ingest.fail(key, execution_id="holder", failure=BROKEN)
    assert not await world.ingest.fail(key, execution_id="holder", failure=BROKEN)


async def test_late_failure_of_an_execution_does_not_end_a_ready_document(world: World) -> None:
    key = await world.document(await world.account(), "text")
    assert not await world.ingest.fail(key, execution_id="execution", failure=BROKEN)
    assert await status(world, key) == Status.READY


async def test_released_version_is_claimed_by_a_new_execution(world: World) -> None:
    key = await world.claimed(await world.uploaded(await world.account()), "lost")
    assert not await world.ingest.release(key, execution_id="another")
    assert not await world.ingest.release(key, execution_id=None)
    assert await world.ingest.release(key, execution_id="lost")
    assert await world.ingest.claim(key, execution_id="new", deadline_s=60) == Claim(attempt=2, format=Format.PDF)


async def test_expired_upload_fails_and_a_claimed_one_does_not(world: World) -> None:
    owner = await world.account()
    waiting, running = await world.uploaded(owner), await world.claimed(await world.uploaded(owner))
    assert await world.ingest.expire_upload(waiting, failure=BROKEN)
    assert not await world.ingest.expire_upload(running, failure=BROKEN)
    assert [await status(world, key) for key in (waiting, running)] == [Status.FAILED, Status.PROCESSING]


async def test_open_versions_of_all_tenants_oldest_first(world: World) -> None:
    one, other = await world.account(), await world.account()
    waiting, running = await world.uploaded(one), await world.uploaded(other)
    gone = await world.uploaded(one)
    await world.documents.delete(one.tenant_id, gone.document_id)
    await world.document(other, "ready")
    await world.claimed(running, "execution")
    found = await world.ingest.open_versions()
    assert [(version.key, version.status, version.execution_id, version.attempt) for version in found] == [
        (waiting, Status.AWAITING_UPLOAD, None, 0),
        (running, Status.PROCESSING, "execution", 1),
    ]
    deadline = found[1].deadline_at
    assert deadline is not None
    assert timedelta(seconds=540) < deadline - datetime.now(UTC) < timedelta(seconds=660)
