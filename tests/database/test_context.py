"""Passages around passages on a real database: windows, sections, and only what is published and one's own."""

import pytest

from docqa.core.models import Identity, IndexedChunk, Stage, Surroundings, VersionKey
from docqa.database.context import SECTION_REACH, PostgresPassageContext
from docqa.database.passages import chunk_id
from tests.database.world import MODEL, World, indexed

pytestmark = pytest.mark.anyio

SECTIONS = [0, 0, 0, 3, 3, 5]
"""Parent of each of the six passages "one" to "six"."""


async def sectioned(world: World, owner: Identity, parents: list[int] = SECTIONS) -> VersionKey:
    """A ready document with passages "p0", "p1", … in sections."""
    key = await world.claimed(await world.uploaded(owner))
    chunks = [
        IndexedChunk(**{**dict(each), "chunk": each.chunk.model_copy(update={"parent": parent})})
        for each, parent in zip(indexed([f"p{n}" for n in range(len(parents))]), parents, strict=True)
    ]
    await world.ingest.stage_started(key, Stage.EMBED, total=1)
    await world.ingest.add_chunks(key, chunks, model=MODEL, batch=0)
    await world.ingest.unit_done(key, Stage.EMBED, unit=0)
    await world.ingest.publish(key)
    await world.ingest.mark_ready(key)
    return key


@pytest.mark.parametrize(
    ("ordinal", "window", "parents", "before", "after"),
    [
        (2, 1, False, ["p1"], ["p3"]),
        (2, 2, False, ["p0", "p1"], ["p3", "p4"]),
        (0, 1, False, [], ["p1"]),
        (5, 5, False, ["p0", "p1", "p2", "p3", "p4"], []),
        (1, 0, True, ["p0"], ["p2"]),
        (3, 0, True, [], ["p4"]),
        (3, 1, True, ["p2"], ["p4"]),
    ],
)
async def test_around(
    world: World, ordinal: int, window: int, parents: bool, before: list[str], after: list[str]
) -> None:
    owner = await world.account()
    key = await sectioned(world, owner)
    asked = chunk_id(key, ordinal)
    around = await PostgresPassageContext(world.database).around(
        owner.tenant_id, [asked], window=window, parents=parents
    )
    assert around == {asked: Surroundings(before=tuple(before), after=tuple(after))}


async def test_a_passage_alone_in_its_section_is_left_out_and_several_are_told_apart(world: World) -> None:
    owner = await world.account()
    key = await sectioned(world, owner)
    asked = [chunk_id(key, ordinal) for ordinal in (0, 4, 5)]
    around = await PostgresPassageContext(world.database).around(owner.tenant_id, asked, window=0, parents=True)
    assert around == {asked[0]: Surroundings(after=("p1", "p2")), asked[1]: Surroundings(before=("p3",))}


async def test_a_section_is_bounded(world: World) -> None:
    owner = await world.account()
    key = await sectioned(world, owner, [0] * (2 * SECTION_REACH + 10))
    asked = chunk_id(key, SECTION_REACH + 5)
    around = await PostgresPassageContext(world.database).around(owner.tenant_id, [asked], window=0, parents=True)
    assert (around[asked].before[0], around[asked].after[-1]) == ("p5", f"p{2 * SECTION_REACH + 5}")


async def test_only_what_is_published_and_ones_own(world: World) -> None:
    owner, other = await world.account(), await world.account()
    old = await sectioned(world, owner)
    context = PostgresPassageContext(world.database)
    asked = [chunk_id(old, 1)]
    assert await context.around(other.tenant_id, asked, window=1, parents=True) == {}
    hidden = await world.stored(await world.claimed(await world.uploaded(owner)), ["a", "b"])
    assert await context.around(owner.tenant_id, [chunk_id(hidden, 0)], window=1, parents=True) == {}
    new = await world.published(await world.next_version(old), ["x", "y"])
    assert await context.around(owner.tenant_id, asked, window=1, parents=True) == {}
    assert set(await context.around(owner.tenant_id, [chunk_id(new, 0)], window=1, parents=False)) == {chunk_id(new, 0)}
    await world.documents.delete(owner.tenant_id, old.document_id)
    assert await context.around(owner.tenant_id, [chunk_id(new, 0)], window=1, parents=False) == {}
