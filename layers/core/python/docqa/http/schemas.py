"""Bodies of requests and answers; the names are the HTTP contract."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from docqa.core.models import (
    AccountRole,
    Citation,
    Collection,
    DocumentView,
    Filters,
    Hit,
    IngestOptions,
    Member,
    Memory,
    Reranking,
    Role,
    SearchMode,
    SearchOptions,
    Usage,
)
from docqa.core.models.chat import ProviderView
from docqa.core.models.tools import PendingCall
from docqa.core.models.usage import UsageRow

MAX_QUESTION = 2_000
"""Characters of a question."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
"""Only a message that arrives proves an address; this tells a typo from one. Internal networks' are fine."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Ids = Annotated[tuple[UUID, ...], Field(max_length=100)]


class Request(BaseModel):
    """Base of request bodies: an unknown field is an error, so that a typo does not pass silently."""

    model_config = ConfigDict(extra="forbid")


class Credentials(Request):
    email: Email
    password: Annotated[str, Field(min_length=8, max_length=1_000)]


class Registration(Credentials):
    invitation: Annotated[str | None, Field(max_length=4_000, description="From `auth/invitations`.")] = None


class NewInvitation(Request):
    email: Email
    role: AccountRole = AccountRole.MEMBER


class Invited(BaseModel):
    invitation: str
    email: str
    role: AccountRole
    expires_in: int


class AccessToken(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme of RFC 6750, not a secret
    expires_in: int


class Me(BaseModel):
    user_id: UUID
    tenant_id: UUID
    email: str
    role: AccountRole


class NewDocument(Request):
    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    size: Annotated[int, Field(ge=0, description="Bytes; the upload may not have more.")]
    content_type: Annotated[str | None, Field(max_length=200)] = None
    collection_id: UUID | None = None


class NewCollection(Request):
    name: Name
    options: IngestOptions = IngestOptions()
    search: SearchOptions = SearchOptions()


class ChangedCollection(Request):
    """What is left out stays as it is."""

    name: Name | None = None
    options: IngestOptions | None = None
    search: SearchOptions | None = None


class Collections(BaseModel):
    collections: list[Collection]


class NewMember(Request):
    email: Email
    role: Role


class ForEveryone(Request):
    role: Literal[Role.VIEWER, Role.EDITOR] | None


class Members(BaseModel):
    members: list[Member]
    everyone: Role | None


class UploadForm(BaseModel):
    url: str
    fields: dict[str, str]


class DocumentCreated(BaseModel):
    document_id: UUID
    version: int
    upload: UploadForm


class Documents(BaseModel):
    documents: list[DocumentView]


class DocumentLink(BaseModel):
    url: str
    expires_in: int


class SearchRequest(Request):
    query: Text
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    mode: SearchMode = SearchMode.HYBRID
    rewrite: Annotated[bool, Field(description="Search other wordings of the query, too.")] = False
    rerank: bool = False
    deduplicate: Annotated[bool, Field(description="Of passages that say the same, only the best.")] = False
    diversity: Annotated[float, Field(ge=0, le=1, description="0: by relevance alone. 1: as unlike as can be.")] = 0.0
    window: Annotated[int, Field(ge=0, le=5, description="Passages before and after each hit to send with it.")] = 0
    parents: Annotated[bool, Field(description="Send the section around each hit with it.")] = False
    cache: Annotated[bool, Field(description="false: computed anew, and kept out of the cache; to measure.")] = True
    include: Annotated[
        tuple[Literal["spans"], ...], Field(description="`spans`: where each part of a passage stands on its page.")
    ] = ()
    collection_ids: Ids | None = None
    document_ids: Ids | None = None
    filters: Filters = Filters()


class SearchResult(BaseModel):
    """`spans` of the hits are empty unless asked for. `timings_ms`: of the stages that ran, and `total`.

    `reranking` tells what became of one that was asked for, `notes` what else the one who asked should know; both are
    left out when there is nothing to tell.
    """

    hits: list[Hit]
    timings_ms: dict[str, float]
    reranking: Reranking | None = None
    notes: list[str] = []


class AskRequest(Request):
    question: Text
    conversation_id: UUID | None = None
    collection_ids: Ids | None = None
    document_ids: Ids | None = None
    filters: Filters = Filters()
    provider: Annotated[str | None, Field(max_length=50)] = None
    confirm: Annotated[str | None, Field(max_length=12_000)] = None
    """The token of a pending call that may be made now."""


class Answer(BaseModel):
    answer: str
    citations: list[Citation]
    grounded: bool
    conversation_id: UUID
    message_id: UUID
    usage: Usage
    pending: Annotated[list[PendingCall], Field(exclude_if=lambda calls: not calls)] = []


class ToolAllowance(BaseModel):
    """`changed`: the tool is described differently since, and not used until it is allowed again."""

    collection_id: UUID
    confirm: bool
    changed: bool


class ToolView(BaseModel):
    tool: str
    description: str
    parameters: dict[str, Any]
    read_only: bool
    allowed: list[ToolAllowance]


class ToolServerView(BaseModel):
    server: str
    problem: str
    tools: list[ToolView]


class ToolServerViews(BaseModel):
    servers: list[ToolServerView]


class AllowedTool(Request):
    confirm: bool | None = None


class Memories(BaseModel):
    memories: tuple[Memory, ...]


class ProviderViews(BaseModel):
    providers: tuple[ProviderView, ...]


class ProviderOrder(Request):
    order: Annotated[
        list[Annotated[str, Field(max_length=200, pattern="^[^,]+$")]] | None, Field(min_length=1, max_length=20)
    ]


class UsageTotals(BaseModel):
    answered: int
    failed: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class Budget(BaseModel):
    """Of the platform's money; calls with keys of one's own do not count."""

    spent_usd: float
    cap_usd: float


class Budgets(BaseModel):
    day: Budget
    month: Budget


class UsageAnswer(BaseModel):
    """`rows` by day and model, newest first; `cost_usd` by the prices of the model table."""

    since: date
    rows: tuple[UsageRow, ...]
    totals: UsageTotals
    user: Budgets
    tenant: Budgets


class Health(BaseModel):
    status: str


class Readiness(BaseModel):
    status: str
    dependencies: dict[str, str]
