"""Collections on a real database: names, defaults, options of versions, and nothing of another tenant."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from docqa.core.errors import CollectionExists, Conflict, NotFound, NotReady
from docqa.core.models import (
    ChunkStrategy,
    DocumentMetadata,
    Format,
    IngestOptions,
    SearchOptions,
    SearchQuery,
    VersionKey,
)
from docqa.core.noticed import warning
from docqa.database.collections import PostgresCollections
from tests.database.world import MODEL, World, unit_vector

pytestmark = pytest.mark.anyio
SENTENCES = IngestOptions(strategy=ChunkStrategy.SENTENCE, chunk_tokens=120)


async def test_an_account_comes_with_a_default_collection(world: World) -> None:
    owner, other = await world.account(), await world.account()
    collections = PostgresCollections(world.database)
    [default] = await collections.list_collections(owner)
    assert (default.is_default, default.options, default.documents) == (True, IngestOptions(), 0)
    await world.document(owner, "the lamp")
    assert (await collections.get(owner, default.collection_id)).documents == 1
    with pytest.raises(NotFound):
        await collections.get(other, default.collection_id)
    with pytest.raises(Conflict):
        await collections.delete(owner.tenant_id, default.collection_id)


async def test_names_are_unique_without_case_until_they_are_free_again(world: World) -> None:
    owner, other = await world.account(), await world.account()
    collections = PostgresCollections(world.database)
    made = await collections.create(owner, name="Contracts", options=SENTENCES)
    with pytest.raises(CollectionExists):
        await collections.create(owner, name="CONTRACTS", options=IngestOptions())
    await collections.create(other, name="Contracts", options=IngestOptions())
    await collections.delete(owner.tenant_id, made.collection_id)
    await collections.create(owner, name="contracts", options=IngestOptions())
    minutes = await collections.create(owner, name="Minutes", options=IngestOptions())
    with pytest.raises(CollectionExists):
        await collections.update(owner, minutes.collection_id, name="Contracts", options=None)


async def test_a_version_keeps_the_options_it_was_made_with(world: World) -> None:
    owner = await world.account()
    collections = PostgresCollections(world.database)
    made = await collections.create(owner, name="Contracts", options=SENTENCES)
    key = await world.documents.create(
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        filename="a.pdf",
        format=Format.PDF,
        size_bytes=10,
        collection_id=made.collection_id,
    )
    fixed = IngestOptions(strategy=ChunkStrategy.FIXED)
    await collections.update(owner, made.collection_id, name=None, options=fixed)
    claim = await world.ingest.claim(key, execution_id="one", deadline_s=60)
    assert claim is not None
    assert claim.options == SENTENCES
    assert (await world.documents.get(owner.tenant_id, key.document_id)).options == SENTENCES
    newer = await world.next_version(key)
    claim = await world.ingest.claim(newer, execution_id="two", deadline_s=60)
    assert claim is not None
    assert claim.options == fixed


async def test_a_collection_with_documents_stays_and_takes_no_strangers(world: World) -> None:
    owner, other = await world.account(), await world.account()
    collections = PostgresCollections(world.database)
    made = await collections.create(owner, name="Contracts", options=SENTENCES)
    upload = {"user_id": owner.user_id, "filename": "a.pdf", "format": Format.PDF, "size_bytes": 10}
    key = await world.documents.create(tenant_id=owner.tenant_id, **upload, collection_id=made.collection_id)
    for collection_id in (made.collection_id, uuid4()):
        stranger = upload | {"user_id": other.user_id}
        with pytest.raises(NotFound):
            await world.documents.create(tenant_id=other.tenant_id, **stranger, collection_id=collection_id)
    with pytest.raises(Conflict):
        await collections.delete(owner.tenant_id, made.collection_id)
    await world.documents.delete(owner.tenant_id, key.document_id)
    await collections.delete(owner.tenant_id, made.collection_id)
    with pytest.raises(NotFound):
        await world.documents.create(tenant_id=owner.tenant_id, **upload, collection_id=made.collection_id)


async def test_a_search_can_be_of_one_collection(world: World) -> None:
    owner = await world.account()
    collections = PostgresCollections(world.database)
    made = await collections.create(owner, name="Contracts", options=SENTENCES)
    await world.document(owner, "the lamp of the default collection")
    key = await world.documents.create(
        tenant_id=owner.tenant_id,
        user_id=owner.user_id,
        filename="b.pdf",
        format=Format.PDF,
        size_bytes=10,
        collection_id=made.collection_id,
    )
    await world.published(key, ["the lamp of the contracts"])
    query = SearchQuery(tenant_id=owner.tenant_id, query="lamp", collection_ids=(made.collection_id,))
    hits = await world.index.find(query, vector=unit_vector("lamp"), model=MODEL, terms=["lamp"], pool=10)
    assert [hit.text for hit in hits] == ["the lamp of the contracts"]


async def test_reranking_can_be_off_for_a_collection(world: World) -> None:
    owner, other = await world.account(), await world.account()
    collections = PostgresCollections(world.database)
    [default] = await collections.list_collections(owner)
    assert default.search == SearchOptions(rerank=True)
    off = SearchOptions(rerank=False)
    made = await collections.create(owner, name="Code", options=IngestOptions(), search=off)
    assert made.search == off
    upload = {"user_id": owner.user_id, "filename": "a.pdf", "format": Format.PDF, "size_bytes": 10}
    inside = await world.documents.create(tenant_id=owner.tenant_id, **upload, collection_id=made.collection_id)
    outside = await world.uploaded(owner)
    both = [inside.document_id, outside.document_id]
    assert await collections.not_reranked(owner.tenant_id, both) == {inside.document_id}
    assert await collections.not_reranked(other.tenant_id, both) == frozenset()
    assert await collections.not_reranked(owner.tenant_id, []) == frozenset()
    before = await world.scalar("select epoch from tenants where id = :id", id=owner.tenant_id)
    for collection_id, search in ((made.collection_id, SearchOptions()), (default.collection_id, off)):
        await collections.update(owner, collection_id, name=None, options=None, search=search)
    assert await collections.not_reranked(owner.tenant_id, both) == {outside.document_id}
    renamed = await collections.update(owner, default.collection_id, name="All", options=None)
    assert (renamed.name, renamed.search) == ("All", off)
    after = await world.scalar("select epoch from tenants where id = :id", id=owner.tenant_id)
    assert after == before + 2, "what was cached before the change is out of date, a name changes nothing"  # type: ignore[operator]


async def test_a_new_version_of_the_same_file_waits_for_its_bytes(world: World) -> None:
    owner = await world.account()
    key = await world.uploaded(owner)
    with pytest.raises(NotReady):
        await world.documents.repeat_version(tenant_id=owner.tenant_id, document_id=key.document_id)
    ready = await world.document(owner, "the lamp", filename="annals.pdf")
    active, new = await world.documents.repeat_version(tenant_id=owner.tenant_id, document_id=ready.document_id)
    assert (active, new) == (ready, ready.model_copy(update={"version": 2}))
    assert await world.texts(owner.tenant_id, "lamp") == ["the lamp"]
    view = await world.documents.get(owner.tenant_id, ready.document_id)
    assert (view.filename, view.version, view.active_version, view.status) == (
        "annals.pdf",
        2,
        1,
        "awaiting_upload",
    )


async def test_what_reading_found_out_is_on_the_document(world: World) -> None:
    owner = await world.account()
    key = await world.claimed(await world.uploaded(owner))
    metadata = DocumentMetadata(
        title="Annals \x00 \ud800", created_at=datetime(2021, 5, 1, tzinfo=UTC), page_labels=("i", "ii")
    )
    noticed = [warning("page_unreadable", detail="too_complex", pages=[7]), warning("active_content")]
    await world.ingest.describe_content(key, metadata=metadata, warnings=noticed, language="de", chunker="sections-1")
    view = await world.documents.get(owner.tenant_id, key.document_id)
    assert (view.language, view.warnings) == ("de", tuple(noticed))
    assert (view.metadata.created_at, view.metadata.page_labels) == (metadata.created_at, ("i", "ii"))
    assert view.metadata.title is not None
    assert view.metadata.title.startswith("Annals")


async def test_a_stranger_version_is_not_described(world: World) -> None:
    owner = await world.account()
    key = await world.document(owner, "the lamp")
    nothing = VersionKey(tenant_id=owner.tenant_id, document_id=key.document_id, version=9)
    for one in (key, nothing):  # ready already, and not there
        await world.ingest.describe_content(
            one, metadata=DocumentMetadata(title="no"), warnings=[], language=None, chunker="x"
        )
    assert (await world.documents.get(owner.tenant_id, key.document_id)).metadata == DocumentMetadata()
