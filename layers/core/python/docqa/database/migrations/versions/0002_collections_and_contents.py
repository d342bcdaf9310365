"""Collections with options for indexing; what reading a document found out; where passages stand in its text."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    create table collections (
        id uuid default gen_random_uuid() not null,
        tenant_id uuid not null,
        name text not null,
        is_default boolean default false not null,
        options jsonb default '{}'::jsonb not null,
        created_at timestamptz default now() not null,
        deleted_at timestamptz,
        constraint collections_pkey primary key (id),
        constraint collections_id_tenant_id_key unique (id, tenant_id),
        constraint collections_tenant_id_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
        constraint collections_default_stays_check check (not (is_default and deleted_at is not null))
    )
    """,
    "create unique index collections_name_key on collections (tenant_id, lower(name)) where deleted_at is null",
    "create unique index collections_default_key on collections (tenant_id) where is_default",
    "insert into collections (tenant_id, name, is_default) select id, 'Documents', true from tenants",
    "alter table documents add column collection_id uuid",
    "update documents d set collection_id = c.id from collections c where c.tenant_id = d.tenant_id and c.is_default",
    """
    alter table documents
        alter column collection_id set not null,
        add constraint documents_collection_id_tenant_id_fkey
            foreign key (collection_id, tenant_id) references collections (id, tenant_id) on delete cascade
    """,
    "create index documents_collection_id_idx on documents (collection_id)",
    """
    alter table document_versions
        add column options jsonb default '{}'::jsonb not null,
        add column chunker text,
        add column metadata jsonb default '{}'::jsonb not null,
        add column warnings jsonb default '[]'::jsonb not null,
        add column language text
    """,
    # Passages of before say nothing of where they stand in the text: an empty place.
    """
    alter table chunks
        add column sheet text,
        add column char_from integer default 0 not null,
        add column char_to integer default 0 not null,
        add column language text,
        add column spans jsonb default '[]'::jsonb not null
    """,
    """
    alter table chunks
        alter column char_from drop default,
        alter column char_to drop default,
        alter column spans drop default
    """,
    "alter table citations add column sheet text",
)
DOWNGRADE = (
    "alter table citations drop column sheet",
    """
    alter table chunks
        drop column sheet, drop column char_from, drop column char_to, drop column language, drop column spans
    """,
    """
    alter table document_versions
        drop column options, drop column chunker, drop column metadata, drop column warnings, drop column language
    """,
    "alter table documents drop column collection_id",
    "drop table collections",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
