"""What an owner sees of documents, and what nobody else does."""

from uuid import UUID

import pytest

from docqa.core.errors import NotFound, NotRetryable
from docqa.core.models import Claim, Failure, Format, Stage, Status, VersionKey
from tests.database.world import BROKEN, World

pytestmark = pytest.mark.anyio


async def test_new_document_awaits_its_upload(world: World) -> None:
    owner = await world.account()
    key = await world.documents.create(
        tenant_id=owner.tenant_id, user_id=owner.user_id, filename="a\x00b\ud800.csv", format=Format.CSV, size_bytes=77
    )
    view = await world.documents.get(owner.tenant_id, key.document_id)
    assert (view.version, view.active_version, view.status) == (1, None, Status.AWAITING_UPLOAD)
    assert (view.filename, view.format, view.size_bytes) == ("ab\ufffd\ufffd\ufffd.csv", Format.CSV, 77)
    assert (view.pages, view.chunks, view.error, view.stages, view.ready_at) == (None, None, None, (), None)


async def test_ready_document_shows_what_was_found_out(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    await world.ingest.describe(world.job(key), size_bytes=1234)
    await world.stored(key, ["one", "two", "three"])
    await world.ingest.publish(key)
    await world.ingest.mark_ready(key)
    view = await world.documents.get(owner.tenant_id, key.document_id)
    assert (view.status, view.active_version, view.size_bytes, view.pages, view.chunks) == (Status.READY, 1, 1234, 3, 3)
    assert view.ready_at is not None
    assert view.ready_at >= view.created_at


async def test_list_is_newest_first_and_without_deleted_ones(world: World) -> None:
    owner = await world.account()
    first, second, third = [await world.uploaded(owner, f"{n}.pdf") for n in range(3)]
    await world.documents.delete(owner.tenant_id, second.document_id)
    listed = await world.documents.list_documents(owner.tenant_id)
    assert [view.document_id for view in listed] == [third.document_id, first.document_id]


async def test_next_version_leaves_the_active_one_in_place(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "the old text", filename="old.pdf")
    new = await world.next_version(key, "new.pdf")
    view = await world.documents.get(owner.tenant_id, key.document_id)
    assert new == key.model_copy(update={"version": 2})
    assert (view.version, view.active_version, view.status, view.filename) == (2, 1, Status.AWAITING_UPLOAD, "new.pdf")
    assert [hit.filename for hit in await world.search(owner.tenant_id, "old")] == ["old.pdf"]


async def test_failed_document_says_why_and_can_be_retried(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    await world.ingest.stage_started(key, Stage.PARSE, total=2)
    assert await world.ingest.fail(key, execution_id="execution", failure=BROKEN)
    view = await world.documents.get(owner.tenant_id, key.document_id)
    assert view.status == Status.FAILED
    assert view.error == Failure(stage=Stage.PARSE, code=BROKEN.code, message=BROKEN.message, retryable=False)

    assert await world.documents.reset_for_retry(owner.tenant_id, key.document_id) == (key, 2)
    view = await world.documents.get(owner.tenant_id, key.document_id)
    assert (view.status, view.error, view.stages) == (Status.AWAITING_UPLOAD, None, ())
    assert await world.ingest.claim(key, execution_id="second", deadline_s=60) == Claim(attempt=2, format=Format.PDF)


async def test_only_failed_documents_are_retried(world: World) -> None:
    owner = await world.account()
    waiting, ready = await world.uploaded(owner), await world.document(owner, "text")
    running = await world.claimed(await world.uploaded(owner))
    for key in (waiting, running, ready):
        with pytest.raises(NotRetryable):
            await world.documents.reset_for_retry(owner.tenant_id, key.document_id)


async def test_delete_returns_what_is_left_in_the_object_stores(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    await world.ingest.describe(world.job(key, content_sha256="cd" * 32), size_bytes=5)
    second = await world.next_version(key)
    assert await world.documents.delete(owner.tenant_id, key.document_id) == [(key, "cd" * 32), (second, None)]


async def test_deleted_document_is_gone_for_every_call(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "text of it")
    await world.documents.delete(owner.tenant_id, key.document_id)
    await nothing_of(world, key, key.tenant_id, deleted=True)
    assert await world.scalar("select count(*) from chunks") == 0
    assert await world.scalar("select count(*) from postings") == 0


async def test_another_tenant_has_no_access_by_any_call(world: World) -> None:
    owner, stranger = await world.account(), await world.account()
    key = await world.document(owner, "text of the owner")
    failed = await world.claimed(await world.uploaded(owner))
    await world.ingest.fail(failed, execution_id="execution", failure=BROKEN)
    await nothing_of(world, key, stranger.tenant_id)
    await nothing_of(world, failed, stranger.tenant_id)
    assert (await world.documents.get(owner.tenant_id, key.document_id)).status == Status.READY
    assert (await world.documents.get(owner.tenant_id, failed.document_id)).status == Status.FAILED


async def test_a_deletion_that_broke_off_can_be_done_again(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "text of it")
    first = await world.documents.delete(owner.tenant_id, key.document_id)
    assert await world.documents.delete(owner.tenant_id, key.document_id) == first


async def test_artifacts_of_the_same_bytes_stay_while_another_document_has_them(world: World) -> None:
    owner = await world.account()
    keys = [await world.claimed(await world.uploaded(owner)) for _ in range(2)]
    for key in keys:
        await world.ingest.describe(world.job(key, content_sha256="ab" * 32), size_bytes=1)
    assert await world.documents.delete(owner.tenant_id, keys[0].document_id) == [(keys[0], None)]
    assert await world.documents.delete(owner.tenant_id, keys[1].document_id) == [(keys[1], "ab" * 32)]


async def test_the_original_is_that_of_the_version_that_answers(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "text of it")
    await world.documents.add_version(
        tenant_id=owner.tenant_id, document_id=key.document_id, filename="new.csv", format=Format.CSV, size_bytes=1
    )
    original = await world.documents.original(owner.tenant_id, key.document_id)
    assert (original.key, original.format) == (key, Format.PDF)


async def nothing_of(world: World, key: VersionKey, tenant_id: UUID, *, deleted: bool = False) -> None:
    """No call of the store finds or changes the document for that tenant; only a deletion may be repeated."""
    arguments = {"tenant_id": tenant_id, "document_id": key.document_id}
    calls = [world.documents.get, world.documents.original, world.documents.reset_for_retry]
    for call in calls if deleted else [*calls, world.documents.delete]:
        with pytest.raises(NotFound):
            await call(**arguments)
    with pytest.raises(NotFound):
        await world.documents.add_version(
            **arguments,
            filename="x.pdf",
            format=Format.PDF,
            size_bytes=1,
        )
    assert key.document_id not in [view.document_id for view in await world.documents.list_documents(tenant_id)]
