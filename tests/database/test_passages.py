"""Passages: any text, any number of times, only where it belongs."""

import math

import pytest

from docqa.core.errors import NotFound, ProcessingFailed
from docqa.core.models import Chunk, IndexedChunk, Stage
from tests.database.world import MODEL, World, indexed, unit_vector

pytestmark = pytest.mark.anyio

NASTY = "tab\there\nnew line\r\n back\\slash \\N \\. \"q\" 'single' {a,b} \u2028 \U0001f600 \u0000nul \ud800 lone"
STORED = NASTY.replace("\u0000", "").replace("\ud800", "\ufffd\ufffd\ufffd")


async def test_nasty_text_comes_back_as_it_was(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    await world.stored(key, [NASTY])
    chunk = Chunk(ordinal=1, parent=0, text=NASTY, heading_path=(NASTY, "", "NULL", '"'), row_from=3, row_to=4)
    row = IndexedChunk(chunk=chunk, content_hash=b"\x00" * 32, embedding=unit_vector("x"), terms={"a\\b": 1, "nul": 2})
    await world.ingest.stage_started(key, Stage.EMBED, total=2)
    await world.ingest.add_chunks(key, [row], model=MODEL, batch=1)
    await world.ingest.unit_done(key, Stage.EMBED, unit=1)
    await world.ingest.publish(key)
    hits = sorted(await world.search(owner.tenant_id, "nul"), key=lambda hit: hit.row_from or 0)
    assert [hit.text for hit in hits] == [STORED, STORED]
    assert hits[0].boxes[0].model_dump() == {"page": 1, "x0": 1, "y0": 2.5, "x1": 3, "y1": 4}
    assert (hits[1].heading_path, hits[1].row_from, hits[1].row_to, hits[1].boxes) == (
        (STORED, "", "NULL", '"'), 3, 4, (),
    )  # fmt: skip


async def test_batch_written_again_replaces_itself_only(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    await world.stored(key, ["alpha", "beta", "gamma"], batch_size=1)
    ids = await world.scalar("select array_agg(id order by ordinal) from chunks")
    for _ in range(2):
        await world.ingest.add_chunks(key, indexed(["delta delta"], first=1), model=MODEL, batch=1)
    assert await world.scalar("select array_agg(text order by ordinal) from chunks") == [
        "alpha",
        "delta delta",
        "gamma",
    ]
    assert await world.scalar("select array_agg(terms[1] || frequencies[1] order by ordinal) from chunks") == [
        "alpha1",
        "delta2",
        "gamma1",
    ]
    assert await world.scalar("select count(*) from vectors") == 3
    assert await world.scalar("select count(*) from postings") == 0
    assert await world.scalar("select array_agg(id order by ordinal) from chunks") == ids


async def test_failed_copy_leaves_the_earlier_rows(world: World) -> None:
    key = await world.claimed(await world.uploaded(await world.account()))
    await world.stored(key, ["alpha"])
    good = indexed(["beta"])[0]
    bad = good.model_copy(update={"embedding": (math.nan,) * 384})
    with pytest.raises(Exception, match="NaN"):
        await world.ingest.add_chunks(key, [bad], model=MODEL, batch=0)
    assert await world.scalar("select string_agg(text, ',') from chunks") == "alpha"


async def test_deleted_document_takes_no_passages(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    await world.documents.delete(owner.tenant_id, key.document_id)
    with pytest.raises(NotFound):
        await world.ingest.add_chunks(key, indexed(["late"]), model=MODEL, batch=0)
    assert await world.scalar("select count(*) from chunks") == 0


async def test_another_tenant_writes_and_reads_nothing(world: World) -> None:
    key = await world.claimed(await world.uploaded(await world.account()))
    await world.stored(key, ["secret words"])
    stolen = key.model_copy(update={"tenant_id": (await world.account()).tenant_id})
    with pytest.raises(NotFound):
        await world.ingest.add_chunks(stolen, indexed(["x"]), model=MODEL, batch=0)
    with pytest.raises(ProcessingFailed):
        await world.ingest.sample_text(stolen)
    hashes = [indexed(["secret words"])[0].content_hash]
    assert await world.ingest.known_embeddings(stolen.tenant_id, MODEL, hashes) == {}


async def test_known_embeddings_are_the_tenants_of_the_same_model(world: World) -> None:
    owner = await world.account()
    await world.document(owner, "shared words", "other words")
    chunk = indexed(["shared words"])[0]
    missing = b"\x01" * 32
    known = await world.ingest.known_embeddings(owner.tenant_id, MODEL, [chunk.content_hash, missing])
    assert list(known) == [chunk.content_hash]
    assert known[chunk.content_hash] == pytest.approx(chunk.embedding, rel=1e-3)
    assert await world.ingest.known_embeddings(owner.tenant_id, "another model", [chunk.content_hash]) == {}
    assert await world.ingest.known_embeddings(owner.tenant_id, MODEL, []) == {}


async def test_sample_is_the_passage_with_the_most_words(world: World) -> None:
    key = await world.document(await world.account(), "Title", "a passage with quite a few different words", "End")
    assert await world.ingest.sample_text(key) == "a passage with quite a few different words"
