"""Cutting passages into quotable pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.agent.quotable import MAX_ROW, MAX_SENTENCE, holds_rows, pieces
from tests.fakes.answering import make_hit


@given(st.text(alphabet="ab .;,|\n|。A1", max_size=1_500), st.booleans())
def test_every_piece_stands_in_the_passage_word_for_word_and_is_not_too_long(passage: str, is_csv: bool) -> None:
    for piece in pieces(passage, is_csv=is_csv):
        assert piece.text in passage.split("\n")[piece.line]
        assert len(piece.text) <= (MAX_ROW if piece.is_row else MAX_SENTENCE)


@given(st.text(alphabet="ab .;,\nA1", max_size=1_500))
def test_no_word_is_lost(passage: str) -> None:
    kept = "".join(piece.text for piece in pieces(passage, is_csv=False))
    assert [c for c in kept if c.isalnum()] == [c for c in passage if c.isalnum()]


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        ("Mr. Smith sued Acme Inc. in May. He won.", ["Mr. Smith sued Acme Inc. in May.", "He won."]),
        ("Er kam am 3. Oktober an. Dann ging er.", ["Er kam am 3. Oktober an.", "Dann ging er."]),
        ("船早上离开。猫睡觉！", ["船早上离开。", "猫睡觉！"]),
        ("متى يغادر؟ يغادر صباحا.", ["متى يغادر؟", "يغادر صباحا."]),
    ],
)
def test_sentences(passage: str, expected: list[str]) -> None:
    assert [piece.text for piece in pieces(passage, is_csv=False)] == expected


def test_rows_know_the_names_of_their_columns() -> None:
    found = pieces("Prices:\nItem | Price\nTea | 2\nCake | 4\nAll prices in euros.", is_csv=False)
    assert [piece.in_context() for piece in found] == [
        "Prices:",
        "Item | Price",
        "Item: Tea; Price: 2",
        "Item: Cake; Price: 4",
        "All prices in euros.",
    ]
    assert [piece.is_row for piece in found] == [False, True, True, True, False]
    assert [piece.line for piece in found] == [0, 1, 2, 3, 4]


def test_records_of_a_csv_are_rows_whatever_they_hold() -> None:
    found = pieces("name: A | B; note: Yes. No.\nname: C; note: ", is_csv=True)
    assert [piece.text for piece in found] == ["name: A | B; note: Yes. No.", "name: C; note:"]
    assert all(piece.is_row and not piece.header for piece in found)


def test_a_long_sentence_is_cut_where_clauses_end() -> None:
    clause = "the ship sails on and on over the sea, "
    found = pieces(clause * 20 + "home.", is_csv=False)
    assert len(found) > 1
    assert all(piece.text.endswith(("sea,", "home.")) for piece in found)


@pytest.mark.parametrize(
    ("text", "rows", "expected"),
    [
        ("Name: Amity; Year: 1874", (3, 3), True),
        ("Name: Amity\nName: Bounty", (3, 4), True),
        ("The lift carries 320 kilograms.\nanswered_by: Kaja Moen", (5, 5), False),
        ("Name: Amity", None, False),
    ],
)
def test_a_record_of_prose_holds_no_rows(text: str, rows: tuple[int, int] | None, expected: bool) -> None:
    hit = make_hit(text, rows=rows)
    assert holds_rows(hit) is expected
