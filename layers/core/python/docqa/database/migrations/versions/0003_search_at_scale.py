"""Packed postings with kept statistics, vectors in a table of their own, and row-level security.

Data moved by a later migration must be touched as `docqa_system` (`set local role`): row-level security is forced, so
that the owner of the tables sees no row.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SECURED = {
    "tenants": "id",
    **dict.fromkeys(
        (
            "users",
            "collections",
            "documents",
            "document_versions",
            "stage_progress",
            "stage_units",
            "chunks",
            "vectors",
            "postings",
            "conversations",
            "messages",
            "citations",
        ),
        "tenant_id",
    ),
}

ROLES = """
    do $$
    declare name text;
    begin
        foreach name in array array['docqa_tenant', 'docqa_system'] loop
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object or unique_violation then null;
            end;
            if not pg_has_role(session_user, name, 'set') then
                execute format('grant %I to %I with inherit false, set true', name, session_user);
            end if;
            execute format('grant usage on schema public to %I', name);
            execute format('grant select, insert, update, delete on all tables in schema public to %I', name);
            execute format(
                'alter default privileges in schema public grant select, insert, update, delete on tables to %I', name
            );
            execute format('revoke insert, update, delete on alembic_version from %I', name);
        end loop;
    end $$
"""

UPGRADE = (
    """
    alter table tenants
        add column chunk_count bigint default 0 not null,
        add column token_count bigint default 0 not null,
        add column next_slot integer default 0 not null,
        add column embedding_model text,
        add column next_embedding_model text
    """,
    "alter table document_versions add column slot_from integer",
    """
    create unique index document_versions_slot_key on document_versions (tenant_id, slot_from)
    where slot_from is not null
    """,
    """
    alter table chunks
        add column terms text[] default '{}' not null,
        add column frequencies smallint[] default '{}' not null
    """,
    """
    update chunks c
       set terms = p.terms, frequencies = p.frequencies
      from (select version_id, ordinal, array_agg(term order by term) as terms,
                   array_agg(least(tf, 32767)::smallint order by term) as frequencies
              from postings
             group by version_id, ordinal) p
     where p.version_id = c.version_id and p.ordinal = c.ordinal
    """,
    "alter table chunks alter column terms drop default, alter column frequencies drop default",
    """
    create table vectors (
        tenant_id uuid not null,
        version_id bigint not null,
        ordinal integer not null,
        model text not null,
        embedding halfvec not null,
        constraint vectors_pkey primary key (version_id, ordinal, model),
        constraint vectors_version_id_ordinal_fkey
            foreign key (version_id, ordinal) references chunks (version_id, ordinal) on delete cascade
    )
    """,
    # In the row itself: an exact scan would otherwise fetch every vector from the TOAST table.
    "alter table vectors alter column embedding set storage plain",
    """
    insert into vectors (tenant_id, version_id, ordinal, model, embedding)
    select tenant_id, version_id, ordinal, embedding_model, embedding::halfvec from chunks
    """,
    "alter table chunks drop column embedding, drop column embedding_model",
    """
    update document_versions v
       set slot_from = placed.slot_from
      from (select w.id, (sum(w.chunk_count) over (partition by w.tenant_id order by w.id) - w.chunk_count) as slot_from
              from document_versions w
              join documents d on d.id = w.document_id and d.active_version = w.version
             where d.deleted_at is null and w.chunk_count > 0) placed
     where placed.id = v.id
    """,
    """
    update tenants t
       set chunk_count = c.chunks, token_count = c.tokens, next_slot = c.chunks, embedding_model = c.model
      from (select tenant_id, sum(chunk_count) as chunks, sum(token_count) as tokens, min(embedding_model) as model
              from document_versions
             where slot_from is not null
             group by tenant_id) c
     where c.tenant_id = t.id
    """,
    "drop table postings",
    """
    create table postings (
        tenant_id uuid not null,
        term text not null,
        block integer not null,
        df integer not null,
        entries integer[] not null,
        constraint postings_pkey primary key (tenant_id, term, block),
        constraint postings_tenant_id_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
        constraint postings_term_check check (octet_length(term) <= 256),
        constraint postings_df_check check (df = cardinality(entries) and df > 0)
    )
    """,
    """
    insert into postings (tenant_id, term, block, df, entries)
    select tenant_id, term, slot / 2048, count(*),
           array_agg(((slot % 2048) << 20) | (least(tf, 255) << 12) | least(length, 4095) order by slot)
      from (select c.tenant_id, v.slot_from + c.ordinal as slot, c.length, u.term, u.tf
              from chunks c
              join document_versions v on v.id = c.version_id and v.slot_from is not null
              cross join unnest(c.terms, c.frequencies) as u(term, tf)) found
     group by tenant_id, term, slot / 2048
    """,
    ROLES,
    *(
        statement
        for table, column in SECURED.items()
        for statement in (
            f"alter table {table} enable row level security, force row level security",
            f"""
            create policy {table}_of_tenant on {table} to docqa_tenant
            using ({column} = (select nullif(current_setting('docqa.tenant_id', true), '')::uuid))
            """,
            f"create policy {table}_of_system on {table} to docqa_system using (true)",
        )
    ),
)

DOWNGRADE = (
    *(
        statement
        for table in SECURED
        for statement in (
            f"alter table {table} disable row level security, no force row level security",
            f"drop policy {table}_of_tenant on {table}",
            f"drop policy {table}_of_system on {table}",
        )
    ),
    "drop table postings",
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
    insert into postings (tenant_id, term, version_id, ordinal, tf, length)
    select c.tenant_id, u.term, c.version_id, c.ordinal, u.tf, c.length
      from chunks c cross join unnest(c.terms, c.frequencies) as u(term, tf)
    """,
    "create index postings_version_id_ordinal_idx on postings (version_id, ordinal)",
    "alter table chunks add column embedding_model text, add column embedding vector(384)",
    "alter table chunks alter column embedding set storage plain",
    """
    update chunks c
       set embedding_model = e.model, embedding = e.embedding::vector(384)
      from vectors e
     where e.version_id = c.version_id and e.ordinal = c.ordinal and vector_dims(e.embedding::vector) = 384
    """,
    "alter table chunks alter column embedding set not null, alter column embedding_model set not null",
    "drop table vectors",
    "alter table chunks drop column terms, drop column frequencies",
    "alter table document_versions drop column slot_from",
    "alter table tenants drop column chunk_count, drop column token_count, drop column next_slot,"
    " drop column embedding_model, drop column next_embedding_model",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
