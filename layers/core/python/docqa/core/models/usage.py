"""What language models were asked for, and what it cost."""

from datetime import date

from docqa.core.models.base import Model


class UsageRow(Model):
    """One model on one day (UTC). `failed` counts attempts that another one followed, or nothing."""

    day: date
    provider: str
    model: str
    own_key: bool
    answered: int
    failed: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


class Spent(Model):
    """Of the platform's money, in this day and month (UTC); what is set aside for calls under way counts."""

    day_usd: float
    month_usd: float


class UsageReport(Model):
    """Newest day first."""

    rows: tuple[UsageRow, ...]
    user: Spent
    tenant: Spent
