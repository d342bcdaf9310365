"""Users join tenants; collections are shared with them by roles."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UPGRADE = (
    # Up to here every user has made a tenant.
    """
    alter table users
        add column role text default 'admin' not null,
        add constraint users_role_check check (role in ('admin', 'member'))
    """,
    "alter table users alter column role drop default",
    """
    alter table collections
        add column everyone text,
        add constraint collections_everyone_check check (everyone in ('viewer', 'editor'))
    """,
    """
    create table collection_members (
        tenant_id uuid not null,
        collection_id uuid not null,
        user_id uuid not null,
        role text not null,
        constraint collection_members_pkey primary key (collection_id, user_id),
        constraint collection_members_collection_id_tenant_id_fkey
            foreign key (collection_id, tenant_id) references collections (id, tenant_id) on delete cascade,
        constraint collection_members_user_id_tenant_id_fkey
            foreign key (user_id, tenant_id) references users (id, tenant_id) on delete cascade,
        constraint collection_members_role_check check (role in ('viewer', 'editor', 'owner'))
    )
    """,
    "create index collection_members_user_id_idx on collection_members (user_id)",
    "grant select, insert, update, delete on collection_members to docqa_tenant, docqa_system",
    "alter table collection_members enable row level security, force row level security",
    """
    create policy collection_members_of_tenant on collection_members to docqa_tenant
    using (tenant_id = (select nullif(current_setting('docqa.tenant_id', true), '')::uuid))
    """,
    "create policy collection_members_of_system on collection_members to docqa_system using (true)",
    "set local role docqa_system",
    "update collections set everyone = 'editor' where is_default",
    """
    insert into collection_members (tenant_id, collection_id, user_id, role)
    select distinct on (c.id) c.tenant_id, c.id, u.id, 'owner'
      from collections c
      join users u on u.tenant_id = c.tenant_id
     order by c.id, u.created_at, u.id
    """,
    "reset role",
)
DOWNGRADE = (
    "drop table collection_members",
    "alter table collections drop column everyone",
    "alter table users drop column role",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
