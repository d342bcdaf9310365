"""Which pieces are chosen, and when nothing is."""

import asyncio

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


def test_nothing_found_is_no_answer() -> None:
    assert not is_answered(gather("Anything?", [], WordAnalyzer()))
