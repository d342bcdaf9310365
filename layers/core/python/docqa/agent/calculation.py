"""Questions that a table answers only when it is computed: how many, in total, on average, per region.

The question is read into a plan of named parts (what is computed of which column, over which rows, per what), never
into a statement of its own making. The plan is carried out by SQLite in memory on the rows of the one table, which are
all there or nothing is computed; the rows that went in are cited.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from docqa.agent.citing import cite
from docqa.agent.evidence import Candidate
from docqa.agent.rows import matches
from docqa.agent.state import Draft, Statement
from docqa.core.ports import Analyzer
from docqa.core.values import Locale, locale_of, number

CITED = 3
"""Rows that are cited of those that were computed with."""
GROUPS = 20
"""Lines of an answer "per" something."""
_MOSTLY = 0.8
"""Share of a column's cells that have to be numbers for it to be one of numbers."""


class Operation(StrEnum):
    """What is computed."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "avg"
    HIGHEST = "max"
    LOWEST = "min"


_ASKS = (
    (Operation.AVERAGE, r"\b(?:average|mean|on average|durchschnitt\w*|mittelwert|moyenne|promedio)\b"),
    (Operation.SUM, r"\b(?:total|sum|combined|altogether|in all|insgesamt|summe|gesamt\w*|somme|suma)\b"),
    (Operation.COUNT, r"\b(?:how many|number of|count of|wie ?viele?|anzahl|combien|cuánt[oa]s)\b"),
)
_COMPILED = tuple((operation, re.compile(pattern, re.IGNORECASE)) for operation, pattern in _ASKS)
_PER = re.compile(
    r"\b(?:per|by|for each|for every|in each|pro|je|nach|par|por)\s+(?:the\s+)?(?P<what>[\w -]{2,40})", re.IGNORECASE
)
_HOW_MANY = re.compile(r"\b(?:how many|wie ?viele?|combien|cuánt[oa]s)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:higher|lower|more|less|fewer|larger|bigger|smaller|greater|höher\w*|mehr|weniger|größer\w*)\b", re.IGNORECASE
)
"""What compares two rows is answered by both of them."""
_ROWS = re.compile(r"\b(?:rows?|records?|entries|lines|items|zeilen|einträge|lignes)\b", re.IGNORECASE)
_WHICH = r"\b(?:which|who|what|welche[rsmn]?|quel(?:le)?)\b.*"
_TOP = re.compile(_WHICH + r"\b(?:highest|most|largest|biggest|höchste\w*|größte\w*|meisten)\b", re.IGNORECASE)
_BOTTOM = re.compile(
    _WHICH + r"\b(?:lowest|least|smallest|fewest|niedrigste\w*|kleinste\w*|wenigsten)\b", re.IGNORECASE
)
_HAVING = re.compile(r"\b(?:has|have|had|with|made|hat|haben)\b", re.IGNORECASE)
_PLAIN = re.compile(r"[\w&.-]+")


def asked(question: str) -> Operation | None:
    """What a question wants computed, if anything; whether a table has it is another matter."""
    return next((operation for operation, pattern in _COMPILED if pattern.search(question)), None)


@dataclass(frozen=True)
class Plan:
    """`column` None: rows are counted. `where`: column → value that a row must have. `per`: one result a value."""

    operation: Operation
    column: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    per: str | None = None
    best: Operation | None = None
    """Of the results "per" something only the highest or lowest is asked for."""


@dataclass(frozen=True)
class Table:
    """Rows as they stand, by number from 1; `numeric` columns hold numbers."""

    columns: tuple[str, ...]
    cells: Mapping[int, Mapping[str, str]]
    numeric: frozenset[str]
    locale: Locale

    @classmethod
    def of(cls, rows: Mapping[int, Candidate]) -> "Table | None":
        """None where rows are missing or have no names."""
        if not rows or set(rows) != set(range(1, max(rows) + 1)):
            return None
        cells = {at: dict(candidate.piece.cells()) for at, candidate in sorted(rows.items())}
        columns = tuple(dict.fromkeys(name for row in cells.values() for name in row if name))
        if not columns:
            return None
        locale = locale_of(value for row in cells.values() for value in row.values())
        held = {name: [row.get(name, "") for row in cells.values()] for name in columns}
        numeric = frozenset(name for name, values in held.items() if _is_numeric(values, locale))
        return cls(columns, cells, numeric, locale)

    def number(self, row: int, column: str) -> float | None:
        return number(self.cells[row].get(column, "").strip(), self.locale)


@dataclass(frozen=True)
class Result:
    """`groups`: value of `per` ("" without one) → result and the rows that went in, best first."""

    plan: Plan
    groups: tuple[tuple[str, float, tuple[int, ...]], ...]


def plan_for(question: str, table: Table, analyzer: Analyzer) -> Plan | None:
    """What the question asks of this table; None where it does not name what there is, or a single row says it."""
    operation = asked(question)
    if operation is None or _COMPARES.search(question):
        return None
    words = [{term} for term in analyzer.query_terms(question)]
    where = _where(question, table)
    per = _per(question, table, analyzer)
    best = Operation.HIGHEST if _TOP.search(question) else Operation.LOWEST if _BOTTOM.search(question) else None
    taken = {column for column, _ in where} | ({per} if per else set())
    column = _named(words, [name for name in table.columns if name in table.numeric and name not in taken], analyzer)
    selected = [row for row in table.cells if _fits(table, row, where)]
    if column is not None and len(selected) > 1:  # "how many goals did Oslo score" adds up
        return Plan(Operation.SUM if operation is Operation.COUNT else operation, column, where, per, best)
    counts = operation is Operation.COUNT and column is None
    if counts and (_ROWS.search(question) or ((where or per) and _HOW_MANY.search(question))):
        return Plan(Operation.COUNT, None, where, per, best)
    return None


def carried_out(plan: Plan, table: Table) -> Result | None:
    """None where no row fits, or none of them has a number."""
    rows = [
        (row, table.cells[row].get(plan.per, "") if plan.per else "", _value(plan, table, row))
        for row in table.cells
        if _fits(table, row, plan.where)
    ]
    found = [row for row in rows if row[2] is not None]
    if not found:
        return None
    operation = "count(*)" if plan.operation is Operation.COUNT else f"{plan.operation}(value)"
    order = "asc" if plan.best is Operation.LOWEST else "desc"
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table found (row integer, per text, value real)")
        database.executemany("insert into found values (?, ?, ?)", found)
        groups = database.execute(
            f"select per, {operation} as result, group_concat(row) from found group by per"  # noqa: S608 - of the enum
            f" order by result {order}, per"
        ).fetchall()
    listed = tuple((per, float(result), tuple(sorted(map(int, used.split(","))))) for per, result, used in groups)
    if plan.best is not None and plan.per:
        listed = tuple(group for group in listed if group[1] == listed[0][1])
    return Result(plan, listed)


def told(result: Result, rows: Mapping[int, Candidate]) -> Draft:
    """The results in words, each with the first of the rows that it was computed from."""
    statements: list[Statement] = []
    markers: dict[int, int] = {}
    for number_of, (per, value, used) in enumerate(result.groups[:GROUPS]):
        cited = used[:CITED]
        for row in cited:
            markers.setdefault(row, len(markers) + 1)
        citations = tuple(cite(rows[row], markers[row]) for row in cited)
        last = number_of == min(len(result.groups), GROUPS) - 1
        text, after = _sentence(result.plan, per, value, used), "" if last else "\n"
        statements.append(Statement(text, citations, after, computed=True))
    return Draft(tuple(statements), grounded=True)


def _sentence(plan: Plan, per: str, value: float, used: Sequence[int]) -> str:
    what = {
        Operation.COUNT: "Number of rows",
        Operation.SUM: f"Total of {plan.column}",
        Operation.AVERAGE: f"Average of {plan.column}",
        Operation.HIGHEST: f"Highest {plan.column}",
        Operation.LOWEST: f"Lowest {plan.column}",
    }[plan.operation]
    where = "".join(f", {column} {value}" for column, value in plan.where)
    group = f", {plan.per} {per or '(empty)'}" if plan.per else ""
    from_rows = "" if plan.operation is Operation.COUNT else f" (computed from {len(used)} row{'s' * (len(used) != 1)})"
    return f"{what}{where}{group}: {_shown(value)}{from_rows}"


def _shown(value: float) -> str:
    text = f"{value:,.2f}"
    return text.removesuffix(".00")


def _value(plan: Plan, table: Table, row: int) -> float | None:
    return 1.0 if plan.column is None else table.number(row, plan.column)


def _fits(table: Table, row: int, where: Sequence[tuple[str, str]]) -> bool:
    return all(table.cells[row].get(column, "").strip().casefold() == value.casefold() for column, value in where)


def _where(question: str, table: Table) -> tuple[tuple[str, str], ...]:
    """The values of text columns that the question names whole; of each column the longest."""
    said = f" {_plain(question)} "
    found: dict[str, str] = {}
    for row in table.cells.values():
        for column, value in row.items():
            bare = _plain(value)
            named = column not in table.numeric and len(bare) > 1 and f" {bare} " in said
            if named and len(bare) > len(found.get(column, "")):
                found[column] = value.strip()
    return tuple(sorted(found.items()))


def _plain(text: str) -> str:
    return " ".join(_PLAIN.findall(text.casefold()))


def _per(question: str, table: Table, analyzer: Analyzer) -> str | None:
    match = _PER.search(question)
    texts = [match["what"]] if match else []
    if _TOP.search(question) or _BOTTOM.search(question):
        texts.append(_HAVING.split(question)[0])
    columns = [name for name in table.columns if name not in table.numeric]
    for text in texts:
        column = _named([{term} for term in analyzer.query_terms(text)], columns, analyzer)
        if column is not None:
            return column
    return None


def _named(asked_words: Sequence[set[str]], columns: Sequence[str], analyzer: Analyzer) -> str | None:
    """The column whose name the question names most fully."""
    best: tuple[float, str] | None = None
    for column in columns:
        name = set(analyzer.query_terms(column.replace("_", " ")))
        held = matches(asked_words, name)
        share = len(held) / len(name) if name else 0.0
        if held and share >= 0.5 and (best is None or share > best[0]):
            best = share, column
    return best[1] if best else None


def _is_numeric(cells: Sequence[str], locale: Locale) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    numbers = sum(number(cell, locale) is not None for cell in filled)
    return bool(filled) and numbers >= _MOSTLY * len(filled)
