"""Results in words, each with some of the rows that it was computed from."""

from collections.abc import Mapping, Sequence

from docqa.agent.citing import cite
from docqa.agent.computing.plans import OF_ROWS, OF_SIZE, Comparison, Condition, Operation
from docqa.agent.computing.running import Group, Result
from docqa.agent.computing.table import Table
from docqa.agent.fencing import neutral
from docqa.agent.signals import LEFT_OUT, speaks_to_a_model
from docqa.agent.state import Draft, Statement
from docqa.core.models import Citation

CITED = 3
"""Rows that are cited of those that were computed with."""
GROUPS = 20
"""Lines of an answer "per" something."""
OF_WHOLE_ROWS = {Operation.COUNT: "Number of rows", Operation.SHARE: "Share of rows"}
_COMMA = str.maketrans(",.", ".,")
_LONGEST_NAME = 80
_MOST_VALUES = 5
NAMES: Mapping[Operation, str] = {
    Operation.COUNT: "Number of rows with {column}",
    Operation.DIFFERENT: "Number of different values of {column}",
    Operation.SUM: "Total of {column}",
    Operation.AVERAGE: "Average of {column}",
    Operation.MEDIAN: "Median of {column}",
    Operation.DEVIATION: "Standard deviation (of a sample) of {column}",
    Operation.HIGHEST: "Highest {column}",
    Operation.LOWEST: "Lowest {column}",
    Operation.DIFFERENCE: "Difference in {column}",
    Operation.SHARE: "Share of {column}",
    Operation.CORRELATION: "Correlation (Pearson's r) of {column} and {other}",
}


def told(results: Sequence[Result], table: Table) -> Draft:
    """One line a result; of many "per" something the first `GROUPS`."""
    markers: dict[int, int] = {}
    lines: list[Statement] = []
    for result in results:
        listed = result.groups[:GROUPS]
        for group in listed:
            lines.append(Statement(_sentence(result, group, table), _citations(group, table, markers), computed=True))
        if len(listed) < len(result.groups):
            lines.append(Statement(f"({len(result.groups) - len(listed)} more are not listed)", computed=True))
        if result.without:
            lines.append(
                Statement(f"({result.without} without a value of {shown(result.plan.column or '')})", computed=True)
            )
    parted = [Statement(one.text, one.citations, "\n", computed=one.computed) for one in lines[:-1]]
    return Draft((*parted, *lines[-1:]), grounded=True)


def _citations(group: Group, table: Table, markers: dict[int, int]) -> tuple[Citation, ...]:
    """Of the first rows that may be shown; where there are none, the first of the table stands for all."""
    return tuple(_cited(group.rows, CITED, table, markers) or _cited(tuple(table.cells), 1, table, markers))


def _cited(rows: Sequence[int], most: int, table: Table, markers: dict[int, int]) -> list[Citation]:
    found: list[Citation] = []
    for row in rows:
        candidate = table.candidate(row)
        if candidate is not None:
            found.append(cite(candidate, markers.setdefault(row, len(markers) + 1)))
        if len(found) == most:
            break
    return found


def _sentence(result: Result, group: Group, table: Table) -> str:
    plan = result.plan
    what = NAMES[plan.operation].format(column=shown(plan.column or ""), other=shown(plan.other or ""))
    if plan.column is None:
        what = OF_WHOLE_ROWS[plan.operation]
    said = [one for one in plan.where if one.column != plan.per or one.comparison is not Comparison.IS]
    where = "".join(f", {_condition(condition, table)}" for condition in said)
    per = f", {shown(plan.per)} {shown(group.name) or '(empty)'}" if plan.per else ""
    return f"{what}{where}{per}: {_value(result, group, table)}{_computed_from(result, group, table)}"


def _condition(condition: Condition, table: Table) -> str:
    how = "" if condition.comparison is Comparison.IS else f"{condition.comparison} "
    column, values = condition.column, [shown(value) for value in condition.values]
    if condition.comparison in OF_SIZE and column in table.numeric and not table.is_year(column):
        values = [_number(number, table) for value in values if (number := table.as_number(value)) is not None]
    return f"{shown(column)} {how}{_listed(values)}"


def _listed(values: Sequence[str]) -> str:
    more = len(values) - _MOST_VALUES
    return " or ".join(values[:_MOST_VALUES]) + (f" or {more} more" if more > 0 else "")


def _value(result: Result, group: Group, table: Table) -> str:
    plan = result.plan
    if group.day:
        return shown(group.day)
    if plan.operation is Operation.SHARE:
        return f"{_number(group.value, table)}%"
    if plan.column is None or plan.operation in (Operation.COUNT, Operation.DIFFERENT):
        return _marked(f"{group.value:,.0f}", table)
    if plan.operation is Operation.CORRELATION:
        return _marked(f"{group.value:.3f}", table)
    if table.is_duration(plan.column):
        return _duration(group.value)
    before, after = table.unit(plan.column)
    sign = "-" if group.value < 0 else ""
    return f"{sign}{before}{_number(abs(group.value), table)}{after}"


def _computed_from(result: Result, group: Group, table: Table) -> str:
    """How many rows went in, what was left out, and whose the highest is."""
    plan = result.plan
    notes: list[str] = []
    if plan.operation is Operation.DIFFERENCE and plan.column is not None:
        by = plan.where[0].column if plan.where else plan.column
        both = [f"{table.value(row, by)}: {table.value(row, plan.column)}" for row in group.rows]
        notes.append(", ".join(map(shown, both)))
    if plan.operation in (Operation.HIGHEST, Operation.LOWEST):
        named = [shown(name) for row in group.rows[:CITED] if (name := _name(row, plan.column, table))]
        more = len(group.rows) - len(named)
        notes += [", ".join(named) + (f" and {more} more" if more > 0 else "")] if named else []
    if plan.operation is Operation.SHARE:
        notes.append(f"{len(group.rows)} of {group.of} rows")
    elif plan.operation is Operation.DIFFERENT and group.of != len(group.rows):
        notes.append(f"in {group.of} rows")
    elif plan.column is not None and plan.operation not in OF_ROWS:
        notes.append(f"computed from {group.of} row{'s' * (group.of != 1)}")
        if result.empty and not plan.per:
            notes.append(f"{result.empty} without a value left out")
    if table.totals and not plan.per:
        notes.append(f"row {', '.join(map(str, table.totals))} of totals left out")
    return f" ({'; '.join(notes)})" if notes else ""


def _name(row: int, column: str | None, table: Table) -> str:
    """What a row is about: its first text."""
    texts = (name for name in table.columns if name != column and name not in table.numeric)
    name = next(texts, None)
    text = table.value(row, name) if name else ""
    return f"{name}: {text}" if text else ""


def shown(text: str) -> str:
    """A cell as it may stand in an answer."""
    if speaks_to_a_model(text):
        return LEFT_OUT
    text = neutral(text)
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _number(value: float, table: Table) -> str:
    """Two places; small ones with as many as it takes to tell them apart."""
    text = f"{value:.3g}" if 0 < value < 0.1 else f"{value:,.2f}".removesuffix(".00")
    return _marked(text, table)


def _marked(text: str, table: Table) -> str:
    """With the marks that the table's own numbers have."""
    return text.translate(_COMMA) if table.locale.decimal_comma else text


def _duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    second = f"{rest:05.2f}".removesuffix(".00")
    return f"{minutes // 60:.0f}:{minutes % 60:02.0f}:{second}"
