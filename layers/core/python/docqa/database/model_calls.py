"""`CallLog`: what language models were asked and what it took, attempt by attempt; and what of it people are shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.models.chat import Attempt, Receipt
from docqa.core.models.usage import Spent, UsageReport, UsageRow
from docqa.database.connection import Database
from docqa.database.tables import model_calls

_BY_DAY = text("""
    select (asked_at at time zone 'UTC')::date as day, provider, model, own_key,
           count(*) filter (where outcome = 'ok') as answered,
           count(*) filter (where outcome <> 'ok') as failed,
           sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd
      from model_calls
     where tenant_id = :tenant_id
       and (cast(:user_id as uuid) is null or user_id = :user_id)
       and asked_at >= :since
       and outcome not like 'skipped%'
     group by 1, 2, 3, 4
     order by 1 desc, cost_usd desc, provider, model
""")
_SPENT = text("""
    select subject = tenant_id as of_tenant, period, usd
      from spending
     where tenant_id = :tenant_id
       and subject in (:tenant_id, :user_id)
       and starts = case period when 'day' then cast(:day as date) else cast(:month as date) end
""")


class PostgresModelCalls:
    """See the module. Rows are written with the turn that they belong to (`written_with`), or by themselves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, tenant_id: UUID, user_id: UUID, receipts: Sequence[Receipt]) -> None:
        """Calls of a question that got no answer. Raises DependencyUnavailable."""
        if any(receipt.attempts for receipt in receipts):
            async with self._database.transaction(tenant_id) as connection:
                await written_with(connection, tenant_id, user_id, receipts, message_id=None)

    async def report(self, tenant_id: UUID, user_id: UUID, *, since: datetime, whole_tenant: bool) -> UsageReport:
        """What was asked since then, by day and model, and what was spent of this day's and month's budgets."""
        today = datetime.now(UTC).date()
        async with self._database.transaction(tenant_id) as connection:
            asked = await connection.execute(
                _BY_DAY, {"tenant_id": tenant_id, "user_id": None if whole_tenant else user_id, "since": since}
            )
            rows = tuple(UsageRow(**{**row._asdict(), "cost_usd": float(row.cost_usd)}) for row in asked)
            when = {"day": today, "month": today.replace(day=1)}
            found = await connection.execute(_SPENT, {"tenant_id": tenant_id, "user_id": user_id, **when})
            spent = {(row.of_tenant, row.period): float(row.usd) for row in found}
        return UsageReport(
            rows=rows,
            user=Spent(day_usd=spent.get((False, "day"), 0.0), month_usd=spent.get((False, "month"), 0.0)),
            tenant=Spent(day_usd=spent.get((True, "day"), 0.0), month_usd=spent.get((True, "month"), 0.0)),
        )


async def written_with(
    connection: AsyncConnection,
    tenant_id: UUID,
    user_id: UUID,
    receipts: Sequence[Receipt],
    *,
    message_id: UUID | None,
) -> None:
    """Within a transaction that does more."""
    rows = [
        {
            "tenant_id": tenant_id,
            "user_id": user_id,
            "message_id": message_id,
            "purpose": receipt.purpose,
            "attempt": number,
            **_row(attempt),
        }
        for receipt in receipts
        for number, attempt in enumerate(receipt.attempts, start=1)
    ]
    if rows:
        await connection.execute(insert(model_calls), rows)


def _row(attempt: Attempt) -> dict[str, Any]:
    usage = attempt.usage
    return {
        "provider": attempt.provider,
        "model": attempt.model,
        "key": attempt.key,
        "own_key": attempt.own_key,
        "outcome": attempt.outcome,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "estimated": usage.estimated,
        "cost_usd": Decimal(repr(attempt.cost_usd)),
        "ms": round(attempt.ms),
        "first_token_ms": None if attempt.first_token_ms is None else round(attempt.first_token_ms),
    }
