"""Vector indexes of large tenants: built beside everything else, used by searches, dropped when they are of no use."""

import random
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from docqa.core.models import Hit, Identity
from docqa.database.connection import Database
from docqa.database.indexes import VectorIndexes
from docqa.database.search import PostgresSearchIndex
from tests.database.world import World

pytestmark = pytest.mark.anyio

WORDS = [f"word{n}" for n in range(300)]


async def library(world: World, *, passages: int, seed: int = 1) -> tuple[Identity, UUID]:
    owner = await world.account()
    dice = random.Random(seed)
    texts = [f"p{n} " + " ".join(dice.choices(WORDS, k=12)) for n in range(passages)]
    key = await world.document(owner, *texts)
    return owner, key.document_id


def nearness(hit: Hit) -> float:
    assert hit.dense_score is not None
    return hit.dense_score


@pytest.fixture
async def indexes(world: World) -> AsyncIterator[VectorIndexes]:
    yield VectorIndexes(world.database, above=200)
    async with world.database.owner() as connection:
        names = await connection.execute(text("select indexname from pg_indexes where indexname like 'vectors_hnsw%'"))
        for name in names.scalars().all():
            await connection.execute(text(f"drop index {name}"))


async def test_a_large_tenant_gets_an_index_and_finds_the_same(world: World, indexes: VectorIndexes) -> None:
    owner, document_id = await library(world, passages=400)
    await library(world, passages=400, seed=2)
    small, _ = await library(world, passages=20, seed=3)
    exact = PostgresSearchIndex(world.database)
    by_index = PostgresSearchIndex(world.database, exact_below=100)
    built, dropped = await indexes.tend()
    assert (len(built), dropped) == (2, [])
    assert all(small.tenant_id.hex not in name for name in built)
    assert await indexes.tend() == ([], [])
    for asked in ("word1 word2 word3", "word50 word60", "p17 word9"):
        for narrowed in (None, (document_id,)):
            expected = await world.search(
                owner.tenant_id, asked, lexical=False, top_k=20, document_ids=narrowed, index=exact
            )
            found = await world.search(
                owner.tenant_id, asked, lexical=False, top_k=20, document_ids=narrowed, index=by_index
            )
            assert len(found) == len(expected) == 20
            assert sum(nearness(hit) >= nearness(expected[-1]) - 1e-6 for hit in found) >= 19  # equals are as good
    assert sorted(await indexes.valid()) == sorted(built)
    for name in built:
        assert await indexes.recall(name) > 0.9


async def test_the_index_answers_for_what_is_published_alone(world: World, indexes: VectorIndexes) -> None:
    owner, document_id = await library(world, passages=300)
    await world.stored(await world.claimed(await world.uploaded(owner)), ["word1 unpublished"] * 50, batch_size=50)
    await indexes.tend()
    by_index = PostgresSearchIndex(world.database, exact_below=100)
    hits = await world.search(owner.tenant_id, "word1 unpublished", lexical=False, top_k=50, index=by_index)
    assert len(hits) == 50
    assert {hit.document_id for hit in hits} == {document_id}


async def test_the_statement_really_uses_it(world: World, indexes: VectorIndexes) -> None:
    owner, _ = await library(world, passages=400)
    await indexes.tend()

    async def scans() -> object:
        return await world.scalar(
            "select sum(idx_scan) from pg_stat_user_indexes where indexrelname like 'vectors_hnsw%'"
        )

    async def search(index: PostgresSearchIndex) -> None:
        await world.search(owner.tenant_id, "word1", lexical=False, index=index)
        async with world.database.system() as connection:
            await connection.execute(text("select pg_stat_force_next_flush()"))
            await connection.execute(text("select pg_stat_clear_snapshot()"))

    await search(PostgresSearchIndex(world.database, exact_below=10_000))
    assert await scans() == 0
    await search(PostgresSearchIndex(world.database, exact_below=100))
    assert await scans() == 1


async def test_an_index_without_use_goes(world: World, indexes: VectorIndexes) -> None:
    owner, document_id = await library(world, passages=400)
    (name,), _ = await indexes.tend()
    await world.documents.delete(owner.tenant_id, document_id)
    assert await indexes.tend() == ([], [name])


async def test_an_invalid_index_is_built_again_and_not_searched(world: World, indexes: VectorIndexes) -> None:
    owner, _ = await library(world, passages=400)
    (name,), _ = await indexes.tend()
    async with world.database.owner() as connection:
        await connection.execute(
            text("update pg_index set indisvalid = false where indexrelid = to_regclass(:name)"), {"name": name}
        )
    by_index = PostgresSearchIndex(world.database, exact_below=100)
    assert len(await world.search(owner.tenant_id, "word1", lexical=False, index=by_index)) == 10
    assert await indexes.tend() == ([name], [name])


async def test_two_at_once_do_not_meet(world: World, indexes: VectorIndexes, database_url: str) -> None:
    await library(world, passages=300)
    other = Database(database_url)
    async with other.owner() as connection:
        await connection.execute(text("select pg_advisory_lock(7203114502)"))
        assert await indexes.tend() == ([], [])
    await other.dispose()
    assert len((await indexes.tend())[0]) == 1
