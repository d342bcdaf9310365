"""A new embedding model: searches go on with the old one until the new one is complete."""

from collections.abc import Sequence

import pytest

from docqa.core.models import SearchQuery
from docqa.database.indexes import VectorIndexes
from docqa.database.reindexing import PostgresReindex
from docqa.ingestion.reindexing import Reindex
from tests.database.world import MODEL, World, unit_vector

pytestmark = pytest.mark.anyio

NEW = "new-model"


class Reversed:
    """Another model: the words of a text spelled backwards, so that its vectors are near nothing of the old one's."""

    model = NEW
    dimensions = 384
    languages: frozenset[str] | None = None

    def __init__(self) -> None:
        self.embedded: list[str] = []

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.embedded += texts
        return [unit_vector(text[::-1]) for text in texts]

    async def embed_query(self, text: str) -> tuple[float, ...]:
        return unit_vector(text[::-1])


def reindex(world: World, embedder: Reversed) -> Reindex:
    return Reindex(
        store=PostgresReindex(world.database),
        indexes=VectorIndexes(world.database, above=10_000),
        embedder_for=lambda _: embedder,
    )


async def nearest(world: World, query: SearchQuery, words: str, model: str) -> list[str]:
    hits = await world.index.find(query, vector=unit_vector(words), model=model, terms=(), pool=10)
    return [hit.text for hit in hits]


async def test_every_tenant_is_switched_once_complete(world: World) -> None:
    owners = [await world.account() for _ in range(2)]
    for owner in owners:
        await world.document(owner, "lamp one", "stone two", "river three")
    query = SearchQuery(tenant_id=owners[0].tenant_id, query="lamp", top_k=1)
    epoch = await world.scalar("select sum(epoch) from tenants")
    embedder = Reversed()
    done = await reindex(world, embedder).run(NEW, seconds=60)
    assert (done.embedded, done.switched, done.remaining) == (6, 2, 0)
    assert embedder.embedded[0] == "Part\nSection\nlamp one"
    assert await nearest(world, query, "lamp one"[::-1], NEW) == ["lamp one"]
    assert await nearest(world, query, "lamp one", MODEL) == []
    assert await world.scalar("select array_agg(distinct model) from vectors") == [NEW]
    assert await world.scalar("select array_agg(distinct embedding_model) from document_versions") == [NEW]
    assert await world.scalar("select sum(epoch) from tenants") == epoch + 2  # type: ignore[operator]
    again = await reindex(world, embedder).run(NEW, seconds=60)
    assert (again.embedded, again.switched, again.remaining) == (0, 0, 0)


async def test_until_the_switch_the_old_vectors_answer(world: World) -> None:
    owner = await world.account()
    await world.document(owner, "lamp one", "stone two")
    store = PostgresReindex(world.database)
    query = SearchQuery(tenant_id=owner.tenant_id, query="lamp", top_k=1)
    first, second = await store.missing(owner.tenant_id, NEW, after=(0, -1), limit=10)
    await store.add_vectors(owner.tenant_id, NEW, [first], [unit_vector("eno pmal")])
    assert not await store.switch(owner.tenant_id, NEW)
    assert await nearest(world, query, "lamp one", MODEL) == ["lamp one"]
    assert await store.missing(owner.tenant_id, NEW, after=(0, -1), limit=10) == [second]
    await store.add_vectors(owner.tenant_id, NEW, [second], [unit_vector("owt enots")])
    assert await store.switch(owner.tenant_id, NEW)


async def test_an_interrupted_run_is_carried_on(world: World) -> None:
    owner = await world.account()
    await world.document(owner, *(f"passage {n}" for n in range(100)))
    embedder = Reversed()
    assert (await reindex(world, embedder).run(NEW, seconds=0)).remaining == 1
    store = PostgresReindex(world.database)
    part = await store.missing(owner.tenant_id, NEW, after=(0, -1), limit=70)
    await store.add_vectors(owner.tenant_id, NEW, part, [unit_vector(one.text[::-1]) for one in part])
    done = await reindex(world, embedder).run(NEW, seconds=60)
    assert (done.embedded, done.switched, done.remaining) == (30, 1, 0)


async def test_what_is_on_its_way_takes_part(world: World) -> None:
    owner = await world.account()
    await world.document(owner, "lamp one")
    coming = await world.stored(await world.claimed(await world.uploaded(owner)), ["stone two"])
    assert (await reindex(world, Reversed()).run(NEW, seconds=60)).embedded == 2
    await world.ingest.publish(coming)
    query = SearchQuery(tenant_id=owner.tenant_id, query="stone", top_k=1)
    assert await nearest(world, query, "stone two"[::-1], NEW) == ["stone two"]
    assert await world.ingest.embedding_model(owner.tenant_id) == NEW


async def test_deleted_meanwhile_is_passed_over(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "lamp one")
    store = PostgresReindex(world.database)
    found = await store.missing(owner.tenant_id, NEW, after=(0, -1), limit=10)
    await world.documents.delete(owner.tenant_id, key.document_id)
    await store.add_vectors(owner.tenant_id, NEW, found, [unit_vector("x")])
    assert await world.scalar("select count(*) from vectors") == 0
    assert await store.switch(owner.tenant_id, NEW)
