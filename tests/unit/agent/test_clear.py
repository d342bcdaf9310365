"""What words alone leave clear is not read again where a model writes the answer."""

from collections.abc import Sequence

import pytest

from docqa.agent.evidence import gather, is_clear
from docqa.core.models import Hit
from tests.fakes.agents import answerer, done_of, events_of, question, writing
from tests.fakes.answering import WordAnalyzer, make_hit
from tests.fakes.embedding import OverlapScorer

ASKED = "When does the ferry leave the harbour?"
FERRY = make_hit("The ferry does leave the harbour at 9:15.")
LUNCH = make_hit("Lunch costs 12 euros in the canteen.", rank=2, score=0.2)
ROWS = make_hit("ferry: the leave; harbour: 9:15; does: When", pages=None, rows=(1, 1), filename="times.csv")


def scored(hit: Hit, dense: float, lexical: float) -> Hit:
    return hit.model_copy(update={"dense_score": dense, "lexical_score": lexical})


@pytest.mark.parametrize(
    ("hits", "clear"),
    [
        ([scored(FERRY, 0.9, 9.0), scored(LUNCH, 0.2, 1.0)], True),
        ([scored(FERRY, 0.9, 1.0), scored(LUNCH, 0.2, 9.0)], True),
        ([scored(FERRY, 0.1, 1.0), scored(LUNCH, 0.2, 9.0)], False),
        ([scored(LUNCH, 0.1, 1.0), scored(FERRY, 0.2, 9.0)], True),
        ([scored(LUNCH, 0.9, 9.0)], False),
        ([scored(make_hit("The ferry does leave the harbour."), 0.9, 9.0)], False),
        ([scored(ROWS, 0.9, 9.0)], False),
        ([], False),
    ],
    ids=["all", "two of three", "fused only", "both arms", "beside it", "no time in it", "a row", "nothing"],
)
def test_what_is_clear(hits: Sequence[Hit], clear: bool) -> None:
    assert is_clear(gather(ASKED, hits, WordAnalyzer()), hits) is clear


def test_it_is_read_only_where_no_model_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    async def score(self: OverlapScorer, query: str, passages: Sequence[str]) -> list[float]:
        read.extend(passages)
        return [9.0 for _ in passages]

    monkeypatch.setattr(OverlapScorer, "score", score)
    hits = [scored(FERRY, 0.9, 9.0), scored(LUNCH, 0.2, 1.0)]
    with writing(["The ferry does leave at 9:15. [1]"]) as (models, _, _):
        done = done_of(events_of(answerer(hits, models=models), question(ASKED)))
    assert done.answer == "The ferry does leave at 9:15. [1]"
    assert read == []
    assert done_of(events_of(answerer(hits), question(ASKED))).grounded
    assert len(read) > 1
