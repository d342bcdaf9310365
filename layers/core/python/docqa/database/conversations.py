"""`ConversationStore`: what was asked and answered, turn by turn."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.errors import NotFound
from docqa.core.models import Citation, Question, Turn, Usage
from docqa.core.models.chat import Receipt
from docqa.database.connection import Database
from docqa.database.model_calls import written_with
from docqa.database.tables import citations as citation_rows
from docqa.database.tables import conversations, messages

_TITLE_LENGTH = 80

_RECENT = text("""
    select q.content as question, a.content as answer
      from conversations c
      join messages q on q.conversation_id = c.id and q.role = 'user'
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

    async def recent(self, tenant_id: UUID, user_id: UUID, conversation_id: UUID, *, limit: int) -> tuple[Turn, ...]:
        """The last turns, oldest first; none of a conversation that is not this user's."""
        async with self._database.transaction(tenant_id) as connection:
            found = await connection.execute(
                _RECENT, {"user_id": user_id, "conversation_id": conversation_id, "limit": limit}
            )
            turns = [Turn(question=row.question, answer=row.answer) for row in found]
        return tuple(reversed(turns))

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
