"""What a table holds, and what plans make of it."""

import pytest

from docqa.agent.computing.plans import Comparison, Condition, Operation, Plan, fits
from docqa.agent.computing.running import carried_out
from docqa.agent.computing.table import Table
from docqa.agent.computing.telling import told
from tests.fakes.answering import make_hit


def table(*lines: str, first: int = 1) -> Table | None:
    hit = make_hit("\n".join(lines), pages=None, rows=(first, first + len(lines) - 1), filename="log.csv")
    return Table.of([hit], hit)


def answers(plan: Plan, *lines: str) -> list[str]:
    found = table(*lines)
    assert found is not None
    assert fits(plan, found)
    result = carried_out(plan, found)
    return [] if result is None else [statement.text for statement in told([result], found).statements]


CALLS = ("call: a; wait: 0:01:30; cost: €3.50; on: 2024-03-01", "call: b; wait: 0:00:20; cost: €1; on: 2023-07-15")


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan(Operation.AVERAGE, "wait"), "Average of wait: 0:00:55 (computed from 2 rows)"),
        (Plan(Operation.SUM, "cost"), "Total of cost: €4.50 (computed from 2 rows)"),
        (Plan(Operation.HIGHEST, "cost"), "Highest cost: €3.50 (call: a; computed from 2 rows)"),
        (Plan(Operation.LOWEST, "on"), "Lowest on: 2023-07-15 (call: b; computed from 2 rows)"),
        (
            Plan(Operation.COUNT, None, (Condition("on", Comparison.ABOVE, ("2024-01-01",)),)),
            "Number of rows, on above 2024-01-01: 1",
        ),
        (
            Plan(Operation.COUNT, None, (Condition("call", Comparison.IS_NOT, ("a", "b")),)),
            "Number of rows, call is not a or b: 0",
        ),
        (
            Plan(Operation.CORRELATION, "cost", other="wait"),
            "Correlation (Pearson's r) of cost and wait: 1.000 (computed from 2 rows)",
        ),
    ],
)
def test_results_are_told_as_the_table_writes_them(plan: Plan, said: str) -> None:
    assert answers(plan, *CALLS) == [said]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(Operation.DEVIATION, "n", (Condition("id", Comparison.IS, ("a",)),)),
        Plan(Operation.CORRELATION, "n", other="same"),
        Plan(Operation.DIFFERENCE, "n"),
        Plan(Operation.SHARE, "zero", (Condition("id", Comparison.IS, ("a",)),)),
    ],
)
def test_what_cannot_be_computed_has_no_result(plan: Plan) -> None:
    lines = (f"id: {name}; n: {n}; same: 3; zero: 0" for n, name in enumerate("abc"))
    assert answers(plan, *lines) == []


@pytest.mark.parametrize(
    "plan",
    [
        Plan(Operation.SUM, "call"),
        Plan(Operation.SUM, "weight"),
        Plan(Operation.SUM),
        Plan(Operation.SUM, "on"),
        Plan(Operation.DIFFERENT),
        Plan(Operation.CORRELATION, "cost"),
        Plan(Operation.CORRELATION, "cost", other="call"),
        Plan(Operation.SUM, "cost", other="wait"),
        Plan(Operation.SHARE),
        Plan(Operation.COUNT, None, per="weight"),
        Plan(Operation.COUNT, None, (Condition("call", Comparison.ABOVE, ("1",)),)),
        Plan(Operation.COUNT, None, (Condition("cost", Comparison.ABOVE, ("much",)),)),
        Plan(Operation.COUNT, None, (Condition("cost", Comparison.ABOVE, ("1", "2")),)),
        Plan(Operation.COUNT, None, (Condition("cost", Comparison.IS, ("",)),)),
    ],
)
def test_a_plan_needs_columns_that_hold_what_it_computes(plan: Plan) -> None:
    found = table(*CALLS)
    assert found is not None
    assert not fits(plan, found)


def test_groups_beyond_the_first_are_counted() -> None:
    lines = [f"id: {n}; kind: k{n}" for n in range(25)]
    found = answers(Plan(Operation.COUNT, None, per="kind"), *lines)
    assert len(found) == 21
    assert found[-1] == "(5 more are not listed)"


def test_a_long_row_is_one_row() -> None:
    story = "word " * 200
    hit = make_hit(f"id: a; story: {story}\nand its end; n: 4\nid: b; story: short; n: 5", pages=None, rows=(1, 2))
    found = Table.of([hit], hit)
    assert found is not None
    assert [found.number(row, "n") for row in found.cells] == [4, 5]


def test_a_total_by_name_only_counts_as_a_row() -> None:
    games = table("title: Total War; sold: 5", "title: Chess; sold: 7", "title: Go; sold: 9")
    sums = table("city: Oslo; sold: 5", "city: Bergen; sold: 7", "city: Total of both; sold: 12")
    assert games is not None
    assert sums is not None
    assert (games.totals, sums.totals) == ((), (3,))


def test_a_table_that_does_not_begin_with_its_first_row_is_none() -> None:
    assert table(*CALLS, first=2) is None


def test_two_tables_of_one_sheet_are_not_mixed() -> None:
    piers = make_hit("Pier: A; Cost: 5\nPier: B; Cost: 7", pages=None, rows=(1, 2), filename="p.xlsx", sheet="Piers")
    lamps = make_hit("Beacon: C; Range: 5\nBeacon: D", pages=None, rows=(3, 4), filename="p.xlsx", sheet="Piers")
    for among, rows in ((piers, [1, 2]), (lamps, [3, 4])):
        found = Table.of([piers, lamps], among)
        assert found is not None
        assert list(found.cells) == rows


def test_a_row_of_another_width_makes_no_table() -> None:
    hit = make_hit("port | ships\nOslo | 120\nBergen | 90 | 4", filename="report.pdf")
    assert Table.of([hit], hit) is None
