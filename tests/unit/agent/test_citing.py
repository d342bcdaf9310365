"""Pages, rows and boxes of a quote within its passage."""

import pytest

from docqa.agent.citing import cite
from docqa.agent.evidence import Candidate
from docqa.agent.quotable import pieces
from docqa.core.models import Box, Citation, Hit, Span
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


def line(number: int, page: int = 4) -> Box:
    return Box(page=page, x0=50, y0=100 + 12 * number, x1=500, y1=110 + 12 * number)


def spans(text: str, *places: tuple[str, Box]) -> tuple[Span, ...]:
    return tuple(Span(start=text.index(part), end=text.index(part) + len(part), box=box) for part, box in places)


def test_the_boxes_are_those_of_the_lines_that_the_quote_stands_on() -> None:
    text = "The ship was built in Bergen by hand. It took three years. Then it sank."
    where = spans(
        text, ("The ship was built in", line(0)), ("Bergen by hand. It took", line(1)), ("three years. Then", line(2))
    )
    found = citations(make_hit(text, pages=(4, 4), boxes=(line(0),), spans=where))
    assert [citation.boxes for citation in found] == [(line(0), line(1)), (line(1), line(2)), (line(2),)]


def test_a_quote_over_a_page_break_is_cited_where_it_begins() -> None:
    text = "It was built. The lamp was seen from afar at sea. It was loud."
    where = spans(text, ("It was built. The lamp was", line(40)), ("seen from afar at sea. It was loud.", line(0, 5)))
    hit = make_hit(text, pages=(4, 5), boxes=(line(40), line(0, 5)), spans=where)
    assert [(c.page, c.boxes) for c in citations(hit)] == [
        (4, (line(40),)),
        (4, (line(40),)),
        (5, (line(0, 5),)),
    ]


def test_a_repeated_line_is_cited_where_it_was_taken_from() -> None:
    text = "Total | 5\nTotal | 5"
    where = (Span(start=0, end=9, box=line(0)), Span(start=10, end=19, box=line(1)))
    found = citations(make_hit(text, pages=(4, 4), spans=where))
    assert [citation.boxes for citation in found] == [(line(0),), (line(1),)]


def test_a_quote_that_has_no_place_has_no_box() -> None:
    where = (Span(start=0, end=4, box=line(0)),)
    hit = make_hit("One. Two.", pages=(4, 4), boxes=(line(0),), spans=where)
    assert [(c.page, c.boxes) for c in citations(hit)] == [(4, (line(0),)), (4, ())]


def test_the_sheet_is_cited() -> None:
    hit = make_hit("id: 1; v: a", pages=None, rows=(1, 1), sheet="Stock")
    assert [citation.sheet for citation in citations(hit)] == ["Stock"]


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
