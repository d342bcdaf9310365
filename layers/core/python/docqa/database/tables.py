"""The tables as SQLAlchemy sees them. The migrations make them; a test compares both on a real server.

`version_id` stands for (document_id, version) where rows are many. Foreign keys carry the tenant along, so that a row
cannot belong to another tenant than what it hangs on. Row-level security (in the migrations) lets a transaction see the
rows of its tenant only; see `connection`.
"""

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from docqa.core.models import AccountRole, Role, Stage, Status
from docqa.database.column_types import HalfVector, StorableText

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

_NOW = text("now()")
_STAGES = ", ".join(f"'{stage}'" for stage in Stage)
_ROLES = ", ".join(f"'{role}'" for role in Role)
_ACCOUNT_ROLES = ", ".join(f"'{role}'" for role in AccountRole)
_STATUSES = ", ".join(f"'{status}'" for status in Status)


def _id() -> Column[object]:
    return Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()"))


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=None if nullable else _NOW)


def _belongs(
    columns: tuple[str, ...], table: str, remote: tuple[str, ...] = ("id", "tenant_id")
) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(columns, [f"{table}.{name}" for name in remote], ondelete="CASCADE")


tenants = Table(
    "tenants",
    metadata,
    _id(),
    Column("name", StorableText, nullable=False),
    Column("epoch", BigInteger, nullable=False, server_default=text("0")),  # moves whenever search results may change
    # What BM25 counts over: passages that answer and their terms, kept by the transactions that publish and withdraw
    Column("chunk_count", BigInteger, nullable=False, server_default=text("0")),
    Column("token_count", BigInteger, nullable=False, server_default=text("0")),
    Column("next_slot", Integer, nullable=False, server_default=text("0")),
    Column("embedding_model", Text),  # whose vectors are searched; what was published first has chosen it
    Column("next_embedding_model", Text),  # whose vectors are being made, to be searched when they are complete
    _moment("created_at"),
)

users = Table(
    "users",
    metadata,
    _id(),
    Column("tenant_id", Uuid, nullable=False),
    Column("email", StorableText, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    _moment("created_at"),
    Column("provider_chain", Text),  # in which order language models are asked, if the user has an order of his own
    UniqueConstraint("id", "tenant_id"),
    _belongs(("tenant_id",), "tenants", ("id",)),
    CheckConstraint(f"role in ({_ACCOUNT_ROLES})", name="role"),
)
Index("users_email_key", text("lower(email)"), unique=True, _table=users)
Index(None, users.c.tenant_id)

collections = Table(
    "collections",
    metadata,
    _id(),
    Column("tenant_id", Uuid, nullable=False),
    Column("name", StorableText, nullable=False),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    Column("options", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("everyone", Text),  # what every user of the tenant may do in it
    _moment("created_at"),
    _moment("deleted_at", nullable=True),
    Column("search", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    UniqueConstraint("id", "tenant_id"),
    _belongs(("tenant_id",), "tenants", ("id",)),
    CheckConstraint("everyone in ('viewer', 'editor')", name="everyone"),
    CheckConstraint("not (is_default and deleted_at is not null)", name="default_stays"),
)
Index(
    "collections_name_key",
    collections.c.tenant_id,
    text("lower(name)"),
    unique=True,
    postgresql_where=text("deleted_at is null"),
)
Index("collections_default_key", collections.c.tenant_id, unique=True, postgresql_where=text("is_default"))

collection_members = Table(
    "collection_members",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("collection_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("collection_id", "user_id"),
    _belongs(("collection_id", "tenant_id"), "collections"),
    _belongs(("user_id", "tenant_id"), "users"),
    CheckConstraint(f"role in ({_ROLES})", name="role"),
)
Index(None, collection_members.c.user_id)

documents = Table(
    "documents",
    metadata,
    _id(),
    Column("tenant_id", Uuid, nullable=False),
    Column("collection_id", Uuid, nullable=False),
    Column("created_by", Uuid),
    Column("active_version", Integer),
    Column("latest_version", Integer, nullable=False, server_default=text("1")),
    _moment("created_at"),
    _moment("deleted_at", nullable=True),
    UniqueConstraint("id", "tenant_id"),
    _belongs(("tenant_id",), "tenants", ("id",)),
    _belongs(("collection_id", "tenant_id"), "collections"),
    ForeignKeyConstraint(
        ("created_by", "tenant_id"), ["users.id", "users.tenant_id"], ondelete="SET NULL (created_by)"
    ),
    CheckConstraint("active_version between 1 and latest_version", name="active_version"),
    CheckConstraint("deleted_at is null or active_version is null", name="deleted_is_not_active"),
)
Index(None, documents.c.tenant_id, documents.c.created_at, postgresql_where=text("deleted_at is null"))
Index(None, documents.c.collection_id)

document_versions = Table(
    "document_versions",
    metadata,
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("filename", StorableText, nullable=False),
    Column("format", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="awaiting_upload"),
    Column("stage", Text),
    Column("declared_bytes", BigInteger, nullable=False),
    Column("size_bytes", BigInteger),
    Column("content_sha256", Text),
    Column("page_count", Integer),
    Column("chunk_count", Integer),  # set when published
    Column("token_count", BigInteger),  # sum of the chunks' lengths in terms, set when published
    Column("embedding_model", Text),  # set when published
    Column("slot_from", Integer),  # number of its first passage among the tenant's; set while it answers
    Column("options", JSONB, nullable=False, server_default=text("'{}'::jsonb")),  # the collection's when it was made
    Column("chunker", Text),  # name and version of what cut it
    Column("metadata", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("warnings", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("language", Text),
    Column("attempt", Integer, nullable=False, server_default=text("0")),  # how often an execution has claimed it
    Column("execution_id", Text),
    Column("error_stage", Text),
    Column("error_code", Text),
    Column("error_message", StorableText),
    Column("error_retryable", Boolean),
    _moment("created_at"),
    _moment("changed_at"),
    _moment("claimed_at", nullable=True),
    _moment("deadline_at", nullable=True),
    _moment("ready_at", nullable=True),
    PrimaryKeyConstraint("document_id", "version"),
    UniqueConstraint("id", "tenant_id"),
    _belongs(("document_id", "tenant_id"), "documents"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("declared_bytes >= 0 and size_bytes >= 0", name="bytes"),
    CheckConstraint(f"status in ({_STATUSES})", name="status"),
    CheckConstraint(f"stage in ({_STAGES})", name="stage"),
    CheckConstraint(f"error_stage in ({_STAGES})", name="error_stage"),
    CheckConstraint(
        "status <> 'processing' or (execution_id is not null and deadline_at is not null)", name="processing_is_claimed"
    ),
    CheckConstraint(
        "(status = 'failed') = (error_code is not null and error_message is not null and error_retryable is not null)",
        name="failed_has_a_reason",
    ),
    CheckConstraint("(status = 'ready') = (ready_at is not null)", name="ready_has_a_time"),
)
Index(
    "document_versions_slot_key",
    document_versions.c.tenant_id,
    document_versions.c.slot_from,
    unique=True,
    postgresql_where=text("slot_from is not null"),
)
Index(
    "document_versions_open_idx",
    document_versions.c.changed_at,
    postgresql_where=text("status in ('awaiting_upload', 'processing')"),
)

stage_progress = Table(
    "stage_progress",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("total", Integer, nullable=False),
    _moment("started_at"),
    _moment("finished_at", nullable=True),
    PrimaryKeyConstraint("version_id", "stage"),
    _belongs(("version_id", "tenant_id"), "document_versions"),
    CheckConstraint(f"stage in ({_STAGES})", name="stage"),
    CheckConstraint("total >= 0", name="total"),
)

# One row a finished unit, so that a unit counts once however often it is reported.
stage_units = Table(
    "stage_units",
    metadata,
    Column("version_id", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    Column("unit", Integer, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    PrimaryKeyConstraint("version_id", "stage", "unit"),
    _belongs(("version_id", "stage"), "stage_progress", ("version_id", "stage")),
    _belongs(("version_id", "tenant_id"), "document_versions"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("version_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("parent", Integer, nullable=False),
    Column("text", StorableText, nullable=False),
    Column("heading_path", ARRAY(Text), nullable=False),
    Column("page_from", Integer),
    Column("page_to", Integer),
    Column("row_from", Integer),
    Column("row_to", Integer),
    Column("sheet", StorableText),
    Column("char_from", Integer, nullable=False),  # in the parsed text of the document
    Column("char_to", Integer, nullable=False),
    Column("language", Text),
    Column("boxes", JSONB, nullable=False),
    Column("spans", JSONB, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("length", Integer, nullable=False),  # number of terms, with repetition
    # The terms and how often each stands in the passage: what publishing and withdrawing a version count
    Column("terms", ARRAY(Text), nullable=False),
    Column("frequencies", ARRAY(SmallInteger), nullable=False),
    # This index alone tells a search what is on some pages; row-level security asks for the tenant.
    UniqueConstraint("version_id", "ordinal", postgresql_include=["tenant_id", "page_from", "page_to"]),
    _belongs(("version_id", "tenant_id"), "document_versions"),
    CheckConstraint("octet_length(content_hash) = 32", name="content_hash"),
)
Index(None, chunks.c.version_id, chunks.c.batch)
Index(None, chunks.c.tenant_id, chunks.c.content_hash)

# Apart from the passages, so that an exact scan reads nothing else. Rows of two models may stand side by side.
vectors = Table(
    "vectors",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("version_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("embedding", HalfVector, nullable=False),
    PrimaryKeyConstraint("version_id", "ordinal", "model"),
    _belongs(("version_id", "ordinal"), "chunks", ("version_id", "ordinal")),
)
# In the row itself: an exact scan would otherwise fetch every vector from the TOAST table.
event.listen(vectors, "after_create", DDL("alter table vectors alter column embedding set storage plain"))  # type: ignore[no-untyped-call]

# The inverted index of BM25: in which passages that answer now a term stands. A passage's slot is `slot_from` of its
# version + its ordinal; a row holds the slots of one block of 2,048, packed as `database/postings.py` says.
postings = Table(
    "postings",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("term", Text, nullable=False),
    Column("block", Integer, nullable=False),
    Column("df", Integer, nullable=False),
    Column("entries", ARRAY(Integer), nullable=False),
    PrimaryKeyConstraint("tenant_id", "term", "block"),
    _belongs(("tenant_id",), "tenants", ("id",)),
    CheckConstraint("octet_length(term) <= 256", name="term"),
    CheckConstraint("df = cardinality(entries) and df > 0", name="df"),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("title", StorableText, nullable=False),
    _moment("created_at"),
    _moment("updated_at"),
    Column("summary", StorableText),  # of the turns up to the message at `summarized_to`
    Column("summarized_to", Integer, nullable=False, server_default=text("-1")),
    UniqueConstraint("id", "tenant_id"),
    _belongs(("user_id", "tenant_id"), "users"),
)
Index(None, conversations.c.user_id, conversations.c.updated_at)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("conversation_id", Uuid, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),  # 0 is the first question
    Column("role", Text, nullable=False),
    Column("content", StorableText, nullable=False),
    Column("grounded", Boolean),
    Column("provider", Text),
    Column("model", Text),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cost_usd", Numeric(14, 9)),
    _moment("created_at"),
    UniqueConstraint("conversation_id", "position"),
    UniqueConstraint("id", "tenant_id"),
    _belongs(("conversation_id", "tenant_id"), "conversations"),
    CheckConstraint("role in ('user', 'assistant')", name="role"),
)

# A record of what was shown: it outlives the document, so that it has no foreign key to it.
citations = Table(
    "citations",
    metadata,
    Column("message_id", Uuid, nullable=False),
    Column("marker", Integer, nullable=False),
    Column("tenant_id", Uuid, nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("filename", StorableText, nullable=False),
    Column("page", Integer),
    Column("row", Integer),
    Column("sheet", StorableText),
    Column("boxes", JSONB, nullable=False),
    Column("quote", StorableText, nullable=False),
    PrimaryKeyConstraint("message_id", "marker"),
    _belongs(("message_id", "tenant_id"), "messages"),
)

# One row an attempt, of calls that failed, too. `key` tells keys apart without telling them.
model_calls = Table(
    "model_calls",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("message_id", Uuid),
    Column("purpose", Text, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("own_key", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("cost_usd", Numeric(14, 9), nullable=False),
    Column("ms", Integer, nullable=False),
    Column("first_token_ms", Integer),
    _moment("asked_at"),
    _belongs(("user_id", "tenant_id"), "users"),
    ForeignKeyConstraint(
        ("message_id", "tenant_id"), ("messages.id", "messages.tenant_id"), ondelete="SET NULL (message_id)"
    ),
)
Index(None, model_calls.c.tenant_id, model_calls.c.asked_at)
Index(None, model_calls.c.message_id)

# Of the platform's money, by user and by tenant (which is then its own `subject`).
spending = Table(
    "spending",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("period", Text, nullable=False),
    Column("starts", Date, nullable=False),
    Column("usd", Numeric(14, 9), nullable=False),
    PrimaryKeyConstraint("tenant_id", "subject", "period", "starts"),
    _belongs(("tenant_id",), "tenants", ("id",)),
    CheckConstraint("period in ('day', 'month')", name="period"),
)

# What a user asked to remember; nobody else sees it.
memories = Table(
    "memories",
    metadata,
    _id(),
    Column("tenant_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("content", StorableText, nullable=False),
    _moment("created_at"),
    _belongs(("user_id", "tenant_id"), "users"),
)
Index(None, memories.c.user_id, memories.c.created_at)

tool_grants = Table(
    "tool_grants",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("collection_id", Uuid, nullable=False),
    Column("server", StorableText, nullable=False),
    Column("tool", StorableText, nullable=False),
    Column("digest", StorableText, nullable=False),
    Column("confirm", Boolean, nullable=False),
    Column("granted_by", Uuid, nullable=False),
    _moment("granted_at"),
    PrimaryKeyConstraint("collection_id", "server", "tool"),
    _belongs(("collection_id", "tenant_id"), "collections"),
)
