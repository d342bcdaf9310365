"""The place that a question names."""

import pytest

from docqa.agent.asking import Place, place_in, without_place


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("What do the notes of the second slide say?", Place(page=2)),
        ("What stands on page 14?", Place(page=14)),
        ("In the table of slide 3, what is in column D of the second data row?", Place(page=3, row=2)),
        ("What is in row 2, column B?", Place(row=2)),
        ("Was steht auf Folie 4?", Place(page=4)),
        ("Who came second?", Place()),
    ],
)
def test_place_in(question: str, place: Place) -> None:
    assert place_in(question) == place


def test_without_place() -> None:
    assert (
        without_place("What do the notes of the second slide say?").split() == "What do the notes of the say?".split()
    )
    assert without_place("page 3") == "page 3"
