"""`ConversationStore`: what was asked and answered, turn by turn."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import NotFound
from docqa.core.models import Citation, History, Question, Turn, Usage
from docqa.core.models.chat import Receipt
from docqa.database.connection import Database
from docqa.database.model_calls import written_with
from docqa.database.tables import citations as citation_rows
from docqa.database.tables import conversations, messages

_TITLE_LENGTH = 80

OLDER = 20
"""Turns before the last ones that are read to be summarized."""

_TURNS = text("""
    select c.summary, q.position, q.content as question, a.content as answer
      from conversations c
      join messages q on q.conversation_id = c.id and q.role = 'user' and q.position > c.summarized_to
      join messages a on a.conversation_id = c.id and a.position = q.position + 1
     where c.id = :conversation_id and c.user_id = :user_id
     order by q.position desc
     limit :limit
""")


class PostgresConversations:
    """A conversation belongs to one user; to everybody else, in the same tenant too, it does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_turn(
        self,
        *,
        question: Question,
        answer: str,
        citations: Sequence[Citation],
        usage: Usage,
        grounded: bool,
        receipts: Sequence[Receipt] = (),
    ) -> tuple[UUID, UUID]:
        """One transaction; (conversation id, id of the answer's message). Raises NotFound."""
        async with self._database.transaction(question.tenant_id) as connection:
            if question.conversation_id is None:
                conversation_id = await _create(connection, question)
            else:
                conversation_id = question.conversation_id
                await _touch(connection, question.tenant_id, question.user_id, conversation_id)
            position = await _next_position(connection, conversation_id)
            message = {"conversation_id": conversation_id, "tenant_id": question.tenant_id}
            await connection.execute(
                insert(messages).values(**message, position=position, role="user", content=question.text)
            )
            written = await connection.execute(
                insert(messages)
                .values(
                    **message,
                    position=position + 1,
                    role="assistant",
                    content=answer,
                    grounded=grounded,
                    provider=usage.provider,
                    model=usage.model,
                    input_tokens=usage.input_tokens,
                    output_tokens=usage.output_tokens,
                    cost_usd=Decimal(repr(usage.cost_usd)),
                )
                .returning(messages.c.id)
            )
            message_id: UUID = written.scalar_one()
            if citations:
                rows = [_citation_row(message_id, question.tenant_id, citation) for citation in citations]
                await connection.execute(insert(citation_rows), rows)
            user = question.tenant_id, question.user_id
            await written_with(connection, *user, receipts, message_id=message_id)
        return conversation_id, message_id

    async def history(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, limit: int) -> History:
        """The last turns and what was before them, oldest first; nothing of a conversation that is not this user's."""
        who = {"user_id": user_id, "conversation_id": conversation_id}
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(_TURNS, {**who, "limit": limit + OLDER})
            rows = list(found)
        if not rows:
            return History()
        last, older = rows[:limit], rows[limit:]
        return History(
            summary=rows[0].summary or "",
            older=tuple(_turn(row) for row in reversed(older)),
            older_to=older[0].position + 1 if older else -1,
            turns=tuple(_turn(row) for row in reversed(last)),
        )

    async def save_summary(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, text: str, to: int) -> None:
        """Of the turns up to that message. An older one does not take the place of a newer one."""
        async with self._database.transaction(tenant_id) as connection:
            await connection.execute(
                update(conversations)
                .where(
                    conversations.c.id == conversation_id,
                    conversations.c.tenant_id == tenant_id,
                    conversations.c.user_id == user_id,
                    conversations.c.summarized_to < to,
                )
                .values(summary=text, summarized_to=to)
            )

    async def require(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID) -> None:
        """Raises NotFound unless the conversation is this user's."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(
                select(conversations.c.id).where(
                    conversations.c.id == conversation_id,
                    conversations.c.tenant_id == tenant_id,
                    conversations.c.user_id == user_id,
                )
            )
            if found.one_or_none() is None:
                raise NotFound("There is no such conversation.")


def _turn(row: Row[Any]) -> Turn:
    return Turn(question=row.question, answer=row.answer)


async def _create(connection: AsyncConnection, question: Question) -> UUID:
    made = await connection.execute(
        insert(conversations)
        .values(tenant_id=question.tenant_id, user_id=question.user_id, title=question.text[:_TITLE_LENGTH])
        .returning(conversations.c.id)
    )
    created: UUID = made.scalar_one()
    return created


async def _touch(connection: AsyncConnection, tenant_id: UUID, user_id: UUID, conversation_id: UUID) -> None:
    """Locks the conversation, too: turns that come together are numbered one after the other."""
    touched = await connection.execute(
        update(conversations)
        .where(
            conversations.c.id == conversation_id,
            conversations.c.tenant_id == tenant_id,
            conversations.c.user_id == user_id,
        )
        .values(updated_at=func.now())
    )
    if touched.rowcount == 0:
        raise NotFound("There is no such conversation.")


async def _next_position(connection: AsyncConnection, conversation_id: UUID) -> int:
    last = await connection.execute(
        select(func.coalesce(func.max(messages.c.position), -1)).where(messages.c.conversation_id == conversation_id)
    )
    return int(last.scalar_one()) + 1


def _citation_row(message_id: UUID, tenant_id: UUID, citation: Citation) -> dict[str, object]:
    return {"message_id": message_id, "tenant_id": tenant_id, **citation.model_dump()}
