"""`Budgets`: caps on what users and tenants spend of the platform's money, kept by the database itself."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import text

from docqa.config import Limits
from docqa.core.errors import BudgetSpent
from docqa.core.models.chat import Asker, Reservation
from docqa.database.connection import Database

# Rows are locked in one order, so that calls made side by side wait for each other and none waits for ever. What would
# pass its cap is not written; fewer than four rows mean that one was passed, and nothing of it stays.
_RESERVE = text("""
    with wanted (subject, period, starts, cap) as (
        values (cast(:tenant_id as uuid), 'day', cast(:day as date), cast(:tenant_day as numeric)),
               (cast(:tenant_id as uuid), 'month', cast(:month as date), cast(:tenant_month as numeric)),
               (cast(:user_id as uuid), 'day', cast(:day as date), cast(:user_day as numeric)),
               (cast(:user_id as uuid), 'month', cast(:month as date), cast(:user_month as numeric))
    )
    insert into spending as s (tenant_id, subject, period, starts, usd)
    select cast(:tenant_id as uuid), subject, period, starts, cast(:usd as numeric)
      from wanted
     where cast(:usd as numeric) <= cap
     order by subject, period, starts
        on conflict (tenant_id, subject, period, starts) do update
       set usd = s.usd + excluded.usd
     where s.usd + excluded.usd <= case when s.subject = s.tenant_id and s.period = 'day' then :tenant_day
                                        when s.subject = s.tenant_id then :tenant_month
                                        when s.period = 'day' then :user_day
                                        else :user_month end
    returning subject, period
""")
_SETTLE = text("""
    update spending set usd = greatest(usd + :difference, 0)
     where tenant_id = :tenant_id
       and (subject, period, starts) in ((:tenant_id, 'day', :day), (:tenant_id, 'month', :month),
                                         (:user_id, 'day', :day), (:user_id, 'month', :month))
""")


class PostgresBudgets:
    """Days and months are those of UTC. `limits` holds the caps."""

    def __init__(
        self,
        database: Database,
        limits: Callable[[], Limits],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._limits = limits
        self._now = now

    async def reserve(self, asker: Asker, usd: float) -> Reservation:
        """Raises BudgetSpent, DependencyUnavailable."""
        limits = self._limits()
        today = self._now().date()
        async with self._database.transaction(asker.tenant_id) as connection:
            written = await connection.execute(
                _RESERVE,
                {
                    "tenant_id": asker.tenant_id,
                    "user_id": asker.user_id,
                    "day": today,
                    "month": today.replace(day=1),
                    "usd": _money(usd),
                    "tenant_day": _money(limits.tenant_usd_a_day),
                    "tenant_month": _money(limits.tenant_usd_a_month),
                    "user_day": _money(limits.user_usd_a_day),
                    "user_month": _money(limits.user_usd_a_month),
                },
            )
            kept = {(row.subject == asker.tenant_id, row.period) for row in written}
            if len(kept) < 4:
                raise BudgetSpent(_passed(kept))  # the transaction takes back what was written
        return Reservation(asker.tenant_id, asker.user_id, today, usd)

    async def settle(self, reservation: Reservation, usd: float) -> None:
        """Raises DependencyUnavailable."""
        difference = _money(usd) - _money(reservation.usd)
        if not difference:
            return
        async with self._database.transaction(reservation.tenant_id) as connection:
            await connection.execute(
                _SETTLE,
                {
                    "tenant_id": reservation.tenant_id,
                    "user_id": reservation.user_id,
                    "day": reservation.day,
                    "month": reservation.day.replace(day=1),
                    "difference": difference,
                },
            )


def _money(usd: float) -> Decimal:
    return Decimal(repr(usd)).quantize(Decimal("1e-9"))


def _passed(kept: set[tuple[bool, str]]) -> str:
    of_tenant, period = next(
        (tenant, period) for tenant in (False, True) for period in ("day", "month") if (tenant, period) not in kept
    )
    whose = "Your organisation's" if of_tenant else "Your"
    return f"{whose} budget for language models is used up for this {period}."
