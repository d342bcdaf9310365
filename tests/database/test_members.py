"""Sharing: people join a tenant, collections are given to them and taken away, and one owner stays."""

import uuid
from functools import partial

import anyio
import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, text

from docqa.core.errors import EmailTaken, InvalidInvitation, LastOwner, NotFound
from docqa.core.models import Invitation, Member, Role
from docqa.database.connection import sqlalchemy_url
from docqa.database.migrate import alembic_config, upgrade
from tests.database.conftest import create_database
from tests.database.server import PostgresServer
from tests.database.world import World

pytestmark = pytest.mark.anyio


async def test_who_joins_is_found_by_address_and_sees_what_everyone_sees(world: World) -> None:
    admin = await world.account()
    await world.collection(admin)
    invitation = Invitation(tenant_id=admin.tenant_id, email="Eva@example.org")
    eva = await world.users.join(invitation, password_hash="hash of Eva's")
    assert await world.users.by_email("eva@example.org") == (eva, "hash of Eva's")
    assert eva.tenant_id == admin.tenant_id
    [default] = await world.collections.list_collections(eva)
    assert (default.is_default, default.role, default.everyone) == (True, Role.EDITOR, Role.EDITOR)
    with pytest.raises(EmailTaken):
        await world.users.join(invitation, password_hash="again")


async def test_nobody_joins_a_tenant_that_is_gone(world: World) -> None:
    with pytest.raises(InvalidInvitation):
        await world.users.join(Invitation(tenant_id=uuid.uuid4(), email="eva@example.org"), password_hash="hash")


async def test_the_default_collection_is_owned_by_who_made_the_tenant(world: World) -> None:
    admin = await world.account()
    members = await world.members.list_members(admin.tenant_id, await world.default_collection(admin))
    assert members == [Member(user_id=admin.user_id, email=admin.email, role=Role.OWNER)]


async def test_sharing_names_somebody_by_address_or_id_and_can_be_changed(world: World) -> None:
    admin = await world.account()
    eva = await world.colleague(admin)
    made = await world.collection(admin)
    set_member = partial(world.members.set_member, admin.tenant_id, made)
    assert (await set_member(who=eva.email.upper(), role=Role.VIEWER)).user_id == eva.user_id
    assert await world.access.collection_role(eva, made) == Role.VIEWER
    await set_member(who=str(eva.user_id), role=Role.EDITOR)
    assert await world.access.collection_role(eva, made) == Role.EDITOR
    roles = {member.user_id: member.role for member in await world.members.list_members(admin.tenant_id, made)}
    assert roles == {admin.user_id: Role.OWNER, eva.user_id: Role.EDITOR}
    await world.members.remove_member(admin.tenant_id, made, who=eva.email)
    with pytest.raises(NotFound):
        await world.access.collection_role(eva, made)
    with pytest.raises(NotFound):
        await world.members.remove_member(admin.tenant_id, made, who=eva.email)


async def test_accounts_of_another_tenant_do_not_exist(world: World) -> None:
    admin, stranger = await world.account(), await world.account()
    made = await world.collection(admin)
    for who in (stranger.email, str(stranger.user_id), "nul\x00", ""):
        with pytest.raises(NotFound):
            await world.members.set_member(admin.tenant_id, made, who=who, role=Role.VIEWER)
    for call in (
        world.members.set_member(stranger.tenant_id, made, who=stranger.email, role=Role.OWNER),
        world.members.remove_member(stranger.tenant_id, made, who=admin.email),
        world.members.set_everyone(stranger.tenant_id, made, role=Role.EDITOR),
    ):
        with pytest.raises(NotFound):
            await call
    assert await world.members.list_members(stranger.tenant_id, made) == []


async def test_the_last_owner_stays(world: World) -> None:
    admin = await world.account()
    eva = await world.colleague(admin)
    made = await world.collection(admin)
    with pytest.raises(LastOwner):
        await world.members.remove_member(admin.tenant_id, made, who=admin.email)
    with pytest.raises(LastOwner):
        await world.members.set_member(admin.tenant_id, made, who=admin.email, role=Role.EDITOR)
    await world.share(made, eva, Role.OWNER)
    await world.members.remove_member(admin.tenant_id, made, who=admin.email)
    with pytest.raises(LastOwner):
        await world.members.remove_member(admin.tenant_id, made, who=eva.email)


async def test_of_two_owners_who_remove_each_other_one_stays(world: World) -> None:
    admin = await world.account()
    eva = await world.colleague(admin)
    made = await world.collection(admin)
    await world.share(made, eva, Role.OWNER)

    async def remove_eva() -> None:
        with pytest.raises(LastOwner):
            await world.members.remove_member(admin.tenant_id, made, who=eva.email)

    # The second transaction is Eva, who has not committed yet when she is removed herself
    async with anyio.create_task_group() as group, world.database.transaction(admin.tenant_id) as connection:
        held = {"id": made, "user_id": admin.user_id}
        await connection.execute(text("select from collections where id = :id for no key update"), held)
        removed = text("delete from collection_members where collection_id = :id and user_id = :user_id")
        await connection.execute(removed, held)
        group.start_soon(remove_eva)
        await anyio.sleep(0.5)
    members = await world.members.list_members(admin.tenant_id, made)
    assert [member.user_id for member in members] == [eva.user_id]


def test_what_was_there_before_belongs_to_who_made_it(postgres: PostgresServer) -> None:
    url = create_database(postgres)
    upgrade(url, revision="0003")
    with psycopg.connect(url, options="-c role=docqa_system") as connection:
        connection.execute("""
            with made as (insert into tenants (name) values ('a'), ('b') returning id, name),
                 known as (insert into users (tenant_id, email, password_hash) select id, name || '@x', '' from made)
            insert into collections (tenant_id, name, is_default)
            select id, kind, kind = 'Documents' from made cross join (values ('Documents'), ('More')) kinds(kind)
        """)
    upgrade(url)
    with psycopg.connect(url, options="-c role=docqa_system") as connection:
        rows = connection.execute("""
            select t.name, c.name, c.everyone, u.email, u.role, m.role
              from tenants t
              join collections c on c.tenant_id = t.id
              join collection_members m on m.collection_id = c.id
              join users u on u.id = m.user_id
             order by 1, 2
        """).fetchall()
    assert rows == [
        (name, kind, everyone, f"{name}@x", "admin", "owner")
        for name in ("a", "b")
        for kind, everyone in (("Documents", "editor"), ("More", None))
    ]
    engine = create_engine(sqlalchemy_url(url))
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    engine.dispose()
