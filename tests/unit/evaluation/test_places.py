"""Whether passages and citations are from where the evidence says."""

import pytest

from docqa.evaluation.metrics import recall
from docqa.evaluation.places import (
    Evidence,
    Passage,
    as_ranking,
    citation_precision,
    citation_recall,
    holds,
    page_hit,
    stands_at,
)

LAMP = "The lamp could be seen from twenty miles away."


def on(page: int, text: str = LAMP, doc: str = "a.pdf") -> Passage:
    return Passage(doc=doc, text=text, pages=(page, page), headings=())


@pytest.mark.parametrize(
    ("passage", "evidence", "expected"),
    [
        (Passage("a.pdf", "x", pages=(2, 4)), Evidence("a.pdf", page=3), True),
        (Passage("a.pdf", "x", pages=(2, 4)), Evidence("a.pdf", page=5), False),
        (Passage("b.pdf", "x", pages=(2, 4)), Evidence("a.pdf", page=3), False),
        (Passage("a.csv", "x", rows=(2, 4)), Evidence("a.csv", rows=(9, 4)), True),
        (Passage("a.csv", "x", rows=(2, 4)), Evidence("a.csv", rows=(9,)), False),
        (Passage("a.docx", "x", headings=("Rules", "Booking:")), Evidence("a.docx", heading="booking"), True),
        (Passage("a.docx", "Booking\nEarly.", headings=()), Evidence("a.docx", heading="Booking"), True),
        (Passage("a.docx", "x", headings=("Rules",)), Evidence("a.docx", heading="Booking"), False),
        # a citation does not tell its heading: the text decides, or the document
        (Passage("a.docx", LAMP), Evidence("a.docx", heading="Lamp", text="twenty miles away"), True),
        (Passage("a.docx", LAMP), Evidence("a.docx", heading="Lamp", text="the weather at six"), False),
        (Passage("a.docx", LAMP), Evidence("a.docx", heading="Lamp"), True),
        (Passage("a.eml", LAMP), Evidence("a.eml", text="twenty miles"), True),
    ],
)
def test_places(passage: Passage, evidence: Evidence, expected: bool) -> None:
    assert stands_at(passage, evidence) is expected


def test_a_passage_of_the_page_must_hold_the_text_or_lie_within_it() -> None:
    assert holds(on(1), Evidence("a.pdf", page=1, text="seen from twenty miles"))
    assert holds(on(1), Evidence("a.pdf", page=1, text=f"{LAMP} It was built in 1874 by Maria Okafor, an engineer."))
    assert not holds(on(1), Evidence("a.pdf", page=1, text="the weather at six in the morning"))
    assert stands_at(on(1), Evidence("a.pdf", page=1, text="the weather at six in the morning"))


def test_page_hit_looks_at_the_first_passages_only() -> None:
    found = [on(1), on(2), on(3)]
    assert page_hit(found, [Evidence("a.pdf", page=3), Evidence("a.pdf", page=9)], 3) == 1
    assert page_hit(found, [Evidence("a.pdf", page=3)], 2) == 0


def test_citations_by_hand() -> None:
    cited = [on(1), on(2), on(2), on(7)]
    evidence = [Evidence("a.pdf", page=2), Evidence("a.pdf", page=3)]
    assert citation_precision(cited, evidence) == pytest.approx(2 / 4)
    assert citation_recall(cited, evidence) == pytest.approx(1 / 2)
    assert citation_precision([], evidence) == citation_recall(cited, []) == 0


def test_a_ranking_of_passages_counts_each_evidence_once() -> None:
    evidence = [Evidence("a.pdf", page=2), Evidence("a.pdf", page=3)]
    ranking, relevant = as_ranking([on(1), on(2), on(2)], evidence)
    assert ranking == ["other 0", "evidence 0", "evidence 0"]
    assert recall(ranking, relevant, 5) == pytest.approx(1 / 2)
