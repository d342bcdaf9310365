"""The figures of single questions."""

import pytest

from docqa.evaluation.datasets import Question
from docqa.evaluation.places import Evidence, Passage
from docqa.evaluation.scoring import Found, answer_figures, in_order, label, search_figures

PASSAGES = [
    Passage("a.pdf", f"Page {n} holds {'the Amity' if n == 4 else 'nothing'}.", pages=(n, n)) for n in range(1, 9)
]
ABOUT_DOCUMENTS = Question("q", "?", docs=("a.pdf",), evidence=(Evidence("a.pdf", page=4),), answers=("Amity",))


def test_passages_of_a_data_set_are_ranked_by_their_ids() -> None:
    question = Question("q", "?", relevant={"p1": 1, "p2": 1})
    figures = search_figures(question, Found(ids=["p3", "p1"]), 10)
    assert set(figures) == {"ndcg@10", "recall@5", "recall@10", "mrr"}
    assert (figures["recall@5"], figures["mrr"]) == (0.5, 0.5)


def test_passages_of_documents_are_ranked_by_what_they_hold() -> None:
    figures = search_figures(ABOUT_DOCUMENTS, Found(PASSAGES), 10)
    assert figures["mrr"] == pytest.approx(1 / 4)
    assert figures["page_hit@5"] == figures["holds_answer@5"] == figures["recall@5"] == 1
    figures = search_figures(ABOUT_DOCUMENTS, Found(PASSAGES), 3)
    assert set(figures) == {"ndcg@3", "recall@3", "mrr", "page_hit@3", "holds_answer@3"}
    assert figures["page_hit@3"] == figures["holds_answer@3"] == 0


def test_a_question_of_which_nothing_is_known_has_no_figures() -> None:
    assert search_figures(Question("q", "?", answerable=False), Found(PASSAGES), 10) == {}


def test_an_answer_is_compared_without_its_markers() -> None:
    cited = [PASSAGES[3], PASSAGES[0]]
    figures = answer_figures(ABOUT_DOCUMENTS, "The Amity [1][2].", cited, grounded=True)
    assert figures == {
        "answered": 1, "contains": 1, "f1": 1, "em": 1, "citation_precision": 0.5, "citation_recall": 1,
    }  # fmt: skip


def test_a_refusal_is_no_answer_whatever_it_says() -> None:
    figures = answer_figures(ABOUT_DOCUMENTS, "Nothing about the Amity was found.", [], grounded=False)
    assert set(figures.values()) == {0}
    nothing = Question("q", "?", answerable=False)
    assert answer_figures(nothing, "Nothing was found.", [], grounded=False) == {"refused": 1}
    assert answer_figures(nothing, "The Amity [1].", PASSAGES[:1], grounded=True) == {"refused": 0}


def test_metrics_stand_in_order_and_have_names() -> None:
    assert in_order({"ms", "mrr", "recall@10", "ndcg@10", "recall@5"}) == [
        "ndcg@10", "recall@5", "recall@10", "mrr", "ms",
    ]  # fmt: skip
    assert [label(one) for one in ("ndcg@10", "mrr", "page_hit@5")] == ["nDCG@10", "MRR", "page hit rate@5"]
