"""Answers against right answers: SQuAD's rules, any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.evaluation.answers import contains, exact_match, overlap, token_f1, words

TEXTS = st.text("ab the.,。 灯塔é1", max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Quick, brown fox!", ["quick", "brown", "fox"]),
        ("1,450 crowns", ["1450", "crowns"]),
        ("No. 21–908", ["no", "21908"]),
        ("€184,500", ["184500"]),
        ("灯塔很亮。", ["灯", "塔", "很", "亮"]),
        ("XP 系统", ["xp", "系", "统"]),
        ("ＡＢＣ Straße", ["abc", "strasse"]),
        ("نيوتن؟", ["نيوتن"]),
        ("The A", ["the", "a"]),
        ("…", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_exact_match_takes_any_right_answer() -> None:
    assert exact_match("the Ingrid Solberg.", ["Jonas Brekke", "Ingrid Solberg"]) == 1
    assert exact_match("Ingrid", ["Ingrid Solberg"]) == 0
    assert exact_match("anything", []) == 0


def test_f1_by_hand() -> None:
    # two of three words said are right, two of two right ones were said
    assert token_f1("founded Ingrid Solberg", ["Ingrid Solberg"]) == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))
    assert token_f1("灯塔亮", ["灯塔很亮"]) == pytest.approx(2 * 3 / 7)
    assert token_f1("x", ["y", "x"]) == 1
    assert token_f1("x x", ["x"]) == pytest.approx(2 / 3)
    assert token_f1("", ["x"]) == token_f1("x", []) == 0


def test_contains_looks_for_whole_words_side_by_side() -> None:
    assert contains("It costs 1,450 crowns a night.", ["1450 crowns"]) == 1
    assert contains("It costs 1,555 crowns.", ["55"]) == 0
    assert contains("Ingrid and Solberg", ["Ingrid Solberg"]) == 0
    assert contains("这个灯塔很亮。", ["灯塔"]) == 1
    assert contains("mean 2.5, sum 10", ["10\n2.5"]) == 1
    assert contains("mean 2.5", ["10\n2.5"]) == 0
    assert contains("anything", []) == contains("anything", ["…"]) == 0


def test_overlap_counts_repeated_words_once_each() -> None:
    assert overlap(["a", "a", "b"], ["a", "c"]) == pytest.approx(1 / 3)
    assert overlap([], ["a"]) == 0


@given(TEXTS, TEXTS)
def test_f1_is_a_share_that_is_the_same_both_ways(one: str, other: str) -> None:
    assert token_f1(one, [other]) == pytest.approx(token_f1(other, [one]))
    assert 0 <= token_f1(one, [other]) <= 1
    assert exact_match(one, [one]) == float(bool(words(one)))
    assert contains(f"x {one} y", [one]) == float(bool(words(one)) and words(f"x {one} y") == ["x", *words(one), "y"])
