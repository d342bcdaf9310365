"""What the routes need from the floor above: a container that `bootstrap` builds, seen through its ports."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from docqa.auth.invitations import Invitations
from docqa.auth.tokens import AccessTokens
from docqa.config import Limits, Settings
from docqa.core.ports import (
    AccessStore,
    Answerer,
    Cache,
    CollectionStore,
    ConversationStore,
    DocumentStore,
    Executions,
    MemberStore,
    MemoryStore,
    ObjectStore,
    PassageContext,
    PassageReader,
    Retriever,
    UploadStore,
    UserStore,
)
from docqa.core.ports.chat import CallLog, ChatRouter, Preferences

Probe = Callable[[], Awaitable[None]]
"""Returns when a dependency answers; raises DependencyUnavailable when it does not."""


class Services(Protocol):
    """Everything lazily built: a function pays only for what its routes touch."""

    @property
    def settings(self) -> Settings: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def tokens(self) -> AccessTokens: ...
    @property
    def invitations(self) -> Invitations: ...
    @property
    def users(self) -> UserStore: ...
    @property
    def access(self) -> AccessStore: ...
    @property
    def members(self) -> MemberStore: ...
    @property
    def documents(self) -> DocumentStore: ...
    @property
    def collections(self) -> CollectionStore: ...
    @property
    def conversations(self) -> ConversationStore: ...
    @property
    def uploads(self) -> UploadStore: ...
    @property
    def upload_objects(self) -> ObjectStore: ...
    @property
    def artifact_objects(self) -> ObjectStore: ...
    @property
    def executions(self) -> Executions: ...
    @property
    def retriever(self) -> Retriever: ...
    @property
    def passages(self) -> PassageReader: ...
    @property
    def passage_context(self) -> PassageContext: ...
    @property
    def memories(self) -> MemoryStore: ...
    @property
    def cache(self) -> Cache: ...
    @property
    def answerer(self) -> Answerer: ...
    @property
    def models(self) -> ChatRouter: ...
    @property
    def preferences(self) -> Preferences: ...
    @property
    def model_calls(self) -> CallLog: ...
    @property
    def probes(self) -> Mapping[str, Probe]: ...
