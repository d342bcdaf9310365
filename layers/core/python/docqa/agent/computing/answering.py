"""From a question and a table to what it says when it is computed."""

from collections.abc import Sequence

from docqa.agent.computing.planning import planned
from docqa.agent.computing.plans import OF_ROWS, Operation, Plan
from docqa.agent.computing.reading import plans_for
from docqa.agent.computing.running import Result, carried_out
from docqa.agent.computing.table import Table
from docqa.agent.computing.telling import told
from docqa.agent.state import Draft, Tools
from docqa.core.errors import ProviderError


def by_rules(question: str, table: Table, tools: Tools, *, extreme: Operation | None = None) -> Draft | None:
    """None where rules do not account for the question, no row is what it names, or one row says it by itself.

    `extreme`: the row with the highest or lowest number is asked for.
    """
    plans = plans_for(question, table, tools.analyzer, about=table.name, extreme=extreme)
    results = _results(plans, table)
    if not results or any(_is_plain(result) for result in results):
        return None
    return told(results, table)


async def by_model(question: str, table: Table, tools: Tools) -> Draft | None:
    """None without a model, or where it finds nothing to compute. Raises BudgetSpent, DependencyUnavailable."""
    if not await tools.models.decides(tools.asker):
        return None
    try:
        plans = await planned(question, table, tools)
    except ProviderError as error:  # the passages may answer
        tools.asker.notes.append(f"the table could not be computed ({error.code})")
        return None
    results = _results(plans, table)
    return told(results, table) if results else None


def _is_plain(result: Result) -> bool:
    """Whether no row fits, or a single one says it."""
    if result.plan.per is not None:
        return result.plan.best is not Operation.LOWEST and not any(group.of for group in result.groups)
    least = 1 if result.plan.operation in OF_ROWS else 2
    return any(group.of < least for group in result.groups)


def _results(plans: Sequence[Plan], table: Table) -> list[Result]:
    """Of all the plans, or of none: half an answer looks like a whole one."""
    found = [carried_out(plan, table) for plan in plans]
    results = [result for result in found if result is not None]
    return results if len(results) == len(found) else []
