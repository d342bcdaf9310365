"""Every attempt is kept, with the turn that it belongs to or by itself; everybody sees what is his."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from docqa.core.models import Identity, Invitation, Question, Usage
from docqa.core.models.chat import Attempt, Receipt, TokenUsage
from docqa.core.models.usage import UsageReport
from docqa.database.model_calls import PostgresModelCalls
from tests.database.world import World

pytestmark = pytest.mark.anyio

FAILED = Attempt(provider="groq", model="small", key="k1", outcome="provider_timeout", ms=15000.4)
ANSWERED = Attempt(
    provider="openai",
    model="luna",
    key="k2",
    own_key=True,
    outcome="ok",
    ms=812.6,
    first_token_ms=301.2,
    usage=TokenUsage(input_tokens=900, output_tokens=80, cached_tokens=100),
    cost_usd=0.0000123,
)
SKIPPED = Attempt(provider="cohere", model="r7b", outcome="skipped_budget")
RECEIPTS = (
    Receipt(purpose="grade", attempts=(SKIPPED, ANSWERED)),
    Receipt(purpose="generate", attempts=(FAILED, ANSWERED)),
)


async def rows(world: World, columns: str) -> list[tuple[object, ...]]:
    async with world.database.system() as connection:
        found = await connection.execute(text(f"select {columns} from model_calls order by id"))
        return [tuple(row) for row in found]


async def save(world: World, user: Identity) -> tuple[object, ...]:
    question = Question(tenant_id=user.tenant_id, user_id=user.user_id, text="why?")
    usage = Usage(provider="openai", model="luna", cost_usd=0.0000246)
    return await world.conversations.save_turn(
        question=question, answer="because", citations=(), usage=usage, grounded=True, receipts=RECEIPTS
    )


async def report(world: World, user: Identity, *, days: int = 1, whole_tenant: bool = False) -> UsageReport:
    since = datetime.now(UTC) - timedelta(days=days)
    calls = PostgresModelCalls(world.database)
    return await calls.report(user.tenant_id, user.user_id, since=since, whole_tenant=whole_tenant)


async def test_calls_are_stored_with_their_turn(world: World) -> None:
    user = await world.account()
    _, message_id = await save(world, user)
    assert await rows(world, "message_id, purpose, attempt, provider, key, own_key, outcome") == [
        (message_id, "grade", 1, "cohere", "", False, "skipped_budget"),
        (message_id, "grade", 2, "openai", "k2", True, "ok"),
        (message_id, "generate", 1, "groq", "k1", False, "provider_timeout"),
        (message_id, "generate", 2, "openai", "k2", True, "ok"),
    ]
    assert (await rows(world, "input_tokens, output_tokens, cached_tokens, cost_usd, ms, first_token_ms"))[1:3] == [
        (900, 80, 100, Decimal("0.000012300"), 813, 301),
        (0, 0, 0, Decimal(0), 15000, None),
    ]


async def test_calls_without_an_answer_are_stored_too(world: World) -> None:
    user = await world.account()
    calls = PostgresModelCalls(world.database)
    await calls.record(user.tenant_id, user.user_id, [Receipt(purpose="generate", attempts=(FAILED,))])
    await calls.record(user.tenant_id, user.user_id, [Receipt(purpose="generate", attempts=())])
    assert await rows(world, "message_id, outcome") == [(None, "provider_timeout")]


async def test_calls_outlive_the_conversation(world: World) -> None:
    user = await world.account()
    await save(world, user)
    async with world.database.system() as connection:
        await connection.execute(text("delete from conversations"))
    assert await rows(world, "message_id, tenant_id") == [(None, user.tenant_id)] * 4


async def test_the_report_counts_by_day_and_model(world: World) -> None:
    user = await world.account()
    await save(world, user)
    await save(world, user)
    found = (await report(world, user)).rows
    assert [(row.provider, row.own_key, row.answered, row.failed, row.input_tokens) for row in found] == [
        ("openai", True, 4, 0, 3600),
        ("groq", False, 0, 2, 0),
    ]
    assert found[0].cost_usd == pytest.approx(4 * 0.0000123)
    assert found[0].day == datetime.now(UTC).date()


async def test_everybody_sees_his_own_and_the_whole_on_request(world: World) -> None:
    user, stranger = await world.account(), await world.account()
    invitation = Invitation(tenant_id=user.tenant_id, email="colleague@example.org")
    other = await world.users.join(invitation, password_hash="x")
    await save(world, user)
    assert (await report(world, other)).rows == ()
    assert len((await report(world, other, whole_tenant=True)).rows) == 2
    assert (await report(world, stranger, whole_tenant=True)).rows == ()
    assert (await report(world, user, days=0)).rows == ()
