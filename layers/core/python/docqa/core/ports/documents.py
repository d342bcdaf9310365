"""Documents, collections and conversations, as their owners see them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from docqa.core.models import (
    Citation,
    Collection,
    DocumentView,
    Format,
    History,
    Identity,
    IngestOptions,
    Memory,
    Original,
    Question,
    SearchOptions,
    Usage,
    VersionKey,
)
from docqa.core.models.chat import Receipt


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


class MemoryStore(Protocol):
    """What users asked to remember; each his own."""

    async def remember(self, tenant_id: UUID, user_id: UUID, content: str) -> Memory:
        """Raises Conflict when there are too many, DependencyUnavailable."""
        ...

    async def remembered(self, tenant_id: UUID, user_id: UUID) -> tuple[Memory, ...]:
        """Oldest first. Raises DependencyUnavailable."""
        ...

    async def forget(self, tenant_id: UUID, user_id: UUID, memory_id: UUID | None) -> None:
        """One, or with None all. Raises NotFound, DependencyUnavailable."""
        ...


class ConversationStore(Protocol):
    """What was asked and answered."""

    async def save_turn(
        self,
        *,
        question: Question,
        answer: str,
        citations: Sequence[Citation],
        usage: Usage,
        grounded: bool,
        receipts: Sequence[Receipt] = (),
    ) -> tuple[UUID, UUID]:
        """One transaction writes question, answer, citations, usage and what the models were asked.

        (conversation id, id of the answer's message).

        Makes the conversation when the question names none. Raises NotFound for another user's conversation.
        """
        ...

    async def history(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, limit: int) -> History:
        """The last turns and what was before them, oldest first; nothing of a conversation that is not this user's."""
        ...

    async def save_summary(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, text: str, to: int) -> None:
        """Of the turns up to that message. An older one does not take the place of a newer one."""
        ...

    async def require(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID) -> None:
        """Raises NotFound unless the conversation is this user's."""
        ...
