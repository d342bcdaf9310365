"""Questions that the order of a CSV file's rows answers, through the whole pipeline."""

import uuid

import pytest

from docqa.agent.tables import Order, wanted_order
from docqa.core.models import Hit
from tests.fakes.agents import answerer, done_of, events_of
from tests.fakes.agents import question as asked
from tests.fakes.answering import make_hit

ROWS = [
    "driver: Anna Berg; team: Oslo; home runs: 12",
    "driver: Carla Dahl; team: Bergen; home runs: 31",
    "driver: Eva Foss; team: Oslo; home runs: 1,004",
    "driver: Gro Haug; team: Bergen; home runs: 7",
]
FIRST = make_hit("\n".join(ROWS[:2]), pages=None, rows=(1, 2), filename="drivers.csv")
SECOND = make_hit("\n".join(ROWS[2:]), rank=2, pages=None, rows=(3, 4), filename="drivers.csv")


def answer(question: str, *hits: Hit) -> tuple[list[str], list[int | None]]:
    """The quotes of a grounded answer and their rows."""

    done = done_of(events_of(answerer(hits), asked(question)))
    citations = done.citations if done.grounded else ()
    return [citation.quote for citation in citations], [citation.row for citation in citations]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("which driver is listed after Carla Dahl?", [3, 2]),
        ("which driver is listed before Eva Foss?", [2, 3]),
        ("who was the last driver on the list?", [4]),
        ("who was the first driver on the list?", [1]),
        ("who is the last driver from Oslo?", [3]),
        ("which driver has the most home runs?", [3]),
        ("which driver has the fewest home runs?", [4]),
        ("which driver from Oslo has the least home runs?", [1]),
    ],
)
def test_rows_by_their_order(question: str, rows: list[int]) -> None:
    quotes, found = answer(question, FIRST, SECOND)
    assert found == rows
    assert quotes == [ROWS[row - 1] for row in rows]


def test_a_column_may_be_named_by_its_initials() -> None:
    renamed = [hit.model_copy(update={"text": hit.text.replace("home runs", "HR")}) for hit in (FIRST, SECOND)]
    assert answer("which driver has the most home runs?", *renamed)[1] == [3]


def test_with_a_row_missing_the_order_decides_nothing() -> None:
    late = make_hit("\n".join(ROWS[2:]), rank=2, pages=None, rows=(4, 5), filename="drivers.csv")
    assert answer("who was the last driver on the list?", FIRST, late)[1] != [5]


def test_the_row_after_the_last_one_is_not_made_up() -> None:
    assert len(answer("which driver is listed after Gro Haug?", FIRST, SECOND)[1]) <= 1


def test_among_other_documents_the_order_decides_nothing() -> None:
    others = [
        make_hit(f"The harbour has {n} piers.", rank=n, filename="h.pdf", document_id=uuid.UUID(int=9)) for n in (1, 2)
    ]
    assert answer("who was the last driver on the list?", *others, FIRST, SECOND)[1] != [4]


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("which county comes after Grant?", Order.AFTER),
        ("who was last?", Order.LAST),
        ("Wer hat die meisten Tore?", Order.MOST),
        ("who has the lowest score?", Order.LEAST),
    ],
)
def test_wanted_order(question: str, order: Order) -> None:
    wanted = wanted_order(question)
    assert wanted is not None
    assert wanted.order is order


@pytest.mark.parametrize("question", ["how many games were lost after the break?", "who drives for Oslo?"])
def test_counts_and_plain_questions_ask_for_no_order(question: str) -> None:
    assert wanted_order(question) is None
