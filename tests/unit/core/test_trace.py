"""What a search tells beside its hits, and who hears it."""

from docqa.core import trace
from docqa.core.models import Reranking, RerankOutcome

DONE = Reranking(outcome=RerankOutcome.DONE, model="m", scored=2)


def test_what_is_overheard_is_heard_by_the_one_who_asked_too() -> None:
    with trace.traced() as asked:
        trace.note("before")
        with trace.timed("find"):
            pass
        with trace.overheard() as told:
            trace.note("before")
            trace.note("within")
            trace.reranked(DONE)
            with trace.timed("find"), trace.timed("rerank"):
                pass
        trace.note("after")
    assert (told.notes, told.reranking, sorted(told.timings_ms)) == (["before", "within"], DONE, ["find", "rerank"])
    assert (asked.notes, asked.reranking) == (["before", "within", "after"], DONE)
    assert asked.timings_ms["find"] >= told.timings_ms["find"]


def test_where_nobody_asked_it_is_overheard_all_the_same() -> None:
    with trace.overheard() as told:
        trace.note("within")
    trace.note("nobody hears this")
    assert told.notes == ["within"]


def test_nothing_overheard_takes_nothing_away() -> None:
    with trace.traced() as asked:
        trace.reranked(DONE)
        with trace.overheard():
            pass
    assert asked.reranking == DONE
