"""A question read into plans by a model, where the rules do not account for it.

The model sees the columns and a few cells, and its plans are taken only as far as the table has what they name: a cell
that gives orders can at most have something else of the same table computed, and what was computed is said.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from docqa.agent.calling import said
from docqa.agent.computing.plans import Comparison, Condition, Operation, Plan, fits
from docqa.agent.computing.running import selected
from docqa.agent.computing.table import Table, plain
from docqa.agent.fencing import neutral, new_tag
from docqa.agent.signals import speaks_to_a_model
from docqa.agent.state import Tools
from docqa.prompts import prompt

MAX_TOKENS = 500
_COLUMNS = 60
_EXAMPLES = 4
_LOOKED_AT = 20
_LONGEST = 40


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Where(_Part):
    column: str
    comparison: Comparison
    values: tuple[str | float, ...] = Field(min_length=1, max_length=20)


class _Computation(_Part):
    operation: Operation
    column: str | None = None
    where: tuple[_Where, ...] = Field(default=(), max_length=6)
    per: str | None = None
    best: Operation | None = None
    other: str | None = None


class _Answer(_Part):
    plans: tuple[_Computation, ...] = Field(max_length=4)


async def planned(question: str, table: Table, tools: Tools) -> tuple[Plan, ...]:
    """None where the model gives none that the table can carry out. Raises ProviderError, BudgetSpent."""
    messages = prompt("table").messages(columns=described(table), question=question)
    text = await said(tools, messages, purpose="act", max_tokens=MAX_TOKENS)
    return parsed(text, table)


def described(table: Table) -> str:
    """The columns as a model is told of them: name, kind, a few different cells."""
    tag = new_tag()
    lines = list(_lines(table))
    return "\n".join([f"<{tag}>", *lines, f"</{tag}>"])


def parsed(text: str, table: Table) -> tuple[Plan, ...]:
    """The plans of a model's answer; none if any of them is not one of this table."""
    start, end = text.find("{"), text.rfind("}")
    try:
        answer = _Answer.model_validate(json.loads(text[start : end + 1]))
    except (json.JSONDecodeError, ValidationError):  # a model that writes none has none
        return ()
    found = [_plan(part, table) for part in answer.plans]
    plans = tuple(plan for plan in found if plan is not None)
    return plans if len(plans) == len(found) else ()


def _lines(table: Table) -> Iterator[str]:
    for column in table.columns[:_COLUMNS]:
        if speaks_to_a_model(column) or neutral(column) != column:
            continue
        different = [value for value in table.different(column)[:_LOOKED_AT] if not speaks_to_a_model(value)]
        examples = [neutral(value)[:_LONGEST].replace("\n", " ") for value in different[:_EXAMPLES]]
        kind = "yes or no" if column in table.truths else "number" if column in table.numeric else "text"
        yield f"{json.dumps(column, ensure_ascii=False)} ({kind}): {json.dumps(examples, ensure_ascii=False)}"


def _plan(part: _Computation, table: Table) -> Plan | None:
    """The plan with columns and cells as the table writes them; None where it does not have them."""
    names = {plain(column): column for column in reversed(table.columns)} | {column: column for column in table.columns}

    def known(name: str | None) -> str | None:
        return None if name is None else names.get(name, names.get(plain(name), name))

    conditions = [
        Condition(known(where.column) or "", where.comparison, tuple(_text(value) for value in where.values))
        for where in part.where
    ]
    best = part.best if part.best in (Operation.HIGHEST, Operation.LOWEST) else None
    plan = Plan(part.operation, known(part.column), tuple(conditions), known(part.per), best, known(part.other))
    if not fits(plan, table) or not all(_is_met(condition, table) for condition in plan.where):
        return None
    return replace(plan, where=tuple(_as_written(condition, table) for condition in plan.where))


def _is_met(condition: Condition, table: Table) -> bool:
    """Whether each of its values is met by some row: else the model made it up, or the table writes it another way."""
    if condition.comparison is Comparison.IS_NOT:
        condition = replace(condition, comparison=Comparison.IS)
    return all(selected([replace(condition, values=(value,))], table) for value in condition.values)


def _as_written(condition: Condition, table: Table) -> Condition:
    if condition.comparison not in (Comparison.IS, Comparison.IS_NOT) or condition.column in table.numeric:
        return condition
    written = {plain(value): value for value in table.different(condition.column)}
    return replace(condition, values=tuple(written.get(plain(value), value) for value in condition.values))


def _text(value: str | float) -> str:
    return value.strip() if isinstance(value, str) else f"{value:.15g}"
