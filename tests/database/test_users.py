"""Accounts: a tenant of its own for each, one account an e-mail address."""

from contextlib import suppress

import anyio
import pytest

from docqa.core.errors import EmailTaken
from docqa.core.models import Identity
from tests.database.world import World

pytestmark = pytest.mark.anyio


async def test_registered_account_is_found_without_case(world: World) -> None:
    identity = await world.users.register(email="Ada@Example.org", password_hash="secret hash")
    assert await world.users.by_email("ada@EXAMPLE.org") == (identity, "secret hash")
    assert identity.email == "Ada@Example.org"


async def test_each_account_has_a_tenant_of_its_own(world: World) -> None:
    assert (await world.account()).tenant_id != (await world.account()).tenant_id


@pytest.mark.parametrize("email", ["nobody@example.org", "", "nul\x00@example.org", "' or true --"])
async def test_unknown_address(world: World, email: str) -> None:
    await world.account()
    assert await world.users.by_email(email) is None


async def test_taken_address_in_another_case_leaves_no_tenant_behind(world: World) -> None:
    await world.users.register(email="ada@example.org", password_hash="first")
    with pytest.raises(EmailTaken):
        await world.users.register(email="ADA@example.org", password_hash="second")
    assert await world.scalar("select count(*) from tenants") == 1


async def test_ten_registrations_of_one_address_make_one_account(world: World) -> None:
    made: list[Identity] = []

    async def register() -> None:
        with suppress(EmailTaken):
            made.append(await world.users.register(email="ada@example.org", password_hash="hash"))

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(register)
    assert len(made) == 1
    assert await world.scalar("select count(*) from users") == 1
