"""Calls of language models with what they cost, what was spent of the budgets, and what users asked to remember."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("model_calls", "spending", "memories")

UPGRADE = (
    """
    create table model_calls (
        id bigint generated always as identity,
        tenant_id uuid not null,
        user_id uuid not null,
        message_id uuid,
        purpose text not null,
        attempt smallint not null,
        provider text not null,
        model text not null,
        key text not null,
        own_key boolean not null,
        outcome text not null,
        input_tokens integer not null,
        output_tokens integer not null,
        cached_tokens integer not null,
        estimated boolean not null,
        cost_usd numeric(14, 9) not null,
        ms integer not null,
        first_token_ms integer,
        asked_at timestamptz default now() not null,
        constraint model_calls_pkey primary key (id),
        constraint model_calls_user_id_tenant_id_fkey
            foreign key (user_id, tenant_id) references users (id, tenant_id) on delete cascade,
        constraint model_calls_message_id_tenant_id_fkey
            foreign key (message_id, tenant_id) references messages (id, tenant_id) on delete set null (message_id)
    )
    """,
    "create index model_calls_tenant_id_asked_at_idx on model_calls (tenant_id, asked_at)",
    "create index model_calls_message_id_idx on model_calls (message_id)",
    """
    create table spending (
        tenant_id uuid not null,
        subject uuid not null,
        period text not null,
        starts date not null,
        usd numeric(14, 9) not null,
        constraint spending_pkey primary key (tenant_id, subject, period, starts),
        constraint spending_tenant_id_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
        constraint spending_period_check check (period in ('day', 'month'))
    )
    """,
    """
    create table memories (
        id uuid default gen_random_uuid() not null,
        tenant_id uuid not null,
        user_id uuid not null,
        content text not null,
        created_at timestamptz default now() not null,
        constraint memories_pkey primary key (id),
        constraint memories_user_id_tenant_id_fkey
            foreign key (user_id, tenant_id) references users (id, tenant_id) on delete cascade
    )
    """,
    "create index memories_user_id_created_at_idx on memories (user_id, created_at)",
    "alter table conversations add column summary text, add column summarized_to integer default -1 not null",
    "alter table users add column provider_chain text",
    # a short answer of a cheap model costs less than a millionth
    "alter table messages alter column cost_usd type numeric(14, 9)",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)
    for table in TABLES:
        op.execute(f"grant select, insert, update, delete on {table} to docqa_tenant, docqa_system")
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(
            f"create policy {table}_of_tenant on {table} to docqa_tenant"
            " using (tenant_id = (select nullif(current_setting('docqa.tenant_id', true), '')::uuid))"
        )
        op.execute(f"create policy {table}_of_system on {table} to docqa_system using (true)")


def downgrade() -> None:
    op.execute("alter table messages alter column cost_usd type numeric(12, 6)")
    op.execute("alter table users drop column provider_chain")
    op.execute("alter table conversations drop column summarized_to, drop column summary")
    for table in TABLES:
        op.execute(f"drop table {table}")
