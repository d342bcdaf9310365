"""The container that the HTTP routes get, with stores in memory."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from docqa.auth.confirmations import SignedConfirmations
from docqa.auth.invitations import Invitations
from docqa.auth.tokens import AccessTokens
from docqa.config import Limits, Settings
from docqa.core.errors import CollectionExists, EmailTaken, NotFound, NotReady, NotRetryable
from docqa.core.events import AskEvent
from docqa.core.models import (
    AccountRole,
    Collection,
    DocumentView,
    Format,
    Hit,
    Identity,
    IngestOptions,
    Invitation,
    Original,
    Question,
    Role,
    Scope,
    SearchOptions,
    Status,
    Surroundings,
    VersionKey,
)
from docqa.http.services import Probe
from docqa.mcp.servers import McpServers
from tests.fakes.agents import RememberingCalls, router
from tests.fakes.answering import ListRetriever, MemoryMemories, RememberingConversations
from tests.fakes.cache import MemoryCache
from tests.fakes.llm.routing import Keyring
from tests.fakes.stores import MemoryExecutions, MemoryObjects
from tests.fakes.tools import MemoryGrants

ORIGIN = "https://page.example"


class MemoryUsers:
    """UserStore."""

    def __init__(self) -> None:
        self.accounts: dict[str, tuple[Identity, str]] = {}

    async def register(self, *, email: str, password_hash: str) -> Identity:
        if email.lower() in self.accounts:
            raise EmailTaken
        identity = Identity(user_id=uuid4(), tenant_id=uuid4(), email=email)
        self.accounts[email.lower()] = (identity, password_hash)
        return identity

    async def join(self, invitation: Invitation, *, password_hash: str) -> Identity:
        if invitation.email.lower() in self.accounts:
            raise EmailTaken
        identity = Identity(user_id=uuid4(), tenant_id=invitation.tenant_id, email=invitation.email)
        self.accounts[invitation.email.lower()] = (identity, password_hash)
        return identity

    async def by_email(self, email: str) -> tuple[Identity, str] | None:
        return self.accounts.get(email.lower())


class MemoryCollections:
    """CollectionStore where everybody is an admin. A tenant's default collection is made when it is first asked for."""

    def __init__(self) -> None:
        self.found: dict[tuple[UUID, UUID], Collection] = {}

    def default(self, tenant_id: UUID) -> UUID:
        for (owner, collection_id), collection in self.found.items():
            if owner == tenant_id and collection.is_default:
                return collection_id
        return self._add(tenant_id, "Documents", IngestOptions(), is_default=True).collection_id

    def _add(
        self,
        tenant_id: UUID,
        name: str,
        options: IngestOptions,
        *,
        search: SearchOptions | None = None,
        is_default: bool = False,
    ) -> Collection:
        made = Collection(
            collection_id=uuid4(),
            name=name,
            is_default=is_default,
            options=options,
            search=search or SearchOptions(),
            role=Role.OWNER,
            documents=0,
            created_at=datetime.now(UTC),
        )
        self.found[tenant_id, made.collection_id] = made
        return made

    async def create(
        self, user: Identity, *, name: str, options: IngestOptions, search: SearchOptions | None = None
    ) -> Collection:
        if any(c.name.lower() == name.lower() for c in await self.list_collections(user)):
            raise CollectionExists
        return self._add(user.tenant_id, name, options, search=search)

    async def get(self, user: Identity, collection_id: UUID) -> Collection:
        return self.of(user.tenant_id, collection_id)

    def of(self, tenant_id: UUID, collection_id: UUID) -> Collection:
        try:
            return self.found[tenant_id, collection_id]
        except KeyError:
            raise NotFound from None

    async def list_collections(self, user: Identity) -> list[Collection]:
        self.default(user.tenant_id)
        return [collection for (owner, _), collection in self.found.items() if owner == user.tenant_id]

    async def update(
        self,
        user: Identity,
        collection_id: UUID,
        *,
        name: str | None,
        options: IngestOptions | None,
        search: SearchOptions | None = None,
    ) -> Collection:
        changes = {"name": name, "options": options, "search": search}
        kept = {field: value for field, value in changes.items() if value is not None}
        changed = self.of(user.tenant_id, collection_id).model_copy(update=kept)
        self.found[user.tenant_id, collection_id] = changed
        return changed

    async def delete(self, tenant_id: UUID, collection_id: UUID) -> None:
        self.of(tenant_id, collection_id)
        del self.found[tenant_id, collection_id]


class MemoryDocuments:
    """DocumentStore. `error` is raised by every call, if given."""

    def __init__(self, collections: MemoryCollections) -> None:
        self.collections = collections
        self.views: dict[tuple[UUID, UUID], DocumentView] = {}
        self.error: Exception | None = None

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
        document_id = uuid4()
        collection = self.collections.of(tenant_id, collection_id or self.collections.default(tenant_id))
        self.views[tenant_id, document_id] = DocumentView(
            document_id=document_id,
            collection_id=collection.collection_id,
            options=collection.options,
            filename=filename,
            version=1,
            active_version=None,
            status=Status.AWAITING_UPLOAD,
            format=format,
            size_bytes=size_bytes,
            pages=None,
            chunks=None,
            error=None,
            created_at=datetime.now(UTC),
            ready_at=None,
        )
        return VersionKey(tenant_id=tenant_id, document_id=document_id, version=1)

    async def add_version(
        self, *, tenant_id: UUID, document_id: UUID, filename: str, format: Format, size_bytes: int
    ) -> VersionKey:
        view = await self.get(tenant_id, document_id)
        self.change(tenant_id, document_id, version=view.version + 1, filename=filename, format=format)
        return VersionKey(tenant_id=tenant_id, document_id=document_id, version=view.version + 1)

    async def repeat_version(self, *, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, VersionKey]:
        view = await self.get(tenant_id, document_id)
        if view.active_version is None:
            raise NotReady
        options = self.collections.of(tenant_id, view.collection_id).options
        self.change(tenant_id, document_id, version=view.version + 1, options=options, status=Status.AWAITING_UPLOAD)
        active = VersionKey(tenant_id=tenant_id, document_id=document_id, version=view.active_version)
        return active, active.model_copy(update={"version": view.version + 1})

    def change(self, tenant_id: UUID, document_id: UUID, **fields: object) -> None:
        self.views[tenant_id, document_id] = self.views[tenant_id, document_id].model_copy(update=fields)

    async def get(self, tenant_id: UUID, document_id: UUID) -> DocumentView:
        if self.error:
            raise self.error
        try:
            return self.views[tenant_id, document_id]
        except KeyError:
            raise NotFound from None

    async def original(self, tenant_id: UUID, document_id: UUID) -> Original:
        view = await self.get(tenant_id, document_id)
        key = VersionKey(tenant_id=tenant_id, document_id=document_id, version=view.active_version or view.version)
        return Original(key=key, filename=view.filename, format=view.format)

    async def list_documents(
        self, tenant_id: UUID, *, collection_ids: Sequence[UUID] | None = None
    ) -> list[DocumentView]:
        if self.error:
            raise self.error
        views = [view for (owner, _), view in self.views.items() if owner == tenant_id]
        return [view for view in views if collection_ids is None or view.collection_id in collection_ids]

    async def delete(self, tenant_id: UUID, document_id: UUID) -> list[tuple[VersionKey, str | None]]:
        view = await self.get(tenant_id, document_id)
        del self.views[tenant_id, document_id]
        return [(VersionKey(tenant_id=tenant_id, document_id=document_id, version=view.version), "00ff")]

    async def reset_for_retry(self, tenant_id: UUID, document_id: UUID) -> tuple[VersionKey, int]:
        view = await self.get(tenant_id, document_id)
        if view.status != Status.FAILED:
            raise NotRetryable
        self.change(tenant_id, document_id, status=Status.AWAITING_UPLOAD)
        return VersionKey(tenant_id=tenant_id, document_id=document_id, version=view.version), 2


class MemoryAccess:
    """AccessStore where everybody is an admin of the tenant. `epoch` is every tenant's."""

    def __init__(self, collections: MemoryCollections, documents: MemoryDocuments) -> None:
        self._collections = collections
        self._documents = documents
        self.epoch = 7

    async def account_role(self, user: Identity) -> AccountRole:
        return AccountRole.ADMIN

    async def collection_role(self, user: Identity, collection_id: UUID | None) -> Role:
        return self._collections.of(user.tenant_id, collection_id or self._collections.default(user.tenant_id)).role

    async def document_role(self, user: Identity, document_id: UUID) -> Role:
        if (user.tenant_id, document_id) not in self._documents.views:
            raise NotFound
        return Role.OWNER

    async def scope(
        self, user: Identity, document_ids: Sequence[UUID] | None, collection_ids: Sequence[UUID] | None
    ) -> Scope:
        for document_id in document_ids or ():
            await self.document_role(user, document_id)
        for collection_id in collection_ids or ():
            await self.collection_role(user, collection_id)
        return Scope(
            epoch=self.epoch,
            collection_ids=None if collection_ids is None else tuple(collection_ids),
            document_ids=None if document_ids is None else tuple(document_ids),
        )


class ScriptedAnswerer:
    """Answerer that sends `events` and raises those of them that are errors; `questions` keeps what was asked."""

    def __init__(self, *events: AskEvent | Exception) -> None:
        self.events = events
        self.questions: list[Question] = []

    async def answer(self, question: Question) -> AsyncGenerator[AskEvent]:
        self.questions.append(question)
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event


class MemoryPassages:
    """PassageReader and PassageContext of the passages of `found`, which are everybody's."""

    def __init__(self) -> None:
        self.found: list[Hit] = []

    async def passage(self, tenant_id: UUID, user_id: UUID, chunk_id: UUID) -> Hit:
        return self._those(passage for passage in self.found if passage.chunk_id == chunk_id)[0]

    async def document(
        self, tenant_id: UUID, user_id: UUID, document_id: UUID, *, page: int | None = None
    ) -> list[Hit]:
        return self._those(
            passage
            for passage in self.found
            if passage.document_id == document_id and page in (None, passage.page_from)
        )

    async def around(
        self, tenant_id: UUID, chunk_ids: Sequence[UUID], *, window: int, parents: bool
    ) -> Mapping[UUID, Surroundings]:
        at = next(number for number, passage in enumerate(self.found) if passage.chunk_id == chunk_ids[0])
        before, after = self.found[max(0, at - window) : at], self.found[at + 1 : at + 1 + window]
        return {chunk_ids[0]: Surroundings(before=tuple(p.text for p in before), after=tuple(p.text for p in after))}

    def _those(self, passages: Iterable[Hit]) -> list[Hit]:
        found = list(passages)
        if not found:
            raise NotFound
        return found


class FakeServices:
    """Services, but for `members`: roles are tested on the real stores only."""

    def __init__(self, *events: AskEvent | Exception) -> None:
        self.settings = Settings(cors_origins=(ORIGIN,))
        self.limits = Limits(max_upload_bytes=1_000)
        self.tokens = AccessTokens("k" * 48, 60)
        self.invitations = Invitations("k" * 48)
        self.users = MemoryUsers()
        self.collections = MemoryCollections()
        self.documents = MemoryDocuments(self.collections)
        self.access = MemoryAccess(self.collections, self.documents)
        self.conversations = RememberingConversations()
        self.uploads = self.upload_objects = MemoryObjects()
        self.artifact_objects = MemoryObjects()
        self.executions = MemoryExecutions()
        self.retriever = ListRetriever()
        self.passages = self.passage_context = MemoryPassages()
        self.answerer = ScriptedAnswerer(*events)
        self.cache = MemoryCache()
        self.memories = MemoryMemories()
        self.preferences = Keyring()
        self.models = router(preferences=self.preferences)
        self.model_calls = RememberingCalls()
        self.tool_grants = MemoryGrants()
        self.tool_servers = McpServers((), dict)
        self.confirmations = SignedConfirmations("k" * 48, self.cache)
        self.probes: Mapping[str, Probe] = {}
