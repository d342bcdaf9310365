"""What is computed of a table, in named parts, and whether the table has them."""

from dataclasses import dataclass
from enum import StrEnum

from docqa.agent.computing.table import Table


class Operation(StrEnum):
    """What is computed."""

    COUNT = "count"
    DIFFERENT = "count different"
    SUM = "sum"
    AVERAGE = "average"
    MEDIAN = "median"
    DEVIATION = "standard deviation"
    HIGHEST = "highest"
    LOWEST = "lowest"
    CORRELATION = "correlation"
    DIFFERENCE = "difference"
    """Of two rows."""
    SHARE = "share"
    """Of the rows that fit, or of their sum, in all."""


OF_ROWS = frozenset({Operation.COUNT, Operation.DIFFERENT, Operation.SHARE})
"""What needs no numbers."""


class Comparison(StrEnum):
    """What a cell must be to a value."""

    IS = "is"
    IS_NOT = "is not"
    HOLDS = "contains"
    ABOVE = "above"
    BELOW = "below"
    AT_LEAST = "at least"
    AT_MOST = "at most"


OF_SIZE = frozenset({Comparison.ABOVE, Comparison.BELOW, Comparison.AT_LEAST, Comparison.AT_MOST})


@dataclass(frozen=True)
class Condition:
    """`values`: any of them will do."""

    column: str
    comparison: Comparison
    values: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`column` None: rows are counted. `per`: one result a value of it; `best`: of these only the highest or lowest.

    `other`: the second column of a correlation.
    """

    operation: Operation
    column: str | None = None
    where: tuple[Condition, ...] = ()
    per: str | None = None
    best: Operation | None = None
    other: str | None = None


def fits(plan: Plan, table: Table) -> bool:
    """Whether the table has the columns of a plan, with what the plan needs of them."""
    named = [plan.column, plan.per, plan.other, *(condition.column for condition in plan.where)]
    if not {name for name in named if name is not None} <= set(table.columns):
        return False
    if not all(_can_hold(condition, table) for condition in plan.where):
        return False
    if plan.operation is Operation.SHARE:
        return (plan.column is None or plan.column in table.numeric) and bool(plan.where) and plan.per is None
    if plan.operation not in OF_ROWS and not (plan.column in table.numeric or _orders_days(plan, table)):
        return False
    if (plan.operation is Operation.CORRELATION) != (plan.other is not None):
        return False
    if plan.other is not None and plan.other not in table.numeric:
        return False
    return plan.operation is not Operation.DIFFERENT or plan.column is not None


def _orders_days(plan: Plan, table: Table) -> bool:
    return plan.operation in (Operation.HIGHEST, Operation.LOWEST) and plan.column in table.dates


def _can_hold(condition: Condition, table: Table) -> bool:
    if not condition.values or not all(condition.values):
        return False
    if condition.comparison not in OF_SIZE:
        return True
    if len(condition.values) > 1:
        return False
    read = table.as_number if condition.column in table.numeric else table.as_date
    return condition.column in table.numeric | table.dates and read(condition.values[0]) is not None
