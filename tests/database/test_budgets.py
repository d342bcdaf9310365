"""Caps hold for calls made one after the other and side by side, for users and their tenants, by day and month."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from docqa.config import Limits
from docqa.core.errors import BudgetSpent
from docqa.core.models import Identity, Invitation
from docqa.core.models.chat import Asker
from docqa.database.budgets import PostgresBudgets
from docqa.database.connection import Database
from docqa.database.model_calls import PostgresModelCalls
from tests.database.world import World

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIMITS = Limits(user_usd_a_day=1.0, user_usd_a_month=2.0, tenant_usd_a_day=1.5, tenant_usd_a_month=3.0)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def budgets(world: World, clock: Clock, limits: Limits = LIMITS) -> PostgresBudgets:
    return PostgresBudgets(world.database, lambda: limits, now=clock)


def asker(user: Identity) -> Asker:
    return Asker(tenant_id=user.tenant_id, user_id=user.user_id, deadline=0.0)


async def colleague(world: World, user: Identity) -> Identity:
    invitation = Invitation(tenant_id=user.tenant_id, email="colleague@example.org")
    return await world.users.join(invitation, password_hash="x")


async def test_a_user_stays_below_his_days_cap(world: World) -> None:
    user, store = await world.account(), budgets(world, Clock())
    await store.reserve(asker(user), 0.6)
    await store.reserve(asker(user), 0.4)
    with pytest.raises(BudgetSpent, match=r"^Your budget .* this day"):
        await store.reserve(asker(user), 0.000001)
    await store.reserve(asker(user), 0.0)


async def test_the_first_call_may_not_pass_it_either(world: World) -> None:
    user, store = await world.account(), budgets(world, Clock())
    with pytest.raises(BudgetSpent):
        await store.reserve(asker(user), 1.01)
    await store.reserve(asker(user), 1.0)


async def test_what_was_refused_is_not_counted_anywhere(world: World) -> None:
    user, store = await world.account(), budgets(world, Clock())
    other = await colleague(world, user)
    for _ in range(5):
        with pytest.raises(BudgetSpent):
            await store.reserve(asker(user), 1.2)
    await store.reserve(asker(other), 1.0)


async def test_colleagues_share_their_tenants_cap(world: World) -> None:
    user, store = await world.account(), budgets(world, Clock())
    other, stranger = await colleague(world, user), await world.account()
    await store.reserve(asker(user), 0.9)
    with pytest.raises(BudgetSpent, match=r"^Your organisation's budget .* this day"):
        await store.reserve(asker(other), 0.7)
    await store.reserve(asker(other), 0.6)
    await store.reserve(asker(stranger), 1.0)


async def test_a_new_day_is_a_new_budget_and_a_month_has_its_own(world: World) -> None:
    user, clock = await world.account(), Clock()
    clock.now = NOON - timedelta(days=2)
    store = budgets(world, clock)
    await store.reserve(asker(user), 1.0)
    clock.now += timedelta(days=1)
    await store.reserve(asker(user), 1.0)
    clock.now += timedelta(days=1)
    with pytest.raises(BudgetSpent, match=r"^Your budget .* this month"):
        await store.reserve(asker(user), 0.1)
    clock.now += timedelta(days=1)  # December
    await store.reserve(asker(user), 1.0)


async def test_what_was_not_used_comes_back(world: World) -> None:
    user, clock = await world.account(), Clock()
    store = budgets(world, clock)
    reserved = await store.reserve(asker(user), 0.9)
    clock.now += timedelta(days=1)  # settled on the day that it was set aside on
    await store.settle(reserved, 0.1)
    clock.now -= timedelta(days=1)
    await store.reserve(asker(user), 0.9)
    with pytest.raises(BudgetSpent):
        await store.reserve(asker(user), 0.01)


async def test_what_took_more_than_expected_counts_whole(world: World) -> None:
    user, store = await world.account(), budgets(world, Clock())
    await store.settle(await store.reserve(asker(user), 0.5), 0.95)
    with pytest.raises(BudgetSpent):
        await store.reserve(asker(user), 0.06)


async def test_side_by_side_no_more_than_the_cap_is_set_aside(world: World, database_url: str) -> None:
    user = await world.account()
    other = await colleague(world, user)
    wide = Database(database_url, pool_size=8)
    store = PostgresBudgets(wide, lambda: LIMITS, now=Clock())

    async def one(who: Identity) -> bool:
        try:
            await store.reserve(asker(who), 0.1)
        except BudgetSpent:
            return False
        return True

    try:
        passed = await asyncio.gather(*(one(who) for _ in range(20) for who in (user, other)))
    finally:
        await wide.dispose()
    assert sum(passed) == 15  # the tenant's 1.5


async def test_what_is_spent_is_told(world: World) -> None:
    user = await world.account()
    clock = Clock()
    clock.now = datetime.now(UTC)
    await budgets(world, clock).reserve(asker(user), 0.25)
    report = await PostgresModelCalls(world.database).report(
        user.tenant_id, user.user_id, since=NOON, whole_tenant=False
    )
    assert (report.user.day_usd, report.user.month_usd, report.tenant.day_usd) == (0.25, 0.25, 0.25)
