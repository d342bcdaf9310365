"""Language models: who may be asked, and what it cost."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from docqa.core.errors import Forbidden
from docqa.core.models import AccountRole
from docqa.core.models.usage import Spent
from docqa.http.dependencies import KnownUser, ServicesNeeded
from docqa.http.schemas import Budget, Budgets, ProviderOrder, ProviderViews, UsageAnswer, UsageTotals

router = APIRouter(tags=["models"])


@router.get("/providers")
async def list_providers(user: KnownUser, services: ServicesNeeded) -> ProviderViews:
    """All providers and their models, with what they cost; first those that are asked, in order."""
    return ProviderViews(providers=await services.models.offers(user.tenant_id, user.user_id))


@router.put("/providers")
async def order_providers(body: ProviderOrder, user: KnownUser, services: ServicesNeeded) -> ProviderViews:
    """In which order your questions are asked: `provider` or `provider:model`; null for the platform's order."""
    chain = ",".join(body.order or ())
    if chain:
        services.models.check_chain(chain)
    await services.preferences.set_chain(user.tenant_id, user.user_id, chain)
    return await list_providers(user, services)


@router.get("/usage")
async def usage(
    user: KnownUser,
    services: ServicesNeeded,
    days: Annotated[int, Query(ge=1, le=400)] = 30,
    whole_tenant: Annotated[bool, Query(description="Of everybody in the tenant; for admins.")] = False,
) -> UsageAnswer:
    """What language models were asked in the last days (UTC), today included, and what is left of the budgets."""
    if whole_tenant and await services.access.account_role(user) != AccountRole.ADMIN:
        raise Forbidden("Only an admin may see what others use.")
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    since = datetime.combine(first, time(), UTC)
    report = await services.model_calls.report(user.tenant_id, user.user_id, since=since, whole_tenant=whole_tenant)
    limits = services.limits
    return UsageAnswer(
        since=first,
        rows=report.rows,
        totals=UsageTotals(
            answered=sum(row.answered for row in report.rows),
            failed=sum(row.failed for row in report.rows),
            input_tokens=sum(row.input_tokens for row in report.rows),
            output_tokens=sum(row.output_tokens for row in report.rows),
            cost_usd=sum(row.cost_usd for row in report.rows),
        ),
        user=_budgets(report.user, limits.user_usd_a_day, limits.user_usd_a_month),
        tenant=_budgets(report.tenant, limits.tenant_usd_a_day, limits.tenant_usd_a_month),
    )


def _budgets(spent: Spent, day: float, month: float) -> Budgets:
    return Budgets(
        day=Budget(spent_usd=spent.day_usd, cap_usd=day), month=Budget(spent_usd=spent.month_usd, cap_usd=month)
    )
