"""The second stage: fusion, budget, who is asked, and what is told when it does not happen."""

import time
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docqa.core.errors import DependencyUnavailable
from docqa.core.models import Hit, Reranking, RerankOutcome, SearchQuery
from docqa.core.ports import Reranker
from docqa.core.trace import traced
from docqa.retrieval.reranking import RERANKED, RerankingRetriever, is_clear, placed
from tests.fakes.answering import ListRetriever, make_hit
from tests.fakes.retrieval import ENGLISH, FixedChoices, ScriptedReranker

pytestmark = pytest.mark.anyio

ENGLISH_QUESTION = "When does the ferry to the island leave in the morning?"
CHINESE_QUESTION = "去岛上的渡船早上几点从港口出发？"
OTHER = UUID(int=9)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def found(count: int, *, document_ids: Sequence[UUID] = ()) -> list[Hit]:
    """Passages "p1", "p2", … with scores that fall evenly."""
    return [
        make_hit(
            f"p{n}",
            rank=n,
            score=1 - n / 100,
            headings=("Book", "Chapter", "Section"),
            document_id=document_ids[n - 1] if document_ids else UUID(int=3),
        )
        for n in range(1, count + 1)
    ]


def number(passage: str) -> float:
    return float(passage.split("p")[-1])


async def search(
    hits: Sequence[Hit],
    *rerankers: Reranker,
    choices: FixedChoices | None = None,
    budget_s: float = 5.0,
    top_k: int = 6,
    query: str = ENGLISH_QUESTION,
) -> tuple[list[str], Reranking | None]:
    retriever = RerankingRetriever(
        ListRetriever(hits), rerankers=lambda: rerankers, choices=choices or FixedChoices(), budget_s=budget_s
    )
    with traced() as trace:
        ranked = await retriever.search(SearchQuery(tenant_id=UUID(int=1), query=query, top_k=top_k, rerank=True))
    assert [hit.rank for hit in ranked] == list(range(1, len(ranked) + 1))
    scores = [hit.score for hit in ranked]
    assert scores == sorted(scores, reverse=True)
    assert "rerank" in trace.timings_ms
    return [hit.text for hit in ranked], trace.reranking


async def test_both_stages_decide() -> None:
    sure = ScriptedReranker(lambda passage: 9.0 if passage.endswith("p3") else 0.0)
    texts, done = await search(found(5), sure, top_k=3)
    assert texts == ["p3", "p1", "p2"]
    assert done == Reranking(outcome=RerankOutcome.DONE, model="scripted", scored=5)
    assert sure.read == [[f"Chapter\nSection\np{n}" for n in range(1, 6)]]


async def test_a_query_that_does_not_ask_is_passed_on() -> None:
    inner, reranker = ListRetriever(found(5)), ScriptedReranker()
    retriever = RerankingRetriever(inner, rerankers=lambda: [reranker], choices=FixedChoices(), budget_s=1)
    query = SearchQuery(tenant_id=UUID(int=1), query=ENGLISH_QUESTION, top_k=2)
    with traced() as trace:
        assert await retriever.search(query) == inner.hits[:2]
    assert (inner.queries, reranker.read, trace.reranking) == ([query], [], None)


async def test_the_best_are_read_and_the_others_stay_behind_them() -> None:
    reranker = ScriptedReranker(number)
    texts, done = await search(found(RERANKED + 5), reranker, top_k=RERANKED + 3)
    assert len(reranker.read[0]) == RERANKED
    assert texts[RERANKED:] == [f"p{n}" for n in range(RERANKED + 1, RERANKED + 4)]
    assert done is not None
    assert done.scored == RERANKED


async def test_one_passage_or_none_needs_no_order() -> None:
    for hits in ([], found(1)):
        texts, done = await search(hits, ScriptedReranker())
        assert texts == [hit.text for hit in hits]
        assert done == Reranking(outcome=RerankOutcome.NOTHING)


async def test_what_was_not_read_in_time_keeps_its_place() -> None:
    logits = {1: -5.0, 2: 5.0, 4: 4.0}
    texts, done = await search(found(5), ScriptedReranker(lambda passage: logits.get(int(number(passage)))))
    assert texts == ["p2", "p1", "p3", "p4", "p5"]
    assert done == Reranking(outcome=RerankOutcome.PARTLY, model="scripted", scored=3)


async def test_a_reranker_that_read_nothing_changes_nothing() -> None:
    texts, done = await search(found(3), ScriptedReranker(lambda passage: None))
    assert texts == ["p1", "p2", "p3"]
    assert done == Reranking(outcome=RerankOutcome.LATE, model="scripted", scored=0)


async def test_the_next_one_is_asked_when_the_first_fails_or_is_late() -> None:
    local = ScriptedReranker(lambda passage: 9.0 if passage.endswith("p2") else 0.0, model="local")
    for broken in (
        ScriptedReranker(model="remote", error=DependencyUnavailable("no", cause="http_401")),
        ScriptedReranker(model="remote", delay_s=10),
    ):
        texts, done = await search(found(3), broken, local, budget_s=0.5)
        assert texts == ["p2", "p1", "p3"]
        assert done == Reranking(outcome=RerankOutcome.DONE, model="local", scored=3)
    # The first one gets a part of the time only, the last one what is left of it.
    assert broken.budgets_s[0] == pytest.approx(0.3, abs=0.05)
    assert local.budgets_s[1] == pytest.approx(0.2, abs=0.1)


async def test_the_budget_holds_whatever_the_rerankers_do() -> None:
    start = time.perf_counter()
    texts, done = await search(found(3), ScriptedReranker(delay_s=10), ScriptedReranker(delay_s=10), budget_s=0.3)
    assert time.perf_counter() - start < 1.0
    assert texts == ["p1", "p2", "p3"]
    assert done == Reranking(outcome=RerankOutcome.LATE)


async def test_when_nobody_answers_the_first_stage_does() -> None:
    texts, done = await search(found(3), ScriptedReranker(error=DependencyUnavailable()))
    assert texts == ["p1", "p2", "p3"]
    assert done == Reranking(outcome=RerankOutcome.FAILED)


async def test_a_bug_is_not_taken_for_an_outage() -> None:
    with pytest.raises(ZeroDivisionError):
        await search(found(3), ScriptedReranker(error=ZeroDivisionError()))


def scored(*parts: tuple[float, float | None, float | None]) -> list[Hit]:
    """Hits with these scores: fused, dense, lexical."""
    return [
        hit.model_copy(update={"score": score, "dense_score": dense, "lexical_score": lexical})
        for hit, (score, dense, lexical) in zip(found(len(parts)), parts, strict=True)
    ]


@pytest.mark.parametrize(
    ("hits", "clear"),
    [
        (scored((1.0, 0.9, 8.0), (0.8, 0.7, 5.0), (0.1, 0.7, None)), True),
        (scored((1.0, 0.9, 8.0), (0.95, 0.9, 7.0), (0.1, 0.2, 1.0)), False),  # a narrow lead
        (scored((0.9, 0.9, 8.0), (0.7, 0.5, 5.0), (0.6, 0.2, 9.0)), False),  # another one is best by words
        (scored((0.9, 0.8, 8.0), (0.7, 0.9, 5.0)), False),  # or by meaning
        (scored((1.0, 0.9, None), (0.2, 0.7, None)), False),  # one opinion is no agreement
        (scored((1.0, None, 8.0), (0.2, None, 1.0)), False),
        (scored((1.0, 0.9, 0.0), (0.2, 0.7, 0.0)), False),  # no word of the question stands anywhere
    ],
)
async def test_a_first_stage_that_is_sure_is_not_questioned(hits: list[Hit], clear: bool) -> None:
    assert is_clear(hits) is clear
    reranker = ScriptedReranker(number)
    _, done = await search(hits, reranker)
    assert (done == Reranking(outcome=RerankOutcome.CLEAR)) is clear
    assert (reranker.read == []) is clear


async def test_a_language_is_left_to_those_who_know_it() -> None:
    english = ScriptedReranker(number, model="english", languages=ENGLISH)
    every = ScriptedReranker(number, model="every")
    _, done = await search(found(3), english, query=CHINESE_QUESTION)
    assert done == Reranking(outcome=RerankOutcome.LANGUAGE)
    _, done = await search(found(3), english, every, query=CHINESE_QUESTION)
    assert done is not None
    assert done.model == "every"
    assert english.read == []
    _, done = await search(found(3), english, every)
    assert done is not None
    assert done.model == "english"


@pytest.mark.parametrize(
    ("query", "passage", "outcome"),
    [
        ("A-17", "Die Fähre zur Insel fährt am Morgen ab, und sie kommt am Abend wieder.", RerankOutcome.LANGUAGE),
        ("A-17", "The ferry to the island leaves in the morning and is back in the evening.", RerankOutcome.DONE),
        ("A-17", "A-17; 4,5; 9", RerankOutcome.DONE),
        (CHINESE_QUESTION, "The ferry to the island leaves in the morning.", RerankOutcome.LANGUAGE),
    ],
)
async def test_of_a_question_that_has_no_language_the_passage_tells_it(
    query: str, passage: str, outcome: RerankOutcome
) -> None:
    hits = [make_hit(passage, score=0.9), make_hit("another", rank=2, score=0.8)]
    _, done = await search(hits, ScriptedReranker(languages=ENGLISH), query=query)
    assert done is not None
    assert done.outcome == outcome


async def test_passages_of_collections_that_do_not_want_it_keep_their_places() -> None:
    mine = UUID(int=3)
    choices = FixedChoices(OTHER)
    reranker = ScriptedReranker(lambda passage: 9.0 if passage.endswith("p3") else 0.0)
    texts, done = await search(found(6, document_ids=[mine, OTHER, mine, mine, mine, OTHER]), reranker, choices=choices)
    assert texts == ["p3", "p2", "p1", "p4", "p5", "p6"]
    assert [len(read) for read in reranker.read] == [4]
    assert done == Reranking(outcome=RerankOutcome.DONE, model="scripted", scored=4)


async def test_nothing_is_read_when_the_collections_of_all_do_not_want_it() -> None:
    reranker = ScriptedReranker(number)
    texts, done = await search(found(3, document_ids=[OTHER] * 3), reranker, choices=FixedChoices(OTHER))
    assert texts == ["p1", "p2", "p3"]
    assert done == Reranking(outcome=RerankOutcome.COLLECTION)
    assert reranker.read == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.one_of(st.none(), st.floats(-12, 12))), max_size=30))
def test_placing_is_a_permutation_that_leaves_the_unread_where_they_are(
    pairs: list[tuple[float, float | None]],
) -> None:
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    hits = [make_hit(f"p{n}", rank=n + 1, score=score) for n, (score, _) in enumerate(ordered)]
    result = placed(hits, [logit for _, logit in ordered])
    assert sorted(hit.text for hit in result) == sorted(hit.text for hit in hits)
    assert all(hit.text == f"p{n}" for n, hit in enumerate(result) if ordered[n][1] is None)
    assert [hit.rank for hit in result] == list(range(1, len(hits) + 1))
    assert all(0 <= hit.score <= 1 for hit in result)
    assert all(a.score >= b.score for a, b in pairwise(result))
