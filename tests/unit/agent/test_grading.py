"""Which pieces are chosen, and when nothing is."""

import asyncio
import uuid

import pytest

from docqa.agent.evidence import Evidence, gather, read
from docqa.agent.expected import questions_in
from docqa.agent.grading import MAX_QUOTES, chosen, is_answered
from docqa.core.models import Hit
from tests.fakes.answering import WordAnalyzer, make_hit
from tests.fakes.embedding import OverlapScorer


def evidence_for(question: str, *hits: Hit) -> Evidence:
    return asyncio.run(read(question, gather(question, hits, WordAnalyzer()), hits, OverlapScorer()))


def quotes(question: str, *hits: Hit) -> list[str]:
    return [candidate.piece.text for candidate in chosen(evidence_for(question, *hits))]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Who wrote it, and when was it printed?", ["Who wrote it", "when was it printed?"]),
        ("Wer schrieb es und wann wurde es gedruckt?", ["Wer schrieb es", "wann wurde es gedruckt?"]),
        ("Who wrote it? In which year?", ["Who wrote it?", "In which year?"]),
        ("Which cats and dogs live here?", ["Which cats and dogs live here?"]),
    ],
)
def test_questions_in(text: str, parts: list[str]) -> None:
    assert questions_in(text) == parts


def test_each_part_of_a_compound_question_gets_its_sentence() -> None:
    hit = make_hit(
        "The ferry Aurora was launched in Bergen, and the ferry Aurora was painted blue. Tea costs two euros. "
        "Its captain retired to Oslo."
    )
    found = quotes("Where was the ferry Aurora launched and painted, and where has its captain retired to?", hit)
    assert found[0].startswith("The ferry Aurora was launched")
    assert "Its captain retired to Oslo." in found
    assert "Tea costs two euros." not in found


def test_a_running_title_does_not_win_over_a_sentence() -> None:
    hit = make_hit("Annual ferry harbour report\nThe ferry report names Bergen as the largest harbour of them all.")
    assert quotes("What does the annual ferry report say of the harbour?", hit)[0].startswith("The ferry report names")


def test_a_heading_is_not_quoted_as_an_answer() -> None:
    hit = make_hit("Opening hours of the museum\nIt opens at ten.", headings=("Opening hours of the museum",))
    assert quotes("What are the opening hours of the museum?", hit) == ["It opens at ten."]


def test_the_same_sentence_in_two_places_is_quoted_once() -> None:
    hits = [make_hit("The ferry leaves at nine.", rank=n, filename=f"{n}.pdf") for n in (1, 2, 3)]
    assert quotes("When does the ferry leave?", *hits) == ["The ferry leaves at nine."]


def test_no_more_than_three_quotes() -> None:
    text = " ".join(f"The ferry number {n} leaves from the {name} pier." for n, name in enumerate("abcdef"))
    assert len(quotes("Which ferry leaves?", make_hit(text))) <= MAX_QUOTES


def test_a_sentence_without_the_kind_of_thing_asked_for_is_no_answer() -> None:
    question = "How many passengers took the ferry Aurora?"
    assert is_answered(evidence_for(question, make_hit("passengers took the ferry Aurora: 412 in all.")))
    weak = make_hit("Passengers were glad that the ferry came.")
    assert not is_answered(evidence_for(question, weak))


def test_rows_count_by_their_words_although_the_cross_encoder_dislikes_them() -> None:
    ships = ["Aurora", "Borealis", "Corona", "Delta", "Echo", "Fram"]
    lines = [f"ship: {ship}; captain: Berg; home: Oslo" for ship in ships]
    row = make_hit("\n".join(lines), pages=None, rows=(1, 6))
    evidence = evidence_for("who is the captain of the Aurora", row)
    assert evidence.passage_relevance < 0
    assert is_answered(evidence)


STOCK = [
    "part: HF-1; name: Bow seal; ship: Aurora; supplier: Norseal",
    "part: HF-2; name: Fuel pump; ship: Borealis; supplier: Marin",
    "part: HF-3; name: Cooling fan; ship: Aurora; supplier: Volt",
]


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("What is the name of the master of the Aurora?", False),
        ("Who painted the hull of the Borealis?", False),
        ("Which supplier delivers the fuel pump?", True),
        ("Which part is the cooling fan?", True),
    ],
)
def test_a_row_answers_by_its_values_not_by_the_names_of_its_columns(question: str, answered: bool) -> None:
    row = make_hit("\n".join(STOCK), pages=None, rows=(1, 3))
    assert is_answered(evidence_for(question, row)) is answered


def test_a_value_that_most_rows_have_singles_none_out() -> None:
    lines = [f"ship: Aurora; seat: {seat} {seat}; class: sleeper" for seat in "abcdef"]
    row = make_hit("\n".join(lines), pages=None, rows=(1, 6))
    assert not is_answered(evidence_for("which deck of the ship Aurora has sauna and pool?", row))


def test_a_measure_of_the_kind_asked_for_wins_over_more_words() -> None:
    hit = make_hit(
        "When the waves pass 3.5 metres the outer route is closed whatever the wind. "
        "The outer route is closed at 17 metres per second."
    )
    assert (
        quotes("At what wind is the outer route closed?", hit)[0]
        == "The outer route is closed at 17 metres per second."
    )


def test_a_named_slide_and_row_decide() -> None:
    table = "ColA | ColB\n1 | 2\nx | f00d"
    hits = [make_hit(table, rank=n, pages=(n, n), document_id=uuid.UUID(int=n)) for n in (2, 3)]
    found = chosen(evidence_for("In the table of slide 3, what is in column B of the second data row?", *hits))
    assert (found[0].piece.text, found[0].hit.page_from) == ("x | f00d", 3)
    assert is_answered(evidence_for("In the table of slide 3, what is in column B of the second data row?", *hits))


def test_a_named_page_alone_makes_no_answer() -> None:
    page = make_hit("Item | Price\nTea | 2\nCake | 4", pages=(3, 3))
    assert not is_answered(evidence_for("What does page 3 say of the emperor and his revenue?", page))


def test_an_explanation_goes_on_with_the_next_sentence_of_its_paragraph() -> None:
    text = (
        "Phases of the moon are the shapes that we see. They change as it moves. Tides are another matter.\nMoon charts"
    )
    question = "what makes the shapes and phases of the moon"
    assert quotes(question, make_hit(text)) == [
        "Phases of the moon are the shapes that we see.",
        "They change as it moves.",
    ]


def test_a_sure_fact_stands_alone() -> None:
    hit = make_hit("The ferry Aurora sank in 1972. Nobody was hurt.", headings=("When it sank",))
    assert quotes("When sank ferry Aurora?", hit) == ["The ferry Aurora sank in 1972."]


def test_nothing_found_is_no_answer() -> None:
    assert not is_answered(gather("Anything?", [], WordAnalyzer()))
