"""Ranges of pages: every page once, recognised ones apart, never more ranges than the state can carry."""

from hypothesis import given
from hypothesis import strategies as st

from docqa.parsing.pdf.ranges import MAX_RANGES, SINGLE_PAGES, page_ranges


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), min_size=1, max_size=12))
def test_ranges_cover_every_page_once(runs: list[tuple[bool, int]]) -> None:
    recognised = [kind for kind, length in runs for _ in range(length)][:2_000]
    ranges = page_ranges(recognised)
    assert [pages.index for pages in ranges] == list(range(len(ranges)))
    covered = [page for pages in ranges for page in range(pages.first, pages.last + 1)]
    assert covered == list(range(1, len(recognised) + 1))
    assert len(ranges) <= MAX_RANGES


@given(st.lists(st.booleans(), min_size=1, max_size=250))
def test_pages_to_be_recognised_are_alone(recognised: list[bool]) -> None:
    for pages in page_ranges(recognised):
        kinds = {recognised[page - 1] for page in range(pages.first, pages.last + 1)}
        assert len(kinds) == 1
        assert kinds == {False} or pages.first == pages.last


def test_three_hundred_scanned_pages_are_three_hundred_ranges() -> None:
    assert len(page_ranges([True] * SINGLE_PAGES)) == SINGLE_PAGES


def test_alternating_pages_are_shared_out_evenly() -> None:
    recognised = [page % 2 == 0 for page in range(2_000)]
    ranges = page_ranges(recognised)
    assert len(ranges) <= MAX_RANGES
    assert max(sum(recognised[pages.first - 1 : pages.last]) for pages in ranges) <= 4
