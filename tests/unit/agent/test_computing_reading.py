"""Questions read into plans by rules, and what is left alone."""

import pytest

from docqa.agent.computing.plans import Comparison, Condition, Operation, Plan
from docqa.agent.computing.reading import asked, plans_for
from docqa.agent.computing.table import Table
from docqa.retrieval.tokenizer import Tokenizer
from tests.fakes.answering import make_hit

STAFF = """\
name: Ada Berg; office: Oslo; team: Design, Print; joined: June 3, 2019; salary: $51,000; smoker: no; year: 2019
name: Bo Dahl; office: Bergen; team: Print; joined: August 5, 2020; salary: $48,500; smoker: yes; year: 2020
name: Cy Eng; office: Oslo; team: Design; joined: August 9, 2021; salary: $60,250; smoker: no; year: 2021
name: Di Fjell; office: New Oslo Port; team: Sales; joined: May 1, 2022; salary: $39,000; smoker: yes; year: 2022"""


def table(text: str = STAFF, filename: str = "staff.csv") -> Table:
    hit = make_hit(text, pages=None, rows=(1, text.count("\n") + 1), filename=filename)
    found = Table.of([hit], hit)
    assert found is not None
    return found


def where(column: str, comparison: Comparison, *values: str) -> Condition:
    return Condition(column, comparison, values)


COUNT, SUM, AVERAGE = Operation.COUNT, Operation.SUM, Operation.AVERAGE


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("How many people are in Bergen?", Plan(COUNT, None, (where("office", Comparison.IS, "Bergen"),))),
        ("How many people joined in August?", Plan(COUNT, None, (where("joined", Comparison.HOLDS, "August"),))),
        ("How many people are in the team Print?", Plan(COUNT, None, (where("team", Comparison.HOLDS, "Print"),))),
        ("How many smokers are there?", Plan(COUNT, None, (where("smoker", Comparison.IS, "yes"),))),
        ("How many non-smokers are there?", Plan(COUNT, None, (where("smoker", Comparison.IS, "no"),))),
        (
            "What is the average salary of people from 2019 to 2021?",
            Plan(
                AVERAGE,
                "salary",
                (where("year", Comparison.AT_LEAST, "2019"), where("year", Comparison.AT_MOST, "2021")),
            ),
        ),
        (
            "How many people have a salary above 48,500?",
            Plan(COUNT, None, (where("salary", Comparison.ABOVE, "48500"),)),
        ),
        (
            "How many people have a salary of no more than $48,500?",
            Plan(COUNT, None, (where("salary", Comparison.AT_MOST, "48500"),)),
        ),
        ("What is the average salary per office?", Plan(AVERAGE, "salary", per="office")),
        (
            "Which office has the highest average salary?",
            Plan(AVERAGE, "salary", per="office", best=Operation.HIGHEST),
        ),
        ("What is the total salary in this table?", Plan(SUM, "salary")),
        ("How many names are there?", Plan(COUNT, None)),
        ("How many teams are there?", Plan(Operation.DIFFERENT, "team")),
        (
            "How many people are in Bergen, in staff.csv?",
            Plan(COUNT, None, (where("office", Comparison.IS, "Bergen"),)),
        ),
        ("How many people are in Bergen, in other.csv?", None),
        ("How many members of staff are in Bergen?", None),
        ("How many people are in Oslo?", None),  # or in New Oslo Port as well?
        ("How many people left in August?", None),
        ("What is the average bonus?", None),
        ("How many years are there?", None),  # nobody adds up years
        ("Who has the highest salary?", None),
    ],
)
def test_what_the_rules_make_of_a_question(text: str, plan: Plan | None) -> None:
    found = plans_for(text, table(), Tokenizer(), about="staff")
    assert found == (() if plan is None else (plan,))


def test_a_name_that_several_columns_have_is_not_chosen_between() -> None:
    votes = "county: Otero; votes: 5; votes (3): 7\ncounty: Grant; votes: 6; votes (3): 8"
    assert plans_for("What is the total of votes?", table(votes), Tokenizer()) == ()


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("How many parts are in stock in total?", Plan(SUM, "In stock")),
        ("What is the total value in stock?", None),
        ("What is the average price?", Plan(AVERAGE, "Price in crowns")),
        (
            "How many parts cost more than 1,000 crowns?",
            Plan(COUNT, None, (where("Price in crowns", Comparison.ABOVE, "1000"),)),
        ),
        ("Which supplier has the most parts?", Plan(COUNT, per="Supplier", best=Operation.HIGHEST)),
        ("Which part has the most in stock?", None),
        ("Wie viele Teile kommen von Norseal AS?", None),
        (
            "Wie viele Einträge gibt es von Norseal AS?",
            Plan(COUNT, None, (where("Supplier", Comparison.IS, "Norseal AS"),)),
        ),
        (
            "How many parts were counted in April?",
            Plan(COUNT, None, (where("Counted on", Comparison.HOLDS, "April"),)),
        ),
    ],
)
def test_what_the_rules_make_of_a_question_about_stock(text: str, plan: Plan | None) -> None:
    stock = "\n".join(
        f"Part number: HF-{n}; Supplier: {supplier}; In stock: {n % 3}; Price in crowns: {n}000; "
        f"Counted on: 2025-0{n}-01"
        for n, supplier in enumerate(("Norseal AS", "Voltfjord", "Norseal AS", "Tau"), start=2)
    )
    assert plans_for(text, table(stock), Tokenizer()) == (() if plan is None else (plan,))


def test_columns_are_named_by_quotes_before_anything_else() -> None:
    text = 'What is the mean of the "May" column?'
    months = "id: a; May: 5; Total May: 7\nid: b; May: 6; Total May: 9"
    assert plans_for(text, table(months), Tokenizer()) == (Plan(AVERAGE, "May"),)


def test_two_columns_are_correlated() -> None:
    cars = "id: a; mpg: 5; weight: 7\nid: b; mpg: 6; weight: 9"
    [plan] = plans_for("Find the correlation coefficient between mpg and weight.", table(cars), Tokenizer())
    assert (plan.operation, {plan.column, plan.other}) == (Operation.CORRELATION, {"mpg", "weight"})


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        ("How many ships are there?", (COUNT,)),
        ("What was the average price?", (AVERAGE,)),
        ("What was the average number of guests?", (AVERAGE,)),
        ("What are the mean and the median of the price?", (AVERAGE, Operation.MEDIAN)),
        ("What is the total number of guests?", (COUNT,)),
        ("What percentage of the total is rent?", (Operation.SHARE, SUM)),
        ("Which port is used most often?", ()),
        ("Wie hoch ist der Gesamtbetrag?", (SUM,)),
        ("Who built the ship?", ()),
    ],
)
def test_what_is_to_be_computed(text: str, operations: tuple[Operation, ...]) -> None:
    assert asked(text) == operations
