"""Properties that a fusion of scores must have."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.retrieval.fusion import combined, min_max

SCORES = st.lists(st.floats(-50, 50), min_size=1, max_size=30)


@given(SCORES)
def test_normalised_scores_keep_their_order_and_reach_from_0_to_1(scores: list[float]) -> None:
    normalised = min_max(scores)
    assert max(normalised) == 1.0
    assert min(normalised) == (0.0 if max(scores) > min(scores) else 1.0)
    pairs = sorted(zip(scores, normalised, strict=True))
    assert all(low[1] <= high[1] for low, high in pairwise(pairs))


@given(SCORES, st.floats(0.1, 10), st.floats(-5, 5))
def test_scale_and_offset_of_a_ranker_do_not_matter(scores: list[float], scale: float, offset: float) -> None:
    moved = [score * scale + offset for score in scores]
    if max(scores) - min(scores) > 1e-3:
        assert min_max(moved) == pytest.approx(min_max(scores), abs=1e-6)


def test_average_of_both_stages() -> None:
    assert combined([1.0, 0.0, 0.5], [-3.0, 5.0, 1.0]) == [0.5, 0.5, 0.5]
    assert combined([1.0, 0.5, 0.0], [9.0, -9.0, 0.0]) == [1.0, 0.25, 0.25]
    assert combined([], []) == []
    assert combined([3.0], [7.0]) == [1.0]


def test_lists_of_different_lengths_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        combined([1.0], [1.0, 2.0])
