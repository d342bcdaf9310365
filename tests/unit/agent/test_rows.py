"""What a row says to a question."""

from docqa.agent.quotable import Piece, pieces
from docqa.agent.rows import RowMatch, match_row, rows_alike
from tests.fakes.answering import WordAnalyzer

RECORD = Piece("part: HF-1; name: Bow seal; ship: Aurora; shelf: A 3", 0, is_row=True)


def match(question: str, piece: Piece = RECORD) -> RowMatch:
    analyzer = WordAnalyzer()
    return match_row(piece, [{term} for term in analyzer.query_terms(question)], analyzer)


def test_names_of_columns_are_told_from_values() -> None:
    found = match("name ship aurora")
    assert found.names == {0, 1}
    assert found.values == {2}


def test_a_value_is_whole_only_if_the_question_names_all_of_it() -> None:
    assert match("the seal of the aurora").whole == {1}
    assert match("the bow seal").whole == {0, 1}


def test_a_small_number_names_no_value() -> None:
    assert match("season 1", Piece("season: 1; title: Pilot", 0, is_row=True)).whole == frozenset()
    assert match("year 1972", Piece("year: 1972; title: Pilot", 0, is_row=True)).whole == {1}


def test_the_first_value_is_the_key() -> None:
    table = pieces("Food | Calories\nBerries | 150\nGrain | 200", is_csv=False)
    assert [match("calories of berries", row).by_key for row in table] == [False, True, False]
    assert match("calories of berries", table[1]).names == {0}


def test_rows_alike_hold_the_same_words_or_more() -> None:
    matches = [RowMatch(values=frozenset(words)) for words in ({1}, {1, 2}, {2}, {1, 2, 3})]
    assert [rows_alike(each, matches) for each in matches] == [3, 2, 3, 1]
