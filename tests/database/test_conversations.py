"""Turns are written whole, in order, into a conversation of the user who asks."""

from decimal import Decimal
from uuid import UUID, uuid4

import anyio
import pytest
from sqlalchemy import text

from docqa.core.errors import NotFound
from docqa.core.models import Box, Citation, Identity, Question, Usage
from tests.database.world import World

pytestmark = pytest.mark.anyio

USAGE = Usage(provider="groq", model="m", input_tokens=10, output_tokens=20, cost_usd=0.000123)


def question(user: Identity, words: str, conversation_id: UUID | None = None) -> Question:
    return Question(tenant_id=user.tenant_id, user_id=user.user_id, text=words, conversation_id=conversation_id)


def citation(marker: int, quote: str = "a quote") -> Citation:
    boxes = (Box(page=2, x0=0, y0=1, x1=2, y1=3),)
    return Citation(
        marker=marker, document_id=uuid4(), version=1, filename="f.pdf", page=2, row=7, boxes=boxes, quote=quote
    )


async def save(
    world: World, asked: Question, answer: str = "answer [1]", citations: tuple[Citation, ...] = ()
) -> tuple[UUID, UUID]:
    return await world.conversations.save_turn(
        question=asked, answer=answer, citations=citations, usage=USAGE, grounded=True
    )


async def rows(world: World, statement: str) -> list[tuple[object, ...]]:
    async with world.database.system() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


async def test_first_turn_makes_the_conversation(world: World) -> None:
    user = await world.account()
    evidence = citation(1, "tab\t \x00 quote")
    conversation_id, message_id = await save(world, question(user, "why?" * 50), citations=(evidence, citation(2)))
    await world.conversations.require(user.tenant_id, user.user_id, conversation_id)
    assert await rows(
        world, "select position, role, content, provider, cost_usd, grounded from messages order by position"
    ) == [
        (0, "user", "why?" * 50, None, None, None),
        (1, "assistant", "answer [1]", "groq", Decimal("0.000123"), True),
    ]
    stored = await rows(
        world, "select message_id, marker, document_id, page, row, boxes, quote from citations order by marker"
    )
    assert stored[0] == (
        message_id, 1, evidence.document_id, 2, 7, [evidence.boxes[0].model_dump()], "tab\t  quote",
    )  # fmt: skip
    assert len(stored) == 2


async def test_later_turns_follow_in_order_also_at_once(world: World) -> None:
    user = await world.account()
    conversation_id, _ = await save(world, question(user, "first"))

    async def ask() -> None:
        await save(world, question(user, "more", conversation_id))

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(ask)
    assert await rows(world, "select position, role from messages order by position") == [
        (position, "assistant" if position % 2 else "user") for position in range(10)
    ]


async def test_conversation_of_anybody_else_does_not_exist(world: World) -> None:
    owner, stranger = await world.account(), await world.account()
    conversation_id, _ = await save(world, question(owner, "mine"))
    colleague = Identity(user_id=stranger.user_id, tenant_id=owner.tenant_id, email="c@example.org")
    for user in (stranger, colleague):
        with pytest.raises(NotFound):
            await world.conversations.require(user.tenant_id, user.user_id, conversation_id)
        with pytest.raises(NotFound):
            await save(world, question(user, "theirs", conversation_id))
    assert await rows(world, "select count(*) from messages") == [(2,)]


async def test_turn_that_cannot_be_written_leaves_nothing(world: World) -> None:
    user = await world.account()
    with pytest.raises(Exception, match="citations_pkey"):
        await save(world, question(user, "twice"), citations=(citation(1), citation(1)))
    assert await rows(world, "select count(*) from conversations") == [(0,)]


async def test_the_history_is_the_last_turns_and_what_was_before_them(world: World) -> None:
    user = await world.account()
    conversation_id, _ = await save(world, question(user, "q0"), "a0")
    for number in range(1, 6):
        await save(world, question(user, f"q{number}", conversation_id), f"a{number}")
    who = user.tenant_id, user.user_id, conversation_id
    history = await world.conversations.history(*who, limit=2)
    assert [turn.question for turn in history.turns] == ["q4", "q5"]
    assert [(turn.question, turn.answer) for turn in history.older] == [(f"q{n}", f"a{n}") for n in range(4)]
    assert (history.summary, history.older_to) == ("", 7)
    await world.conversations.save_summary(*who, text="what was said", to=history.older_to)
    await world.conversations.save_summary(*who, text="older", to=3)
    after = await world.conversations.history(*who, limit=2)
    assert (after.summary, after.older) == ("what was said", ())
    assert [turn.question for turn in after.turns] == ["q4", "q5"]


async def test_nobody_reads_the_history_of_another(world: World) -> None:
    user = await world.account()
    conversation_id, _ = await save(world, question(user, "q0"))
    for other in (await world.colleague(user), await world.account()):
        who = other.tenant_id, other.user_id, conversation_id
        assert (await world.conversations.history(*who, limit=5)).turns == ()
        await world.conversations.save_summary(*who, text="mine now", to=99)
    mine = await world.conversations.history(user.tenant_id, user.user_id, conversation_id, limit=5)
    assert (mine.summary, len(mine.turns)) == ("", 1)
