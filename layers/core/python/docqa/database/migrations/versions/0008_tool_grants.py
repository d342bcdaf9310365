"""Which tools of other servers the owners of collections have allowed."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    create table tool_grants (
        tenant_id uuid not null,
        collection_id uuid not null,
        server text not null,
        tool text not null,
        digest text not null,
        confirm boolean not null,
        granted_by uuid not null,
        granted_at timestamptz default now() not null,
        constraint tool_grants_pkey primary key (collection_id, server, tool),
        constraint tool_grants_collection_id_tenant_id_fkey
            foreign key (collection_id, tenant_id) references collections (id, tenant_id) on delete cascade
    )
    """,
    "grant select, insert, update, delete on tool_grants to docqa_tenant, docqa_system",
    "alter table tool_grants enable row level security, force row level security",
    "create policy tool_grants_of_tenant on tool_grants to docqa_tenant"
    " using (tenant_id = (select nullif(current_setting('docqa.tenant_id', true), '')::uuid))",
    "create policy tool_grants_of_system on tool_grants to docqa_system using (true)",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table tool_grants")
