"""What the parts expect of each other. Implementations live on the floors above and are named only in `bootstrap`."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Protocol
from uuid import UUID

from docqa.core.events import AskEvent
from docqa.core.models import (
    AccountRole,
    Block,
    Chunk,
    Citation,
    Claim,
    Collection,
    DocumentMetadata,
    DocumentPlan,
    DocumentView,
    DocumentWarning,
    Failure,
    Format,
    Hit,
    Identity,
    IndexedChunk,
    IngestOptions,
    Invitation,
    Job,
    Member,
    OpenVersion,
    Original,
    PageRange,
    ParsedRange,
    Question,
    Role,
    Scope,
    SearchOptions,
    SearchQuery,
    Stage,
    Surroundings,
    Unembedded,
    Usage,
    VersionKey,
)


class Parser(Protocol):
    """Reads one file format. Stateless; errors are `DocumentRejected` subclasses."""

    @property
    def format(self) -> Format: ...
    @property
    def version(self) -> str:
        """Changes whenever the output for the same bytes changes; part of the artifact's address."""
        ...

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Open the file and split it into ranges, without reading it all.

        Raises CorruptFile, PasswordProtected, NoPages, TooManyPages, TooComplex, UnsafeFile.
        """
        ...

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Read the blocks of one range. Raises CorruptFile, TooComplex, UnsafeFile."""
        ...


class Chunker(Protocol):
    """Cuts blocks into passages. Deterministic: the same blocks and options give the same chunks."""

    version: ClassVar[str]
    """Changes whenever the output for the same blocks changes."""

    def chunk(self, blocks: AsyncIterable[Block], options: IngestOptions) -> AsyncIterator[Chunk]:
        """Passages in document order, given while the blocks come, so that a long document is never held whole."""
        ...


class TokenCounter(Protocol):
    """Counts tokens as the embedding model does. What white space parts is counted apart, so counts add up."""

    max_tokens: int
    """What the model reads of one text, the marks around it apart."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, same order. A word that the model has no token for counts by its length."""
        ...


class Embedder(Protocol):
    """Turns texts into unit-length float vectors."""

    model: str
    """Name of the model; stored beside every vector, as vectors of two models cannot be compared."""
    dimensions: int
    languages: frozenset[str] | None
    """ISO 639-1 codes of what the model was trained for; None is a model for all languages."""

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a text, same order. Raises DependencyUnavailable."""
        ...

    async def embed_query(self, text: str) -> tuple[float, ...]:
        """Raises DependencyUnavailable."""
        ...

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a query, same order, in as few calls as possible. Raises DependencyUnavailable."""
        ...


class Embed(Protocol):
    """`Embedder.embed_passages` alone."""

    async def __call__(self, texts: Sequence[str]) -> list[tuple[float, ...]]: ...


class PairScorer(Protocol):
    """A cross-encoder: how well each passage answers the query, as raw logits (higher is better)."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, same order. Raises DependencyUnavailable."""
        ...


class Reranker(Protocol):
    """A second-stage model that works within a time budget."""

    model: str
    languages: frozenset[str] | None
    """ISO 639-1 codes of the languages that it is good for; None: all."""

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        """One score a passage, same order, higher is better; None for what the budget did not reach.

        The first passages are read first. May take longer than the budget: whoever calls sees to that. Raises
        DependencyUnavailable.
        """
        ...


class Analyzer(Protocol):
    """Turns text into index terms; the same for documents and questions."""

    version: ClassVar[str]

    def terms(self, text: str) -> dict[str, int]:
        """Term → how often it stands in the text."""
        ...

    def query_terms(self, text: str) -> list[str]:
        """Distinct terms to look for."""
        ...


class ObjectStore(Protocol):
    """Blobs by key. Raises UploadMissing for a key that is not there, DependencyUnavailable."""

    async def put_json(self, key: str, body: bytes) -> None: ...
    async def get(self, key: str) -> bytes: ...
    async def exists(self, key: str) -> bool: ...
    async def copy(self, source: str, target: str) -> None: ...
    async def download(self, key: str, to: Path) -> int:
        """Write the object to a file; its size in bytes."""
        ...

    async def delete(self, key: str) -> None: ...
    async def delete_prefix(self, prefix: str) -> None:
        """Delete every object whose key starts with `prefix`."""
        ...


class UploadStore(Protocol):
    """The bucket that browsers and the CLI upload to."""

    def presign_upload(self, key: str, *, max_bytes: int, expires_s: int) -> tuple[str, dict[str, str]]:
        """URL and form fields of a presigned POST, with a content-length range of 1..max_bytes."""
        ...

    def presign_download(self, key: str, *, filename: str, content_type: str, expires_s: int) -> str: ...


class DocumentStore(Protocol):
    """Documents, versions and their progress. Every call is scoped to a tenant; NotFound for another tenant's."""

    async def create(
        self,
        *,
        tenant_id: UUID,
        user_id: UUID,
        filename: str,
        format: Format,
        size_bytes: int,
        collection_id: UUID | None = None,
    ) -> VersionKey:
        """A document in the collection, or in the tenant's default one. A version takes its collection's options."""
        ...

    async def add_version(
        self, *, tenant_id: UUID, document_id: UUID, filename: str, format: Format, size_bytes: int
    ) -> VersionKey: ...
    async def repeat_version(self, *, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, VersionKey]:
        """A new version from the bytes of the one that answers now: (that one, the new one). Raises NotReady."""
        ...

    async def get(self, tenant_id: UUID, document_id: UUID) -> DocumentView: ...
    async def list_documents(
        self, tenant_id: UUID, *, collection_ids: Sequence[UUID] | None = None
    ) -> list[DocumentView]:
        """Newest first; of these collections, or of all."""
        ...

    async def delete(self, tenant_id: UUID, document_id: UUID) -> list[tuple[VersionKey, str | None]]:
        """Remove the document from every later search at once; again, it gives the same answer.

        Returns its versions, each with the content hash whose artifacts are left to delete, None where none are.
        """
        ...

    async def original(self, tenant_id: UUID, document_id: UUID) -> Original:
        """The file of the version that answers now, or of the newest one when none does."""
        ...

    async def reset_for_retry(self, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, int]:
        """Failed → awaiting_upload; the version and its new attempt number. Raises NotRetryable."""
        ...


class CollectionStore(Protocol):
    """Collections as a user sees them; NotFound for another tenant's and for one that is not shared with the user."""

    async def create(
        self, user: Identity, *, name: str, options: IngestOptions, search: SearchOptions | None = None
    ) -> Collection:
        """The user becomes its owner. Raises CollectionExists; names compare without case in the whole tenant."""
        ...

    async def get(self, user: Identity, collection_id: UUID) -> Collection: ...
    async def list_collections(self, user: Identity) -> list[Collection]:
        """The default one first, then by name."""
        ...

    async def update(
        self,
        user: Identity,
        collection_id: UUID,
        *,
        name: str | None,
        options: IngestOptions | None,
        search: SearchOptions | None = None,
    ) -> Collection:
        """Change what is not None. New options count for versions made from now on, `search` at once.

        Raises CollectionExists.
        """
        ...

    async def delete(self, tenant_id: UUID, collection_id: UUID) -> None:
        """Raises Conflict for the default collection and for one that still holds documents."""
        ...


class AccessStore(Protocol):
    """What a user may see and do now. Raises Unauthenticated for a user whom the tenant does not have (any more)."""

    async def account_role(self, user: Identity) -> AccountRole: ...
    async def collection_role(self, user: Identity, collection_id: UUID | None) -> Role:
        """None: the default collection. Raises NotFound where the user may not even look."""
        ...

    async def document_role(self, user: Identity, document_id: UUID) -> Role:
        """The user's role in the document's collection. Raises NotFound where the user may not even look.

        A deleted document has a role too, so that a deletion that broke off can be done again.
        """
        ...

    async def scope(
        self, user: Identity, document_ids: Sequence[UUID] | None, collection_ids: Sequence[UUID] | None
    ) -> Scope:
        """What may be searched of what was asked for, None meaning everything; one round trip.

        Raises NotFound, naming the first id that is not there or may not be read.
        """
        ...


class MemberStore(Protocol):
    """Whom a collection is shared with. `who` is the e-mail address or the id of a user of the same tenant."""

    async def list_members(self, tenant_id: UUID, collection_id: UUID) -> list[Member]: ...
    async def set_member(self, tenant_id: UUID, collection_id: UUID, *, who: str, role: Role) -> Member:
        """Share, or change the role. Raises NotFound, LastOwner."""
        ...

    async def remove_member(self, tenant_id: UUID, collection_id: UUID, *, who: str) -> None:
        """Raises NotFound, also for somebody who is no member, and LastOwner."""
        ...

    async def set_everyone(self, tenant_id: UUID, collection_id: UUID, *, role: Role | None) -> None:
        """What every user of the tenant may do: viewer, editor, or None for nothing. Raises NotFound."""
        ...


class IngestStore(Protocol):
    """What the stages write. Every call is idempotent for the execution that holds the claim."""

    async def claim(self, key: VersionKey, *, execution_id: str, deadline_s: int) -> Claim | None:
        """One statement; None if another execution holds or finished this version."""
        ...

    async def describe(self, job: Job, *, size_bytes: int) -> None:
        """Store what claim found out: content hash, page count, size."""
        ...

    async def describe_content(
        self,
        key: VersionKey,
        *,
        metadata: DocumentMetadata,
        warnings: Sequence[DocumentWarning],
        language: str | None,
        chunker: str,
    ) -> None:
        """Store what was read: what the file says of itself, what was noticed, its language, which chunker cut it."""
        ...

    async def stage_started(self, key: VersionKey, stage: Stage, *, total: int) -> None: ...
    async def unit_done(self, key: VersionKey, stage: Stage, *, unit: int) -> None:
        """Count a unit of a stage once, however often it is reported; finishes the stage when all are done."""
        ...

    async def embedding_model(self, tenant_id: UUID) -> str | None:
        """Whose vectors the tenant's searches use; None before anything was published."""
        ...

    async def known_embeddings(
        self, tenant_id: UUID, model: str, hashes: Sequence[bytes]
    ) -> Mapping[bytes, tuple[float, ...]]: ...
    async def add_chunks(self, key: VersionKey, chunks: Sequence[IndexedChunk], *, model: str, batch: int) -> None:
        """COPY the batch into the not yet visible version, replacing what an earlier try of this batch wrote."""
        ...

    async def publish(self, key: VersionKey) -> None:
        """One transaction: this version becomes the active one, the old one's rows go, the tenant's epoch moves.

        Counts what it publishes. Raises ProcessingFailed when a batch of the embed stage was never done, NotFound when
        the document was deleted meanwhile.
        """
        ...

    async def mark_ready(self, key: VersionKey) -> None: ...
    async def sample_text(self, key: VersionKey) -> str:
        """Text of one stored chunk of the version, for the probe query."""
        ...

    async def fail(self, key: VersionKey, *, execution_id: str, failure: Failure) -> bool:
        """Processing → failed, only for the execution that holds the claim; whether anything changed."""
        ...

    async def open_versions(self) -> list[OpenVersion]:
        """Versions of documents that are not deleted, neither ready nor failed, oldest first, at most 500."""
        ...

    async def release(self, key: VersionKey, *, execution_id: str | None) -> bool:
        """Processing → awaiting_upload for a version whose execution is gone, so that a new one can claim it."""
        ...

    async def expire_upload(self, key: VersionKey, *, failure: Failure) -> bool:
        """awaiting_upload → failed; whether anything changed."""
        ...


class UserStore(Protocol):
    """Accounts. Registering makes a tenant and its first user, joining adds one to a tenant that invited."""

    async def register(self, *, email: str, password_hash: str) -> Identity:
        """Raises EmailTaken."""
        ...

    async def join(self, invitation: Invitation, *, password_hash: str) -> Identity:
        """Raises EmailTaken, InvalidInvitation for a tenant that is gone."""
        ...

    async def by_email(self, email: str) -> tuple[Identity, str] | None:
        """The account and its password hash; e-mail addresses compare without case."""
        ...


class ConversationStore(Protocol):
    """What was asked and answered."""

    async def save_turn(
        self, *, question: Question, answer: str, citations: Sequence[Citation], usage: Usage, grounded: bool
    ) -> tuple[UUID, UUID]:
        """One transaction writes question, answer, citations and usage; (conversation id, id of the answer's message).

        Makes the conversation when the question names none. Raises NotFound for another user's conversation.
        """
        ...

    async def require(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID) -> None:
        """Raises NotFound unless the conversation is this user's."""
        ...


class SearchIndex(Protocol):
    """First-stage retrieval over what is published: one statement for vector, keywords and fusion."""

    async def find(
        self,
        query: SearchQuery,
        *,
        vector: tuple[float, ...] | None,
        model: str,
        terms: Sequence[str],
        pool: int,
        dense_weight: float = 0.5,
        feedback: float = 0.0,
    ) -> list[Hit]:
        """Best first, at most `query.top_k`; dense-only without terms, lexical-only without a vector.

        `model` made the vector: only its vectors are compared. `dense_weight` (0..1) is the dense arm's share.
        `feedback`: how much of the mean of the three best passages is added to the vector for a second look.
        """
        ...


class IndexStore(Protocol):
    """Indexes of the vectors of large tenants."""

    async def tend(self) -> tuple[list[str], list[str]]:
        """Build what is missing and drop what is useless: (names built, names dropped). Never twice at a time."""
        ...

    async def valid(self) -> list[str]:
        """Names of the indexes that searches use."""
        ...

    async def recall(self, name: str) -> float:
        """Share (0..1) of the truly nearest passages that the index finds, by samples. Raises NotFound."""
        ...


class ReindexStore(Protocol):
    """Vectors of a new model, made beside those that are searched."""

    async def tenants_behind(self, model: str) -> list[UUID]:
        """Those whose searches use another model."""
        ...

    async def missing(self, tenant_id: UUID, model: str, *, after: tuple[int, int], limit: int) -> list[Unembedded]:
        """Passages without a vector of the model, from behind (version, ordinal) on."""
        ...

    async def add_vectors(
        self, tenant_id: UUID, model: str, passages: Sequence[Unembedded], vectors: Sequence[tuple[float, ...]]
    ) -> None: ...
    async def switch(self, tenant_id: UUID, model: str) -> bool:
        """Search with the model from now on; False, and nothing changed, while some passage has no vector of it."""
        ...


class RerankChoices(Protocol):
    """What collections say of reranking."""

    async def not_reranked(self, tenant_id: UUID, document_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of the documents whose collection has it switched off. Raises DependencyUnavailable."""
        ...


class PassageContext(Protocol):
    """What stands around passages in what is published."""

    async def around(
        self, tenant_id: UUID, chunk_ids: Sequence[UUID], *, window: int, parents: bool
    ) -> Mapping[UUID, Surroundings]:
        """`window` passages before and after each, and with `parents` all of its section (a bounded number).

        A passage that is not published or another tenant's is left out. Raises DependencyUnavailable.
        """
        ...


class Cache(Protocol):
    """Bytes that may be gone at any moment. All tenants share the keys: who makes one puts the tenant into it.

    Every call raises CacheUnavailable, after a fraction of a second at the latest.
    """

    async def get(self, key: str) -> bytes | None: ...
    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None: ...
    async def claim(self, key: str, token: bytes, *, ttl_s: float) -> bool:
        """Whether nobody else held the claim; it is ours until released or until `ttl_s` have passed."""
        ...

    async def release(self, key: str, token: bytes) -> None:
        """End the claim, if it still is this token's."""
        ...

    async def recent(self, key: str) -> list[bytes]:
        """What was remembered under the key, newest first."""
        ...

    async def remember(self, key: str, item: bytes, *, keep: int, ttl_s: float) -> None:
        """Put an item before the others; only the newest `keep` stay, and all go `ttl_s` after the last."""
        ...


class Retriever(Protocol):
    """Finds passages in what is published and belongs to the tenant."""

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`. Raises DependencyUnavailable."""
        ...


class Answerer(Protocol):
    """Answers a question as a stream of events, the last one being DoneEvent or ErrorEvent."""

    def answer(self, question: Question) -> AsyncIterator[AskEvent]: ...


class Executions(Protocol):
    """Starts and looks at ingest executions."""

    async def start(self, key: VersionKey, *, name: str) -> None:
        """Start an execution for an uploaded version. The same name twice starts one."""
        ...

    async def is_running(self, execution_id: str) -> bool: ...
