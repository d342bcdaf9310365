"""Counts, totals and averages of a table, computed and cited, through the whole graph."""

import pytest

from docqa.agent.calculation import Operation, asked
from docqa.core.models import Hit
from tests.fakes.agents import answerer, done_of, events_of, question, writing
from tests.fakes.answering import make_hit

ROWS = [
    "order: A1; region: North; product: Lamp; amount: 1,200.50",
    "order: A2; region: South; product: Lamp; amount: 300",
    "order: A3; region: North; product: Chair; amount: 99.50",
    "order: A4; region: West; product: Lamp; amount: 1,000",
    "order: A5; region: South; product: Chair; amount: 50",
]
SALES = make_hit("\n".join(ROWS), pages=None, rows=(1, 5), filename="sales.csv")


def answer(text: str, *hits: Hit) -> tuple[str, list[int | None], bool]:
    done = done_of(events_of(answerer(hits or (SALES,)), question(text)))
    return done.answer, [citation.row for citation in done.citations], done.grounded


@pytest.mark.parametrize(
    ("text", "said", "rows"),
    [
        ("What is the total amount?", "Total of amount: 2,650 (computed from 5 rows)", [1, 2, 3]),
        ("What is the total amount for the North region?", "Total of amount, region North: 1,300 (computed", [1, 3]),
        ("What is the average amount of Chair orders?", "Average of amount, product Chair: 74.75", [3, 5]),
        ("How many orders are there for the product Lamp?", "Number of rows, product Lamp: 3", [1, 2, 4]),
        ("How many rows are in the table?", "Number of rows: 5", [1, 2, 3]),
    ],
)
def test_a_table_is_computed_and_its_rows_are_cited(text: str, said: str, rows: list[int]) -> None:
    found, cited, grounded = answer(text)
    assert said in found
    assert cited == rows
    assert grounded


def test_results_per_something_are_listed_largest_first() -> None:
    found, cited, _ = answer("What is the total amount per region?")
    lines = found.split("\n")
    assert [line.split(" (")[0] for line in lines] == [
        "Total of amount, region North: 1,300",
        "Total of amount, region West: 1,000",
        "Total of amount, region South: 350",
    ]
    assert cited == [1, 3, 4, 2, 5]


def test_the_highest_of_the_groups_is_named() -> None:
    assert answer("Which region has the highest total amount?")[0].startswith("Total of amount, region North: 1,300")
    assert answer("Which region has the lowest total amount?")[0].startswith("Total of amount, region South: 350")


def test_with_a_row_missing_nothing_is_computed() -> None:
    late = make_hit("\n".join(ROWS[1:]), pages=None, rows=(2, 5), filename="sales.csv")
    assert "Total of" not in answer("What is the total amount?", late)[0]


@pytest.mark.parametrize(
    "text",
    [
        "What is the total amount of Lamp in the South?",
        "Which order had a higher number of amount, A1 or A2?",
        "Who has a higher total amount, North or South?",
    ],
)
def test_what_single_rows_say_is_not_computed(text: str) -> None:
    assert "computed" not in answer(text)[0]
    assert "Number of rows" not in answer(text)[0]


def test_what_no_column_holds_is_not_computed() -> None:
    assert "computed" not in answer("What is the total weight?")[0]


def test_numbers_are_read_as_the_table_writes_them() -> None:
    german = make_hit(
        "Ort: Oslo; Betrag: 1.200,50\nOrt: Bergen; Betrag: 99,50", pages=None, rows=(1, 2), filename="b.csv"
    )
    assert "Total of Betrag: 1,300" in answer("Wie hoch ist die Summe: Betrag insgesamt?", german)[0]


def test_a_model_is_not_asked_to_add_up() -> None:
    with writing(["The total is 7. [1]"]) as (models, _, server):
        done = done_of(events_of(answerer([SALES], models=models), question("What is the total amount?")))
    assert "2,650" in done.answer
    assert server.requests == []


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("How many ships are there?", Operation.COUNT),
        ("What was the average price?", Operation.AVERAGE),
        ("Wie hoch ist der Gesamtbetrag?", Operation.SUM),
        ("Who built the ship?", None),
    ],
)
def test_what_is_to_be_computed(text: str, operation: Operation | None) -> None:
    assert asked(text) is operation
