"""Where long texts are cut, and what the boxes of a passage are."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.chunking.geometry import around, merged
from docqa.chunking.graphemes import cut_after, cut_before, may_cut
from docqa.chunking.measure import fitting_prefix, fitting_suffix, long_cuts, word_cut
from docqa.core.models import Box
from tests.fakes.tokens import BitTokens

TOKENS = BitTokens()
CLUSTERS = [
    "e\u0301",  # e with a combining accent
    "\U0001f469\u200d\U0001f467",  # a family
    "\U0001f44d\U0001f3fd",  # thumbs up, darker
    "\U0001f1e9\U0001f1ea",  # a flag
    "\u0e19\u0e49\u0e33",  # Thai: consonant, tone mark, SARA AM
    "\u0e40\u0e01",  # Thai: vowel before its consonant
    "\u0915\u094d\u0937\u093f",  # Devanagari conjunct with a vowel sign
    "\u1112\u1161\u11ab",  # a Hangul syllable in letters
    "\r\n",
    "x",
    "\u706f",
]


@pytest.mark.parametrize("cluster", CLUSTERS, ids=ascii)
def test_a_cluster_is_never_cut(cluster: str) -> None:
    text = f"a{cluster}b"
    assert [at for at in range(len(text) + 1) if may_cut(text, at)] == [0, 1, 1 + len(cluster), 2 + len(cluster)]
    for at in range(2, 1 + len(cluster)):
        assert cut_before(text, at) == 1
        assert cut_after(text, at) == 1 + len(cluster)


def test_flags_are_cut_between_each_other() -> None:
    text = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"
    assert [at for at in range(5) if may_cut(text, at)] == [0, 2, 4]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from([*CLUSTERS[:8], "a", " ", "ab, ", "; ", "灯"]), max_size=120).map("".join),
    st.integers(8, 60),
)
def test_long_cuts_lose_nothing_and_keep_the_limit(text: str, limit: int) -> None:
    cuts = list(long_cuts(text, limit, TOKENS))
    assert "".join("".join(text[start:end].split()) for start, end in cuts) == "".join(text.split())
    assert all(before_end <= after_start for (_, before_end), (after_start, _) in pairwise(cuts))
    for start, end in cuts:
        assert text[start:end] == text[start:end].strip() != ""
        assert TOKENS.count([text[start:end]])[0] <= limit
        assert may_cut(text, start)
        assert may_cut(text, end)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("one: 1; two: 2; three: 3 and a half", "one: 1; two: 2;"),
        ("a word or two of them, and another one here", "a word or two of them,"),
        ("aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii", "aaaa bbbb cccc dddd eeee ffff gggg hhhh"),
    ],
)
def test_the_best_place_before_the_limit_is_taken(text: str, first: str) -> None:
    start, end = next(long_cuts(text, 8, TOKENS))
    assert text[start:end] == first


def test_prefix_and_suffix_keep_words() -> None:
    text = "alpha beta gamma delta"
    assert text[: word_cut(text, fitting_prefix(text, 3, TOKENS))] == "alpha beta gamma "
    assert text[fitting_suffix(text, 2, TOKENS) :] == "gamma delta"
    assert fitting_suffix(text, 0, TOKENS) == len(text)


def box(y: float, *, x: float = 0, width: float = 100, page: int = 1) -> Box:
    return Box(page=page, x0=x, y0=y, x1=x + width, y1=y + 10)


def test_lines_below_each_other_become_one_box() -> None:
    assert merged([box(0), box(12), box(24, width=30)]) == (Box(page=1, x0=0, y0=0, x1=100, y1=34),)


def test_columns_pages_and_distant_lines_stay_apart() -> None:
    apart = [box(700), box(0, x=200), box(12, page=2), box(400, page=2)]
    assert merged(apart) == tuple(apart)


def test_the_cells_of_a_line_become_one_box_a_page() -> None:
    cells = [box(0), box(0, x=300), box(0, page=2)]
    assert around(cells) == (Box(page=1, x0=0, y0=0, x1=400, y1=10), box(0, page=2))
