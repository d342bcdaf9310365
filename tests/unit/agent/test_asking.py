"""What is left of a question without its instructions, and the place that it names."""

import pytest

from docqa.agent.asking import Place, focus, place_in, without_place


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What is the revenue (in USD)? If data is not available, return 'N/A'.", "What is the revenue (in USD)?"),
        ("According to the annual report, who is the chair?", "who is the chair?"),
        ("Who is the chair according to the text?", "Who is the chair?"),
        ("Who is the chair? Give me the name only.", "Who is the chair?"),
        ("What was the margin (within the last period or at its end)?", "What was the margin?"),
        ("Who are you (the crew)?", "Who are you (the crew)?"),
        ("Which ship is longest?", "Which ship is longest?"),
        ("What is the answer according to the captain?", "What is the answer according to the captain?"),
        ("According to the text?", "According to the text?"),
    ],
)
def test_focus(question: str, left: str) -> None:
    assert focus(question) == left


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
