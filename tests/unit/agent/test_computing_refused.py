"""Questions that rules must leave alone: a word turns them into another question, or they could be meant in two ways.

A number that answers another question than was asked is the worst answer of all.
"""

from collections.abc import Sequence

import pytest

from docqa.agent.computing.plans import Operation, Plan
from docqa.agent.computing.reading import plans_for
from docqa.agent.computing.table import Table
from docqa.retrieval.tokenizer import Tokenizer
from tests.fakes.answering import make_hit

ORDERS = """\
Order ID|Date|Customer|Product|Country|Quantity|Unit price|Amount|Status
1001|2024-01-05|Anna Bauer|Chair|Germany|2|50.00|100.00|Shipped
1002|2024-02-10|Tom Reed|Table|France|1|200.00|200.00|Cancelled
1003|2024-03-15|Anna Bauer|Lamp|Germany|4|25.00|100.00|Shipped
1004|2024-04-20|Li Wei|Chair|China|3|50.00|150.00|Pending
1005|2024-05-25|Tom Reed|Desk lamp|France|2|40.00|80.00|Shipped
1006|2024-06-30|Eva Novak|Table|Spain|1|220.00|220.00|Returned"""
STAFF = """\
Name|Department|City|Salary|Age|Start date|Manager|Remote
John Smith|Sales|New York|50,000|34|2019-03-01|Mary Major|Yes
Mary Major|Sales|York|80,000|45|2015-06-15|Peter Lee|No
Peter Lee|IT|New York|95,000|50|2012-01-10|Mary Major|No
Sue Park|HR|Boston|47,500|38|2018-11-20|Mary Major|No
May Green|IT|York|58,000|31|2022-05-05|Peter Lee|No"""


def table(text: str, filename: str) -> Table:
    names, *rows = (line.split("|") for line in text.splitlines())
    lines = ["; ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=True)) for row in rows]
    hit = make_hit("\n".join(lines), pages=None, rows=(1, len(lines)), filename=filename)
    found = Table.of([hit], hit)
    assert found is not None
    return found


def plans(question: str, text: str, filename: str) -> Sequence[Plan]:
    of = table(text, filename)
    return plans_for(question, of, Tokenizer(), about=of.name)


@pytest.mark.parametrize(
    "question",
    [
        "How many orders are not from Germany?",
        "How many orders are from countries other than Germany?",
        "How many orders are there except those from Germany?",
        "What is the total amount without Germany?",
        "Wie viele Orders sind nicht aus Germany?",
        "¿Cuántos orders no son de Germany?",
        "How many orders were placed before 2024-03-15?",
        "How many orders were placed after March 2024?",
        "How many orders were placed between March and May?",
        "How many orders were placed from March to May 2024?",
        "What is the total amount until 2024?",
        "How many orders are from Germany or shipped?",
        "How many orders with amount over 100 or quantity over 2?",
        "How many customers ordered both Chair and Table?",
        "How many customers only ordered Chair?",
        "What is the total amount for Germany and France each?",
        "How many international orders are from Germany?",
        "How many overdue orders did Anna Bauer place in total?",
        "Which customer has the most overdue orders?",
        "How many complaints are from Germany?",
        "How many expensive orders are from France?",
        "What is the total amount of large orders?",
        "What is the total amount in this quarter?",
        "What percentage of orders from France were shipped?",
        "What percentage of shipped orders are from France?",
        "What percentage of customers are from Germany?",
        "How many orders are more than 100?",
        "How many customers have more than 1 order?",
        "Is the average amount in Germany higher than 50?",
        "How many orders and what is the total amount?",
        "What is the total amount and quantity?",
        "Which country has the highest and the lowest average amount?",
        "What is the average amount of the customer with the most orders?",
        "How many orders of them are shipped?",
        "What is the second highest amount?",
        "What is the average of the top 3 amounts?",
        "What is the total amount (only of those that were returned late)?",
        "How many orders are there per country and status?",
        "How many products are there per order?",
    ],
)
def test_a_word_that_changes_the_question(question: str) -> None:
    assert plans(question, ORDERS, "orders.csv") == ()


@pytest.mark.parametrize(
    "question",
    [
        "What is the average salary of employees over 40?",
        "How many people over 40 earn over 60,000?",
        "What is the average salary of May?",
        "How many people report to Mary Major?",
        "How many managers are women?",
        "How many employees are remote or in Boston?",
        "How many employees earn more than the average?",
        "How much more does Sue Park earn than John Smith?",
        "How many employees started in May?",
        "How many employees aren't remote?",
        "What is the average salary of everyone but Peter Lee?",
        "What are the number of employees and the average salary in Sales?",
    ],
)
def test_a_condition_that_no_column_is_named_for(question: str) -> None:
    assert plans(question, STAFF, "employees.csv") == ()


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the total of goals?", "team|home goals|away goals\na|3|1\nb|2|0"),
        ("What is the total sales?", "store|sales 2022|sales 2023\na|3|1\nb|2|0"),
        ("What is the total?", "item|Total\na|3\nb|2"),
        ("How many customers are there?", "id|returning customer|age\na|yes|3\nb|no|2"),
        ("How many users are not active?", "id|is active\na|yes\nb|no"),
        ("How many students have grade A?", "student|level\na|A\nb|B"),
        ("How many rows does it have?", "name|type\na|IT\nb|US"),
        ("How many patients are not stable?", "patient|notes\na|stable\nb|critical"),
        ("How many hours in total on Monday?", "name|day|hours\na|Monday|8:30\nb|Monday|7:45"),
    ],
)
def test_columns_and_cells_that_look_like_what_is_asked(question: str, rows: str) -> None:
    assert plans(question, rows, "x.csv") == ()


def test_cells_of_words_that_questions_are_made_of_change_nothing() -> None:
    [plan] = plans("What is the average amount?", "id|region|amount\na|what is the|3\nb|average|2\nc|North|4", "x.csv")
    assert plan == Plan(Operation.AVERAGE, "amount")


def test_signs_tell_cells_apart() -> None:
    rows = "student|blood|income\na|AB+|>50K\nb|AB-|<=50K\nc|A+|>50K"
    [plan] = plans("How many students have blood AB+?", rows, "x.csv")
    assert plan.where[0].values == ("AB+",)
    [plan] = plans("How many students have income >50K?", rows, "x.csv")
    assert plan.where[0].values == (">50K",)


@pytest.mark.parametrize("part", ["which ", "how many ", "-", "from 1 ", "over 5 ", "per ", "a-", "not "])
def test_what_only_looks_like_a_question(part: str) -> None:
    for question in (part * (4_000 // len(part)), "How many orders? " + part * (380 // len(part))):
        assert plans(question, ORDERS, "orders.csv") == ()
