"""Pages, rows and boxes of a quote within its passage."""

import pytest

from docqa.agent.citing import cite
from docqa.agent.evidence import Candidate
from docqa.agent.quotable import pieces
from docqa.core.models import Box, Citation, Hit
from tests.fakes.answering import make_hit


def citations(hit: Hit) -> list[Citation]:
    found = pieces(hit.text, is_csv=hit.row_from is not None)
    return [cite(Candidate(hit, piece, frozenset(), 0.0, True), marker) for marker, piece in enumerate(found, start=1)]


def test_in_a_passage_over_two_pages_the_place_in_the_text_decides() -> None:
    first = Box(page=4, x0=0, y0=700, x1=400, y1=760)
    second = Box(page=5, x0=0, y0=40, x1=400, y1=60)
    text = "The ship was built in Bergen by hand. It took three years to build it. Then it sank. The end."
    found = citations(make_hit(text, pages=(4, 5), boxes=(first, second)))
    assert [citation.page for citation in found] == [4, 4, 5, 5]
    assert [citation.boxes for citation in found] == [(first,), (first,), (second,), (second,)]


def test_without_boxes_a_passage_over_two_pages_counts_for_its_first() -> None:
    assert [citation.page for citation in citations(make_hit("One. Two.", pages=(4, 5)))] == [4, 4]


def test_without_pages_there_is_none() -> None:
    (citation,) = citations(make_hit("One line", pages=None))
    assert (citation.page, citation.row, citation.boxes) == (None, None, ())


@pytest.mark.parametrize(
    ("lines", "last", "rows"),
    [
        (["id: 1; v: a", "id: 2; v: b", "id: 3; v: c"], 12, [10, 11, 12]),
        (["id: 1; v: a", "rest of a", "id: 2; v: b"], 11, [10, 10, 11]),
        (["rest of the one before", "more of it"], 10, [10, 10]),
    ],
)
def test_the_row_of_a_csv_line(lines: list[str], last: int, rows: list[int]) -> None:
    assert [c.row for c in citations(make_hit("\n".join(lines), pages=None, rows=(10, last)))] == rows
