"""Carrying out a plan."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from docqa.agent.computing.plans import OF_ROWS, Comparison, Condition, Operation, Plan
from docqa.agent.computing.table import Table
from docqa.agent.computing.words import bare
from docqa.core.values import MONTHS

Size = TypeVar("Size", float, str)


@dataclass(frozen=True)
class Group:
    """One result: of all rows that fit, or of those with one value of `Plan.per`.

    `rows`: those that went in; of a highest or lowest, those that have it. `of`: how many were looked at. `day`: the
    result of a column of dates, whose `value` only orders it.
    """

    name: str
    value: float
    rows: tuple[int, ...]
    of: int
    day: str = ""


@dataclass(frozen=True)
class Result:
    """`groups`: highest first, or lowest where the lowest is asked for. `empty`: rows that fit and hold no number,
    `without`: groups of which none does."""

    plan: Plan
    groups: tuple[Group, ...]
    empty: int = 0
    without: int = 0


_OF_SEVERAL = frozenset({Operation.DEVIATION, Operation.CORRELATION, Operation.DIFFERENCE})
_COMPUTED: Mapping[Operation, Callable[[Sequence[float]], float]] = {
    Operation.SUM: math.fsum,
    Operation.AVERAGE: statistics.fmean,
    Operation.MEDIAN: statistics.median,
    Operation.DEVIATION: statistics.stdev,
    Operation.HIGHEST: max,
    Operation.LOWEST: min,
}


def carried_out(plan: Plan, table: Table) -> Result | None:
    """None where there is nothing to compute with: no row of a sum, one row of a deviation. No row is a count of 0."""
    fitting = selected(plan.where, table)
    if plan.operation is Operation.SHARE:
        return _share(plan, fitting, table)
    grouped: dict[str, list[int]] = {} if plan.per else {"": []}
    if plan.per and plan.operation in OF_ROWS:  # those without one count as well
        grouped = {table.value(row, plan.per): [] for row in table.cells}
    for row in fitting:
        grouped.setdefault(table.value(row, plan.per) if plan.per else "", []).append(row)
    groups = [_group(name, rows, plan, table) for name, rows in grouped.items()]
    found = [group for group in groups if group is not None]
    if not found or (plan.operation in _OF_SEVERAL and len(found) < len(groups)):
        return None
    without = len(groups) - len(found)
    least = plan.best is Operation.LOWEST
    found.sort(key=lambda group: (group.value if least else -group.value, group.name))
    if plan.best is not None and plan.per:
        found = [group for group in found if group.value == found[0].value]
    empty = 0 if plan.column is None else len(fitting) - sum(_counts(plan, table, row) for row in fitting)
    return Result(plan, tuple(found), empty, without)


def selected(where: Sequence[Condition], table: Table) -> list[int]:
    """The rows that all of the conditions are true of."""
    return [row for row in table.cells if all(_holds(condition, table, row) for condition in where)]


def _share(plan: Plan, fitting: Sequence[int], table: Table) -> Result | None:
    """In percent."""
    whole = list(table.cells)
    if plan.column is not None:
        fitting, whole = ([row for row in rows if _counts(plan, table, row)] for rows in (fitting, whole))
    part, all_of_it = (_sum(plan, rows, table) for rows in (fitting, whole))
    if not part <= all_of_it or not all_of_it:  # of numbers above and below zero there are no shares
        return None
    return Result(plan, (Group("", 100 * part / all_of_it, tuple(fitting), len(whole)),))


def _sum(plan: Plan, rows: Sequence[int], table: Table) -> float:
    """Not a number where it has no shares: with amounts below zero."""
    if plan.column is None:
        return len(rows)
    numbers = [_number(table, row, plan.column) for row in rows]
    return math.nan if min(numbers, default=0.0) < 0 else sum(numbers)


def _group(name: str, rows: Sequence[int], plan: Plan, table: Table) -> Group | None:
    column, operation = plan.column, plan.operation
    if column is None:
        return Group(name, len(rows), tuple(rows), len(rows))
    used = [row for row in rows if _counts(plan, table, row)]
    if operation is Operation.DIFFERENT:
        different: dict[str, int] = {}
        for row in used:
            different.setdefault(table.value(row, column).casefold(), row)
        return Group(name, len(different), tuple(different.values()), len(used))
    if operation is Operation.COUNT:
        return Group(name, len(used), tuple(used), len(used))
    if column in table.dates and column not in table.numeric:
        return _of_days(name, used, plan, table)
    return _of_numbers(name, used, plan, table)


def _of_numbers(name: str, used: Sequence[int], plan: Plan, table: Table) -> Group | None:
    numbers = [_number(table, row, plan.column) for row in used]
    if len(used) < (2 if plan.operation in _OF_SEVERAL else 1):
        return None
    if plan.operation is Operation.CORRELATION:
        others = [_number(table, row, plan.other) for row in used]
        value = _finite(lambda: statistics.correlation(numbers, others))
        return None if value is None else Group(name, value, tuple(used), len(used))
    if plan.operation is Operation.DIFFERENCE:
        between = _finite(lambda: abs(numbers[0] - numbers[1])) if len(used) == 2 else None
        return None if between is None else Group(name, between, tuple(used), len(used))
    value = _value(plan.operation, numbers)
    if value is None:
        return None
    if plan.operation in (Operation.HIGHEST, Operation.LOWEST):
        having = tuple(row for row, held in zip(used, numbers, strict=True) if held == value)
        return Group(name, value, having, len(used))
    return Group(name, value, tuple(used), len(used))


def _value(operation: Operation, numbers: Sequence[float]) -> float | None:
    return _finite(lambda: _COMPUTED[operation](numbers))


def _finite(compute: Callable[[], float]) -> float | None:
    """None for what numbers of this size do not give: an overflow, a column of equal numbers."""
    try:
        value = compute()
    except (ArithmeticError, statistics.StatisticsError):
        return None
    return value if math.isfinite(value) else None


def _of_days(name: str, used: Sequence[int], plan: Plan, table: Table) -> Group | None:
    days = {row: day for row in used if plan.column and (day := table.date(row, plan.column))}
    if not days:
        return None
    day = (max if plan.operation is Operation.HIGHEST else min)(days.values())
    having = tuple(row for row, held in days.items() if held == day)
    order = int(day.replace("-", ""))
    return Group(name, order, having, len(days), day=table.value(having[0], plan.column or ""))


def _number(table: Table, row: int, column: str | None) -> float:
    value = table.number(row, column) if column else None
    if value is None:
        raise ValueError(f"Row {row} holds no number in {column!r}.")
    return value


def _counts(plan: Plan, table: Table, row: int) -> bool:
    """Whether a row has what the plan computes with."""
    column = plan.column or ""
    if plan.operation in (Operation.COUNT, Operation.DIFFERENT):
        return bool(table.value(row, column))
    if plan.other is not None and table.number(row, plan.other) is None:
        return False
    if column in table.numeric:
        return table.number(row, column) is not None
    return table.date(row, column) is not None


def _holds(condition: Condition, table: Table, row: int) -> bool:
    found = [_compares(condition, value, table, row) for value in condition.values]
    return all(found) if condition.comparison is Comparison.IS_NOT else any(found)


def _compares(condition: Condition, wanted: str, table: Table, row: int) -> bool:
    cell = table.value(row, condition.column)
    match condition.comparison:
        case Comparison.IS:
            return _same(cell, wanted, table, condition.column)
        case Comparison.IS_NOT:
            return not _same(cell, wanted, table, condition.column)
        case Comparison.HOLDS:
            return mentions(cell, wanted, table)
    if condition.column in table.numeric:
        return _is_so(condition.comparison, table.as_number(cell), table.as_number(wanted))
    return _is_so(condition.comparison, table.as_date(cell), table.as_date(wanted))


def mentions(cell: str, wanted: str, table: Table) -> bool:
    """Whether a cell holds these words, or is a day in this month or year."""
    if f" {bare(wanted)} " in f" {bare(cell)} ":
        return True
    day = table.as_date(cell) or ""
    month = MONTHS.get(wanted.casefold())
    return day[5:7] == f"{month:02}" if month else bool(day) and day[:4] == wanted


def _same(cell: str, wanted: str, table: Table, column: str) -> bool:
    if column in table.numeric:
        number = table.as_number(wanted)
        return number is not None and table.as_number(cell) == number
    return cell.casefold() == wanted.casefold() or bare(cell) == bare(wanted) != ""


def _is_so(comparison: Comparison, held: Size | None, wanted: Size | None) -> bool:
    if held is None or wanted is None:
        return False
    return {
        Comparison.ABOVE: held > wanted,
        Comparison.BELOW: held < wanted,
        Comparison.AT_LEAST: held >= wanted,
        Comparison.AT_MOST: held <= wanted,
    }[comparison]
