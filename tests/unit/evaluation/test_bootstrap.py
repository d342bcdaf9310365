"""Intervals: known cases, and that they cover the truth about as often as they say."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.evaluation.bootstrap import Interval, mean_interval, paired_difference

FIGURES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_figures_that_are_all_alike_leave_no_doubt() -> None:
    assert mean_interval([0.5] * 7) == Interval(0.5, 0.5, 0.5, 7)


def test_the_interval_of_a_coin() -> None:
    """100 questions, half of them right: the standard error is 0.05, so about 0.4 to 0.6."""
    found = mean_interval([0.0, 1.0] * 50)
    assert (found.value, found.questions) == (0.5, 100)
    assert found.low == pytest.approx(0.4, abs=0.02)
    assert found.high == pytest.approx(0.6, abs=0.02)


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    dice = random.Random(3)
    covered = 0
    for seed in range(200):
        found = mean_interval([dice.random() for _ in range(60)], resamples=200, seed=seed)
        covered += found.low <= 0.5 <= found.high
    assert 0.88 <= covered / 200 <= 0.99


@given(FIGURES)
def test_the_mean_lies_within_and_the_same_seed_gives_the_same(figures: list[float]) -> None:
    found = mean_interval(figures, resamples=100)
    assert found == mean_interval(figures, resamples=100)
    assert min(figures) - 1e-9 <= found.low <= found.high <= max(figures) + 1e-9


def test_a_small_gain_on_every_question_is_sure_though_both_means_are_wide() -> None:
    old = [n / 100 for n in range(100)]
    new = [figure + 0.02 + 0.01 * (n % 2) for n, figure in enumerate(old)]
    found = paired_difference(new, old)
    assert found.is_sure
    assert found.value == pytest.approx(0.025)
    assert found.share_above == 1
    assert mean_interval(new).low < mean_interval(old).high
    assert paired_difference(old, new).share_above == 0


def test_gains_and_losses_that_cancel_out_are_not_sure() -> None:
    found = paired_difference([0.0, 1.0] * 20, [1.0, 0.0] * 20)
    assert not found.is_sure
    assert found.low < 0 < found.high
    assert 0.3 < found.share_above < 0.7


def test_figures_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="no figures"):
        mean_interval([])
    with pytest.raises(ValueError, match="zip"):
        paired_difference([1.0], [1.0, 0.0])
