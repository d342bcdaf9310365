"""Short ways to get accounts and documents into a real database, through the stores only."""

import hashlib
import itertools
import math
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from docqa.core.models import (
    AccountRole,
    Box,
    Chunk,
    Failure,
    Filters,
    Format,
    Hit,
    Identity,
    IndexedChunk,
    IngestOptions,
    Invitation,
    Job,
    Role,
    SearchQuery,
    Stage,
    VersionKey,
)
from docqa.database.access import PostgresAccess
from docqa.database.collections import PostgresCollections
from docqa.database.connection import Database
from docqa.database.conversations import PostgresConversations
from docqa.database.documents import PostgresDocuments
from docqa.database.ingest import PostgresIngest
from docqa.database.members import PostgresMembers
from docqa.database.search import PostgresSearchIndex
from docqa.database.users import PostgresUsers
from docqa.retrieval.tokenizer import Tokenizer

DIMENSIONS = 384
MODEL = "test-embedder"
BROKEN = Failure(stage=None, code="corrupt_file", message="The file is broken.", retryable=False)


_DRIFT = text("""
    with live as (
        select c.tenant_id, u.term, v.slot_from + c.ordinal as slot, u.tf, c.length
          from document_versions v
          join documents d on d.id = v.document_id and d.active_version = v.version and d.deleted_at is null
          join chunks c on c.version_id = v.id
         cross join unnest(c.terms, c.frequencies) as u(term, tf)
         where v.slot_from is not null
    ),
    kept as (
        select p.tenant_id, p.term, p.block * 2048 + (e >> 20) as slot, (e >> 12) & 255 as tf, e & 4095 as length
          from postings p cross join unnest(p.entries) as e
    ),
    counted as (
        select v.tenant_id, count(*) as chunks, sum(c.length) as tokens
          from document_versions v join chunks c on c.version_id = v.id
         where v.slot_from is not null
         group by v.tenant_id
    )
    (select 'missing', * from (select * from live except all select * from kept) a)
    union all
    (select 'too many', * from (select * from kept except all select * from live) b)
    union all
    select 'statistics', t.id, t.name, t.chunk_count::integer, c.chunks::integer, t.token_count::integer
      from tenants t left join counted c on c.tenant_id = t.id
     where (t.chunk_count, t.token_count) <> (coalesce(c.chunks, 0), coalesce(c.tokens, 0))
""")


def unit_vector(words: str) -> tuple[float, ...]:
    """Hashed bag of words, unit length: texts with words in common are near each other."""
    vector = [1e-3] * DIMENSIONS
    for word in words.lower().split():
        vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % DIMENSIONS] += 1.0
    norm = math.sqrt(sum(value * value for value in vector))
    return tuple(value / norm for value in vector)


def indexed(passages: Sequence[str], *, first: int = 0) -> list[IndexedChunk]:
    """Chunks as the embed stage makes them, numbered from `first`."""
    tokenizer = Tokenizer()
    return [
        IndexedChunk(
            chunk=Chunk(
                ordinal=ordinal,
                parent=0,
                text=passage,
                heading_path=("Part", "Section"),
                page_from=ordinal + 1,
                page_to=ordinal + 1,
                boxes=(Box(page=ordinal + 1, x0=1, y0=2.5, x1=3, y1=4),),
            ),
            content_hash=hashlib.sha256(passage.encode("utf-8", "surrogatepass")).digest(),
            embedding=unit_vector(passage.encode("utf-8", "replace").decode()),
            terms=tokenizer.terms(passage),
        )
        for ordinal, passage in enumerate(passages, start=first)
    ]


class World:
    """The stores over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.documents = PostgresDocuments(database)
        self.ingest = PostgresIngest(database)
        self.users = PostgresUsers(database)
        self.access = PostgresAccess(database)
        self.members = PostgresMembers(database)
        self.collections = PostgresCollections(database)
        self.conversations = PostgresConversations(database)
        self.index = PostgresSearchIndex(database)
        self._numbers = itertools.count(1)

    async def account(self) -> Identity:
        """An admin of a new tenant."""
        return await self.users.register(email=f"user{next(self._numbers)}@example.org", password_hash="hash")

    async def colleague(self, of: Identity, role: AccountRole = AccountRole.MEMBER) -> Identity:
        """Another user of the same tenant."""
        email = f"user{next(self._numbers)}@example.org"
        return await self.users.join(Invitation(tenant_id=of.tenant_id, email=email, role=role), password_hash="hash")

    async def collection(self, owner: Identity, name: str = "Contracts") -> UUID:
        """A collection that nobody else was given."""
        return (await self.collections.create(owner, name=name, options=IngestOptions())).collection_id

    async def default_collection(self, user: Identity) -> UUID:
        return next(c.collection_id for c in await self.collections.list_collections(user) if c.is_default)

    async def share(self, collection_id: UUID, user: Identity, role: Role) -> None:
        await self.members.set_member(user.tenant_id, collection_id, who=str(user.user_id), role=role)

    async def uploaded(
        self, owner: Identity, filename: str = "report.pdf", *, collection_id: UUID | None = None
    ) -> VersionKey:
        """A document awaiting its upload."""
        return await self.documents.create(
            tenant_id=owner.tenant_id,
            user_id=owner.user_id,
            filename=filename,
            format=Format.PDF,
            size_bytes=1000,
            collection_id=collection_id,
        )

    async def next_version(self, key: VersionKey, filename: str = "report.pdf") -> VersionKey:
        return await self.documents.add_version(
            tenant_id=key.tenant_id, document_id=key.document_id, filename=filename, format=Format.PDF, size_bytes=1000
        )

    async def claimed(self, key: VersionKey, execution_id: str = "execution") -> VersionKey:
        assert await self.ingest.claim(key, execution_id=execution_id, deadline_s=600) is not None
        return key

    def job(self, key: VersionKey, *, execution_id: str = "execution", content_sha256: str = "ab" * 32) -> Job:
        """What the state machine carries after the claim, for a file of three pages."""
        return Job(
            key=key,
            execution_id=execution_id,
            attempt=1,
            format=Format.PDF,
            content_sha256=content_sha256,
            parser_version="1",
            page_count=3,
        )

    async def stored(self, key: VersionKey, passages: Sequence[str], *, batch_size: int = 2) -> VersionKey:
        """All batches of a claimed version written and reported."""
        starts = range(0, len(passages), batch_size)
        await self.ingest.stage_started(key, Stage.EMBED, total=len(starts))
        for batch, start in enumerate(starts):
            chunks = indexed(passages[start : start + batch_size], first=start)
            await self.ingest.add_chunks(key, chunks, model=MODEL, batch=batch)
            await self.ingest.unit_done(key, Stage.EMBED, unit=batch)
        return key

    async def published(self, key: VersionKey, passages: Sequence[str]) -> VersionKey:
        """From awaiting upload to ready."""
        await self.stored(await self.claimed(key), passages, batch_size=max(2, len(passages) // 8))
        await self.ingest.publish(key)
        await self.ingest.mark_ready(key)
        return key

    async def document(
        self, owner: Identity, *passages: str, filename: str = "report.pdf", collection_id: UUID | None = None
    ) -> VersionKey:
        """A new document, ready."""
        return await self.published(await self.uploaded(owner, filename, collection_id=collection_id), passages)

    async def search(
        self,
        tenant_id: UUID,
        words: str,
        *,
        dense: bool = True,
        lexical: bool = True,
        document_ids: tuple[UUID, ...] | None = None,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        top_k: int = 10,
        pool: int = 100,
        index: PostgresSearchIndex | None = None,
    ) -> list[Hit]:
        query = SearchQuery(tenant_id=tenant_id, query=words, top_k=top_k, document_ids=document_ids, filters=filters)
        return await (index or self.index).find(
            query,
            vector=unit_vector(words) if dense else None,
            model=MODEL,
            terms=Tokenizer().query_terms(words) if lexical else (),
            pool=pool,
        )

    async def texts(self, tenant_id: UUID, words: str) -> list[str]:
        return [hit.text for hit in await self.search(tenant_id, words)]

    async def index_is_exact(self) -> None:
        """Postings and statistics are what counting everything that answers anew would give."""
        async with self.database.system() as connection:
            assert (await connection.execute(_DRIFT)).all() == []

    async def scalar(self, statement: str, **values: object) -> object:
        """One value straight from the tables, for what the stores do not show."""
        async with self.database.system() as connection:
            return (await connection.execute(text(statement), values)).scalar_one()
