"""A question read into plans by a model, where the rules do not account for it.

The model sees the columns and a few cells, and its plans are taken only as far as the table has what they name: a cell
that gives orders can at most have something else of the same table computed, and what was computed is said.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from docqa.agent.calling import said
from docqa.agent.computing.plans import OF_SIZE, Comparison, Condition, Operation, Plan, fits
from docqa.agent.computing.running import selected
from docqa.agent.computing.table import Table
from docqa.agent.computing.words import bare
from docqa.agent.fencing import neutral, new_tag
from docqa.agent.signals import speaks_to_a_model
from docqa.agent.state import Tools
from docqa.prompts import prompt

MAX_TOKENS = 500
_COLUMNS = 60
_EXAMPLES = 4
_LOOKED_AT = 20
_LONGEST = 40
_WORDS = re.compile(r"[\w-]+")


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
    except (ValueError, RecursionError):  # a model that writes none has none; pydantic's and json's are ValueErrors
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
    names = {bare(column): column for column in reversed(table.columns)} | {column: column for column in table.columns}

    def known(name: str | None) -> str | None:
        return None if name is None else names.get(name, names.get(bare(name), name))

    conditions = [
        Condition(known(where.column) or "", where.comparison, tuple(_text(value) for value in where.values))
        for where in part.where
    ]
    best = part.best if part.best in (Operation.HIGHEST, Operation.LOWEST) else None
    plan = Plan(part.operation, known(part.column), tuple(conditions), known(part.per), best, known(part.other))
    if not fits(plan, table):
        return None
    where = [_as_written(condition, table) for condition in plan.where]
    found = [condition for condition in where if condition is not None and _is_met(condition, table)]
    return replace(plan, where=tuple(found)) if len(found) == len(where) else None


def _is_met(condition: Condition, table: Table) -> bool:
    """Whether each of its values is met by some row: else the model made it up, or the table writes it another way."""
    if condition.comparison in OF_SIZE:
        return True
    if condition.comparison is Comparison.IS_NOT:
        condition = replace(condition, comparison=Comparison.IS)
    return all(selected([replace(condition, values=(value,))], table) for value in condition.values)


def _as_written(condition: Condition, table: Table) -> Condition | None:
    """With what the values mean, not what the model wrote: nothing of its own gets into an answer that way."""
    values = [_meant(value, condition, table) for value in condition.values]
    found = tuple(value for value in values if value is not None)
    return replace(condition, values=found) if len(found) == len(values) else None


def _meant(value: str, condition: Condition, table: Table) -> str | None:
    column = condition.column
    if condition.comparison is Comparison.HOLDS:
        return " ".join(_WORDS.findall(value)) or None
    if column in table.numeric:
        number = table.as_number(value)
        return None if number is None else table.spelled(number)
    if condition.comparison in OF_SIZE:
        return table.as_date(value)
    return next((cell for cell in table.different(column) if bare(cell) == bare(value)), None)


def _text(value: str | float) -> str:
    return value.strip() if isinstance(value, str) else f"{value:.15g}"
