"""The tables of a comparison, on rankings whose figures are known."""

from benchmarks.beside import OURS, SAME_TERMS, Compared, tables
from benchmarks.judged_sets import JudgedSet
from benchmarks.retrieval_peers import Ranked
from docqa.evaluation.datasets import CorpusPassage, DataSet, Question

PASSAGES = tuple(CorpusPassage(name, "", name) for name in "abcd")
QUESTIONS = (Question("1", "first?", {"a": 1}), Question("2", "second?", {"b": 1}))
SET = JudgedSet("letters", "en", DataSet("letters", QUESTIONS, PASSAGES))


def ranked(name: str, kind: str, first: str, second: str) -> Ranked:
    return Ranked(name, kind, {"1": list(first), "2": list(second)})


COMPARED = Compared(
    SET,
    [
        ranked(OURS, "lexical", "abc", "bac"),
        ranked(OURS, "dense", "ba", "ab"),
        ranked(OURS, "hybrid", "ab", "ab"),
        ranked(OURS, "reranked", "ab", "ba"),
        ranked(SAME_TERMS, "lexical", "acb", "bad"),
        ranked("bm25s", "lexical", "cda", "bac"),
        ranked("Other", "hybrid", "ba", "ba"),
    ],
)


def test_figures_of_every_method_and_the_best_in_bold() -> None:
    ndcg, recall, _, _ = tables([COMPARED])
    rows = {(row[0], row[1]): row[2] for row in ndcg.rows}
    assert rows["reranked", OURS] == "**1.000**"
    assert rows["hybrid", OURS] == "0.815"  # 1 and 1 / log2(3)
    assert rows["lexical", "bm25s"] == "0.750"  # 1 / log2(4) and 1
    assert [row[0] for row in ndcg.rows] == ["lexical"] * 3 + ["dense"] + ["hybrid"] * 2 + ["reranked"]
    assert ndcg.rows[0][1] == OURS
    assert all(row[2] == "**1.000**" for row in recall.rows)
    assert "letters: 4 passages, 2" in ndcg.note


def test_ours_stands_against_the_best_peer_and_not_against_our_own_terms() -> None:
    versus = tables([COMPARED])[2].rows
    assert [row[:5] for row in versus] == [("letters", "1.000", "0.815", "Other", "0.815")]
    assert versus[0][5].startswith("+0.185 (")


def test_keywords_stand_against_bm25s_on_the_same_terms() -> None:
    (row,) = tables([COMPARED])[3].rows
    assert row == ("letters", "1.000", "1.000", "+0.0000", "50.0%", "0.750")
