"""Figures of a ranking against values computed by hand, and what holds for every ranking."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.evaluation.metrics import mrr, ndcg, precision, recall

NAMES = st.text("abcdefgh", min_size=1, max_size=1)
RANKINGS = st.lists(NAMES, max_size=12)
RELEVANT = st.dictionaries(NAMES, st.integers(-1, 4), max_size=8)


def test_ndcg_discounts_by_rank_and_weighs_by_grade() -> None:
    relevant = {"a": 3, "b": 1, "z": 2}
    gained = 1 / log2(2) + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert ndcg(["b", "x", "a"], relevant) == pytest.approx(gained / ideal)


def test_ndcg_looks_at_the_first_k_only_and_its_ideal_has_k_places_too() -> None:
    assert ndcg(["x", "a"], {"a": 1}, k=1) == 0
    assert ndcg(["a"], {"a": 2, "b": 2}, k=1) == 1


def test_grades_of_zero_or_less_are_not_relevant() -> None:
    relevant = {"a": 0, "b": -1, "c": 1}
    assert ndcg(["a", "b"], relevant) == 0
    assert recall(["a", "b", "c"], relevant, 3) == 1
    assert precision(["a", "b", "c"], relevant, 3) == pytest.approx(1 / 3)
    assert mrr(["a", "b", "c"], relevant) == pytest.approx(1 / 3)


def test_recall_and_precision_differ_in_what_they_divide_by() -> None:
    relevant = {"a": 1, "b": 1, "c": 1, "d": 1}
    assert recall(["a", "x", "b"], relevant, 3) == pytest.approx(2 / 4)
    assert precision(["a", "x", "b"], relevant, 3) == pytest.approx(2 / 3)
    assert precision(["a"], relevant, 5) == pytest.approx(1 / 5)


def test_an_id_that_occurs_again_counts_at_its_first_place_and_takes_no_other() -> None:
    assert ndcg(["x", "x", "a"], {"a": 1}) == pytest.approx(1 / log2(3))
    assert recall(["a", "a"], {"a": 1}, 2) == 1
    assert mrr(["x", "x", "a"], {"a": 1}) == pytest.approx(1 / 2)


@pytest.mark.parametrize("ranking", [[], ["a"]])
def test_without_anything_relevant_every_figure_is_zero(ranking: list[str]) -> None:
    assert (ndcg(ranking, {}), recall(ranking, {}, 5), precision(ranking, {}, 5), mrr(ranking, {})) == (0, 0, 0, 0)


@given(RANKINGS, RELEVANT, st.integers(1, 12))
def test_every_figure_is_a_share(ranking: list[str], relevant: dict[str, int], k: int) -> None:
    figures = (
        ndcg(ranking, relevant, k),
        recall(ranking, relevant, k),
        precision(ranking, relevant, k),
        mrr(ranking, relevant),
    )
    assert all(0 <= figure <= 1 + 1e-12 for figure in figures)


@given(RELEVANT.filter(lambda relevant: max(relevant.values(), default=0) > 0), st.integers(1, 12))
def test_the_ideal_ranking_has_an_ndcg_of_one(relevant: dict[str, int], k: int) -> None:
    best = sorted(relevant, key=lambda name: -relevant[name])
    assert ndcg(best, relevant, k) == pytest.approx(1)


@given(RANKINGS, RELEVANT, st.integers(1, 11))
def test_recall_never_falls_with_more_results(ranking: list[str], relevant: dict[str, int], k: int) -> None:
    assert recall(ranking, relevant, k) <= recall(ranking, relevant, k + 1)
