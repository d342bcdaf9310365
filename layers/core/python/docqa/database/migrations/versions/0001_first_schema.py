"""The first schema: tenants, documents with their versions and progress, the index, conversations."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    create table tenants (
        id uuid default gen_random_uuid() not null,
        name text not null,
        epoch bigint default 0 not null,
        created_at timestamptz default now() not null,
        constraint tenants_pkey primary key (id)
    )
    """,
    """
    create table users (
        id uuid default gen_random_uuid() not null,
        tenant_id uuid not null,
        email text not null,
        password_hash text not null,
        created_at timestamptz default now() not null,
        constraint users_pkey primary key (id),
        constraint users_id_tenant_id_key unique (id, tenant_id),
        constraint users_tenant_id_fkey foreign key (tenant_id) references tenants (id) on delete cascade
    )
    """,
    """
    create table documents (
        id uuid default gen_random_uuid() not null,
        tenant_id uuid not null,
        created_by uuid,
        active_version integer,
        latest_version integer default 1 not null,
        created_at timestamptz default now() not null,
        deleted_at timestamptz,
        constraint documents_pkey primary key (id),
        constraint documents_id_tenant_id_key unique (id, tenant_id),
        constraint documents_tenant_id_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
        constraint documents_created_by_tenant_id_fkey
            foreign key (created_by, tenant_id) references users (id, tenant_id) on delete set null (created_by),
        constraint documents_active_version_check check (active_version between 1 and latest_version),
        constraint documents_deleted_is_not_active_check check (deleted_at is null or active_version is null)
    )
    """,
    """
    create table document_versions (
        id bigint generated always as identity,
        document_id uuid not null,
        version integer not null,
        tenant_id uuid not null,
        filename text not null,
        format text not null,
        status text default 'awaiting_upload' not null,
        stage text,
        declared_bytes bigint not null,
        size_bytes bigint,
        content_sha256 text,
        page_count integer,
        chunk_count integer,
        token_count bigint,
        embedding_model text,
        attempt integer default 0 not null,
        execution_id text,
        error_stage text,
        error_code text,
        error_message text,
        error_retryable boolean,
        created_at timestamptz default now() not null,
        changed_at timestamptz default now() not null,
        claimed_at timestamptz,
        deadline_at timestamptz,
        ready_at timestamptz,
        constraint document_versions_pkey primary key (document_id, version),
        constraint document_versions_id_tenant_id_key unique (id, tenant_id),
        constraint document_versions_document_id_tenant_id_fkey
            foreign key (document_id, tenant_id) references documents (id, tenant_id) on delete cascade,
        constraint document_versions_version_check check (version >= 1),
        constraint document_versions_bytes_check check (declared_bytes >= 0 and size_bytes >= 0),
        constraint document_versions_status_check
            check (status in ('awaiting_upload', 'processing', 'ready', 'failed')),
        constraint document_versions_stage_check check (stage in ('claim', 'parse', 'chunk', 'embed', 'publish')),
        constraint document_versions_error_stage_check
            check (error_stage in ('claim', 'parse', 'chunk', 'embed', 'publish')),
        constraint document_versions_processing_is_claimed_check
            check (status <> 'processing' or (execution_id is not null and deadline_at is not null)),
        constraint document_versions_failed_has_a_reason_check
            check (
                (status = 'failed')
                = (error_code is not null and error_message is not null and error_retryable is not null)
            ),
        constraint document_versions_ready_has_a_time_check check ((status = 'ready') = (ready_at is not null))
    )
    """,
    """
    create table stage_progress (
        version_id bigint not null,
        stage text not null,
        tenant_id uuid not null,
        total integer not null,
        started_at timestamptz default now() not null,
        finished_at timestamptz,
        constraint stage_progress_pkey primary key (version_id, stage),
        constraint stage_progress_version_id_tenant_id_fkey
            foreign key (version_id, tenant_id) references document_versions (id, tenant_id) on delete cascade,
        constraint stage_progress_stage_check check (stage in ('claim', 'parse', 'chunk', 'embed', 'publish')),
        constraint stage_progress_total_check check (total >= 0)
    )
    """,
    """
    create table stage_units (
        version_id bigint not null,
        stage text not null,
        unit integer not null,
        tenant_id uuid not null,
        constraint stage_units_pkey primary key (version_id, stage, unit),
        constraint stage_units_version_id_stage_fkey
            foreign key (version_id, stage) references stage_progress (version_id, stage) on delete cascade,
        constraint stage_units_version_id_tenant_id_fkey
            foreign key (version_id, tenant_id) references document_versions (id, tenant_id) on delete cascade
    )
    """,
    """
    create table chunks (
        id uuid not null,
        tenant_id uuid not null,
        version_id bigint not null,
        ordinal integer not null,
        batch integer not null,
        parent integer not null,
        text text not null,
        heading_path text[] not null,
        page_from integer,
        page_to integer,
        row_from integer,
        row_to integer,
        boxes jsonb not null,
        content_hash bytea not null,
        length integer not null,
        embedding_model text not null,
        embedding vector(384) not null,
        constraint chunks_pkey primary key (id),
        constraint chunks_version_id_ordinal_key unique (version_id, ordinal),
        constraint chunks_version_id_tenant_id_fkey
            foreign key (version_id, tenant_id) references document_versions (id, tenant_id) on delete cascade,
        constraint chunks_content_hash_check check (octet_length(content_hash) = 32)
    )
    """,
    """
    create table postings (
        tenant_id uuid not null,
        term text not null,
        version_id bigint not null,
        ordinal integer not null,
        tf integer not null,
        length integer not null,
        constraint postings_pkey primary key (tenant_id, term, version_id, ordinal) include (tf, length),
        constraint postings_version_id_ordinal_fkey
            foreign key (version_id, ordinal) references chunks (version_id, ordinal) on delete cascade,
        constraint postings_term_check check (octet_length(term) <= 256),
        constraint postings_tf_check check (tf between 1 and length)
    )
    """,
    """
    create table conversations (
        id uuid default gen_random_uuid() not null,
        tenant_id uuid not null,
        user_id uuid not null,
        title text not null,
        created_at timestamptz default now() not null,
        updated_at timestamptz default now() not null,
        constraint conversations_pkey primary key (id),
        constraint conversations_id_tenant_id_key unique (id, tenant_id),
        constraint conversations_user_id_tenant_id_fkey
            foreign key (user_id, tenant_id) references users (id, tenant_id) on delete cascade
    )
    """,
    """
    create table messages (
        id uuid default gen_random_uuid() not null,
        conversation_id uuid not null,
        tenant_id uuid not null,
        position integer not null,
        role text not null,
        content text not null,
        grounded boolean,
        provider text,
        model text,
        input_tokens integer,
        output_tokens integer,
        cost_usd numeric(12, 6),
        created_at timestamptz default now() not null,
        constraint messages_pkey primary key (id),
        constraint messages_conversation_id_position_key unique (conversation_id, position),
        constraint messages_id_tenant_id_key unique (id, tenant_id),
        constraint messages_conversation_id_tenant_id_fkey
            foreign key (conversation_id, tenant_id) references conversations (id, tenant_id) on delete cascade,
        constraint messages_role_check check (role in ('user', 'assistant'))
    )
    """,
    """
    create table citations (
        message_id uuid not null,
        marker integer not null,
        tenant_id uuid not null,
        document_id uuid not null,
        version integer not null,
        filename text not null,
        page integer,
        row integer,
        boxes jsonb not null,
        quote text not null,
        constraint citations_pkey primary key (message_id, marker),
        constraint citations_message_id_tenant_id_fkey
            foreign key (message_id, tenant_id) references messages (id, tenant_id) on delete cascade
    )
    """,
)

INDEXES = (
    "create unique index users_email_key on users (lower(email))",
    "create index users_tenant_id_idx on users (tenant_id)",
    """
    create index documents_tenant_id_created_at_idx on documents (tenant_id, created_at)
    where deleted_at is null
    """,
    """
    create index document_versions_open_idx on document_versions (changed_at)
    where status in ('awaiting_upload', 'processing')
    """,
    "create index chunks_tenant_id_content_hash_idx on chunks (tenant_id, content_hash)",
    "create index chunks_version_id_batch_idx on chunks (version_id, batch)",
    "create index postings_version_id_ordinal_idx on postings (version_id, ordinal)",
    "create index conversations_user_id_updated_at_idx on conversations (user_id, updated_at)",
)


def upgrade() -> None:
    op.execute("create extension if not exists vector")
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    # In the row itself: an exact scan would otherwise fetch every vector from the TOAST table.
    op.execute("alter table chunks alter column embedding set storage plain")


def downgrade() -> None:
    op.execute(
        "drop table citations, messages, conversations, postings, chunks, stage_units, stage_progress,"
        " document_versions, documents, users, tenants"
    )
