"""Row-level security: what forgets its tenant finds nothing, and nobody reaches the rows of another one."""

import uuid

import psycopg
import pytest
from sqlalchemy import insert, select, text

from docqa.config import Limits
from docqa.core.errors import NotFound
from docqa.core.models import Identity
from docqa.core.models.chat import Asker, Attempt, Receipt
from docqa.database.budgets import PostgresBudgets
from docqa.database.connection import Database
from docqa.database.model_calls import PostgresModelCalls
from docqa.database.tables import collections, memories, metadata, tool_grants
from tests.database.test_conversations import citation, question, save
from tests.database.world import World

pytestmark = pytest.mark.anyio

TABLES = sorted(metadata.tables)


async def filled(world: World) -> uuid.UUID:
    """A tenant with a row in each table, beside another one that has the same."""
    found = uuid.UUID(int=0)
    for _ in range(2):
        owner = await world.account()
        await world.document(owner, "the lamp", "the stone")
        await save(world, question(owner, "Which lamp?"), citations=(citation(1),))
        await asked_of_models(world, owner)
        found = owner.tenant_id
    return found


async def asked_of_models(world: World, owner: Identity) -> None:
    """A call, what it cost, something to remember, and a tool that is allowed."""
    attempt = Attempt(provider="groq", model="m", outcome="ok")
    receipt = Receipt(purpose="generate", attempts=(attempt,))
    await PostgresModelCalls(world.database).record(owner.tenant_id, owner.user_id, [receipt])
    asker = Asker(tenant_id=owner.tenant_id, user_id=owner.user_id, deadline=0.0)
    await PostgresBudgets(world.database, Limits).reserve(asker, 0.1)
    async with world.database.transaction(owner.tenant_id) as connection:
        values = {"tenant_id": owner.tenant_id, "user_id": owner.user_id, "content": "I live in Bergen."}
        await connection.execute(insert(memories).values(**values))
        collection_id = (await connection.execute(select(collections.c.id).limit(1))).scalar_one()
        granted = {"collection_id": collection_id, "server": "s", "tool": "t", "digest": "d", "confirm": True}
        values = {"tenant_id": owner.tenant_id, "granted_by": owner.user_id, **granted}
        await connection.execute(insert(tool_grants).values(**values))


async def counts(database: Database, tenant_id: uuid.UUID | None) -> dict[str, int]:
    """Rows that a statement without any filter sees in each table."""
    async with database._begun() if tenant_id is None else database.transaction(tenant_id) as connection:
        return {
            table: (await connection.execute(text(f"select count(*) from {table}"))).scalar_one() for table in TABLES
        }


async def test_a_query_without_a_tenant_finds_nothing(world: World) -> None:
    await filled(world)
    assert await counts(world.database, None) == dict.fromkeys(TABLES, 0)


async def test_a_query_without_a_filter_finds_the_rows_of_the_tenant_alone(world: World) -> None:
    tenant_id = await filled(world)
    mine = await counts(world.database, tenant_id)
    async with world.database.system() as connection:
        for table in TABLES:
            every = (await connection.execute(text(f"select count(*) from {table}"))).scalar_one()
            assert 0 < mine[table] == every / 2, table


async def test_a_tenant_that_is_not_there_sees_nothing(world: World) -> None:
    await filled(world)
    assert await counts(world.database, uuid.uuid4()) == dict.fromkeys(TABLES, 0)


async def test_the_scope_ends_with_its_transaction(world: World) -> None:
    tenant_id = await filled(world)
    for _ in range(2):
        assert sum((await counts(world.database, tenant_id)).values()) > 0
        assert sum((await counts(world.database, None)).values()) == 0
    async with world.database.system():
        pass
    assert sum((await counts(world.database, None)).values()) == 0


@pytest.mark.parametrize("table", TABLES)
async def test_rows_of_another_tenant_cannot_be_changed_or_made(world: World, table: str) -> None:
    tenant_id = await filled(world)
    column = "id" if table == "tenants" else "tenant_id"
    async with world.database.transaction(uuid.uuid4()) as connection:
        assert (await connection.execute(text(f"delete from {table}"))).rowcount == 0
        assert (await connection.execute(text(f"update {table} set {column} = {column}"))).rowcount == 0
    with pytest.raises(Exception, match="row-level security"):
        async with world.database.transaction(tenant_id) as connection:
            await connection.execute(text(f"update {table} set {column} = gen_random_uuid()"))


def test_the_owner_of_the_tables_is_held_too(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        held = connection.execute("""
            select relname, relrowsecurity and relforcerowsecurity
              from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
        """).fetchall()
    assert {name for name, secured in held if secured} == set(TABLES)
    assert {name for name, secured in held if not secured} == {"alembic_version"}


async def test_accounts_are_found_across_tenants_only_to_sign_in(world: World) -> None:
    owner = await world.account()
    assert (await world.users.by_email(owner.email)) is not None
    with pytest.raises(NotFound):
        await world.documents.get((await world.account()).tenant_id, uuid.uuid4())
