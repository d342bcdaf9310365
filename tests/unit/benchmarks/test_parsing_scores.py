"""The measures themselves: on texts whose scores can be told by hand."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.parsing_markdown import read
from benchmarks.parsing_scores import METRICS, common_subsequence, interval, scores, table_scores

LABEL = "# Title\n\nOne two three four.\n\n## Part\n\n| A | B |\n| - | - |\n| 1 | 2 |\n| 3 | 4 |\n\nFive six.\n"


def of(label: str, text: str, *, complete: bool = True, lines_kept: bool = False) -> dict[str, float]:
    return dict(scores(read(label), read(text), complete=complete, lines_kept=lines_kept))


def test_a_text_that_says_the_same_has_full_marks_in_everything() -> None:
    assert of(LABEL, LABEL.replace("# ", "## ").replace("four", "**four**")) == dict.fromkeys(METRICS, 1.0)


def test_nothing_read_is_nothing_scored() -> None:
    assert set(of(LABEL, "").values()) == {0.0}


def test_words_are_counted_with_repetition() -> None:
    found = of("a a b c", "a b b x")
    assert (found["recall"], found["precision"], found["words"]) == (0.5, 0.5, 0.5)


def test_order_is_that_of_the_words_in_common() -> None:
    assert of("a b c d", "c d a b x y")["order"] == 0.5
    assert of("a b c d", "a c")["order"] == 1.0


def test_headings_and_their_levels() -> None:
    found = of("# A\n\n## B\n\n## C\n\n## D", "# A\n\n## B\n\n### C\n\nD")
    assert found["headings"] == pytest.approx(6 / 7)
    assert found["levels"] == pytest.approx(4 / 7)


def test_what_is_made_up_counts_only_against_a_complete_label() -> None:
    text = "# Plain\n\ntext\n"
    assert "headings" not in of("Plain\n\ntext", text, complete=False)
    assert of("Plain\n\ntext", text)["headings"] == 0.0
    table = "| plain | text |\n| - | - |\n"
    assert "cells" not in of("plain text", table, complete=False)
    assert of("plain text", table)["cells"] == 0.0


def test_cells_in_the_wrong_column_lose_their_neighbours_only() -> None:
    right = "| A | B | C |\n| - | - | - |\n| 1 |  | 2 |\n| 3 | 4 | 5 |\n"
    moved = "| A | B | C |\n| - | - | - |\n| 1 | 2 |  |\n| 3 | 4 | 5 |\n"
    found = of(right, moved)
    assert found["cells"] == 1.0
    assert found["neighbours"] == pytest.approx(2 * 7 / (10 + 10))


def test_tables_are_paired_with_the_ones_most_like_them() -> None:
    first, second = (("a", "b"), ("1", "2")), (("c", "d"), ("3", "4"))
    assert table_scores((first, second), (second, first)) == (1.0, 1.0)
    by_cell, by_neighbour = table_scores((first, second), ((*first, *second),))
    assert by_cell == pytest.approx(2 * 4 / 16)
    assert by_neighbour < 1.0


def test_blocks_are_told_by_their_ends() -> None:
    label = "one two three four five six\n\nseven eight nine ten eleven"
    assert of(label, label.replace("\n\n", " "))["blocks"] == pytest.approx(2 * 2 / 6)
    assert "blocks" not in of(label, label, lines_kept=True)


def test_quality_is_the_mean_of_what_can_be_judged() -> None:
    found = of("# A\n\nb c", "A\n\nb c")
    assert found["quality"] == pytest.approx((1 + 1 + 0) / 3)


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_the_subsequence_is_the_longest(left: list[str], right: list[str]) -> None:
    assert common_subsequence(left, right) == slow_subsequence(left, right)


def slow_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    row = [0] * (len(right) + 1)
    for a in left:
        before = row[:]
        for j, b in enumerate(right, start=1):
            row[j] = before[j - 1] + 1 if a == b else max(row[j - 1], before[j])
    return row[-1]


def test_an_interval_holds_the_mean_and_narrows_with_more_files() -> None:
    few, many = interval([0.0, 1.0] * 5), interval([0.0, 1.0] * 100)
    assert few[0] <= 0.5 <= few[1]
    assert many[1] - many[0] < few[1] - few[0]
    assert interval([0.7] * 4) == pytest.approx((0.7, 0.7))
