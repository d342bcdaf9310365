"""The whole pipeline over fakes: what a user sees, event by event."""

import asyncio
import itertools

import pytest

from docqa.agent.drafting import NOT_FOUND
from docqa.core.errors import DependencyUnavailable, InvalidRequest, NotFound, QuestionTooLong
from docqa.core.events import AskEvent, CitationEvent, DoneEvent, SourcesEvent, StepEvent, TokenEvent, UsageEvent
from docqa.core.models import Box, Hit
from tests.fakes.agents import answerer, events_of, question
from tests.fakes.answering import (
    TENANT,
    ListRetriever,
    MemoryMemories,
    RememberingConversations,
    make_hit,
)

BOX = Box(page=3, x0=10, y0=20, x1=200, y1=60)
FERRY = make_hit(
    "Ferries are green. The ferry leaves the harbour at 9:15 in the morning. Dogs travel free of charge.",
    headings=("Timetable",),
    boxes=(BOX,),
)
LUNCH = make_hit("Lunch costs 12 euros. Tea is free.", rank=2, score=0.2, filename="canteen.docx", pages=None)


def ask(text: str, *hits: Hit, conversations: RememberingConversations | None = None) -> list[AskEvent]:
    return events_of(answerer(hits, conversations=conversations), question(text))


def done(events: list[AskEvent]) -> DoneEvent:
    last = events[-1]
    assert isinstance(last, DoneEvent)
    return last


def test_the_answer_is_the_sentence_that_answers_with_its_place() -> None:
    events = ask("When does the ferry leave the harbour?", FERRY, LUNCH)
    answer = done(events)
    assert answer.answer.startswith("The ferry leaves the harbour at 9:15 in the morning. [1]")
    assert answer.grounded
    first = answer.citations[0]
    assert first.quote == "The ferry leaves the harbour at 9:15 in the morning."
    assert (first.marker, first.filename, first.page, first.row, first.boxes) == (1, "ferries.pdf", 3, None, (BOX,))
    assert (first.document_id, first.version) == (FERRY.document_id, 2)


def test_events_come_in_the_order_of_the_contract() -> None:
    events = ask("When does the ferry leave the harbour?", FERRY, LUNCH)
    steps = [(event.node, event.status) for event in events if isinstance(event, StepEvent)]
    nodes = ["guard", "route", "plan", "retrieve", "rerank", "grade", "generate", "verify"]
    assert steps == [(node, status) for node in nodes for status in ("started", "done")]
    assert [event.detail for event in events if isinstance(event, StepEvent) and event.node == "plan"] == ["", ""]
    kinds = [kind for kind, _ in itertools.groupby(type(event) for event in events)]
    assert kinds[:3] == [StepEvent, SourcesEvent, StepEvent]
    assert kinds[3:5] == [TokenEvent, CitationEvent]
    assert kinds[-2:] == [UsageEvent, DoneEvent]
    assert all(event.ms is not None for event in events if isinstance(event, StepEvent) and event.status == "done")


def test_tokens_joined_are_the_answer_and_citations_follow_their_markers() -> None:
    events = ask("When does the ferry leave the harbour?", FERRY, LUNCH)
    shown = [event.text for event in events if isinstance(event, TokenEvent)]
    assert len(shown) > 3
    assert "".join(shown) == done(events).answer
    for before, event in itertools.pairwise(events):
        if isinstance(event, CitationEvent):
            assert isinstance(before, TokenEvent)
            assert before.text == f" [{event.marker}]"
    assert [e.marker for e in events if isinstance(e, CitationEvent)] == [c.marker for c in done(events).citations]


def test_sources_are_the_passages_that_were_found() -> None:
    events = ask("When does the ferry leave the harbour?", FERRY, LUNCH)
    assert [event.hits for event in events if isinstance(event, SourcesEvent)] == [(FERRY, LUNCH)]


def test_the_turn_is_stored_before_done_and_costs_nothing() -> None:
    conversations = RememberingConversations()
    events = ask("When does the ferry leave the harbour?", FERRY, conversations=conversations)
    ((asked, answer, citations, usage, grounded),) = conversations.turns
    assert asked.text == "When does the ferry leave the harbour?"
    assert (answer, citations, grounded) == (done(events).answer, done(events).citations, True)
    assert (usage.provider, usage.model, usage.input_tokens, usage.cost_usd) == ("extractive", "hashing", 0, 0.0)


def test_what_the_documents_do_not_say_is_refused_with_the_nearest_places() -> None:
    events = ask("How tall was emperor Napoleon of France?", FERRY, LUNCH)
    answer = done(events)
    assert not answer.grounded
    assert answer.answer.startswith(f"{NOT_FOUND} The nearest passages are in ")
    assert "ferries.pdf, page 3 [" in answer.answer
    assert "canteen.docx [" in answer.answer
    assert {citation.filename for citation in answer.citations} == {"ferries.pdf", "canteen.docx"}
    assert all(citation.quote in FERRY.text + LUNCH.text for citation in answer.citations)
    assert "".join(event.text for event in events if isinstance(event, TokenEvent)) == answer.answer


def test_without_any_passage_the_refusal_names_none() -> None:
    answer = done(ask("When does the ferry leave?"))
    assert answer.answer == f"{NOT_FOUND} There is no document to search."
    assert (answer.citations, answer.grounded) == ((), False)


def test_a_csv_record_is_quoted_whole_with_its_row() -> None:
    lines = ["ship: Aurora; port: Bergen; year: 1972", "ship: Borealis; port: Oslo; year: 1985"]
    answer = done(ask("In which port is the ship Borealis?", make_hit("\n".join(lines), pages=None, rows=(7, 8))))
    assert answer.grounded
    assert (answer.citations[0].quote, answer.citations[0].row) == (lines[1], 8)


def test_a_table_row_is_found_by_the_names_of_its_columns() -> None:
    table = "Ship | Port | Built\nAurora | Bergen | 1972\nBorealis | Oslo | 1985"
    answer = done(ask("Which port has the ship Borealis?", make_hit(table)))
    assert answer.citations[0].quote == "Borealis | Oslo | 1985"


def test_the_search_is_kept_to_the_documents_that_were_named() -> None:
    retriever = ListRetriever([FERRY])

    events_of(answerer(retriever=retriever), question("ferry?", document_ids=(FERRY.document_id,)))
    assert (retriever.queries[0].tenant_id, retriever.queries[0].document_ids) == (TENANT, (FERRY.document_id,))


@pytest.mark.parametrize(
    ("text", "error"), [("", InvalidRequest), (" ?! ", InvalidRequest), ("x" * 2_001, QuestionTooLong)]
)
def test_a_wrong_question_is_refused_before_the_first_event(text: str, error: type[Exception]) -> None:
    async def first() -> AskEvent:
        return await anext(answerer().answer(question(text)))

    with pytest.raises(error):
        asyncio.run(first())


@pytest.mark.parametrize("error", [DependencyUnavailable("down"), NotFound()])
def test_errors_of_the_parts_come_through_after_the_first_events(error: Exception) -> None:
    async def run() -> list[AskEvent]:
        events: list[AskEvent] = []
        stream = answerer(retriever=ListRetriever(error=error)).answer(question("ferry"))
        for _ in range(7):
            events.append(await anext(stream))
        with pytest.raises(type(error)):
            await anext(stream)
        return events

    assert [event.name for event in asyncio.run(run())] == ["step"] * 7


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("Remember that I work in the Bergen office.", "I work in the Bergen office."),
        ("please remember: our fiscal year ends in June", "our fiscal year ends in June"),
        ("Merk dir, dass ich im Hafen arbeite.", "ich im Hafen arbeite."),
    ],
)
def test_what_a_user_asks_to_remember_is_kept_and_said(said: str, fact: str) -> None:
    memories = MemoryMemories()
    answer = done(events_of(answerer([FERRY], memories=memories), question(said)))
    assert fact in answer.answer
    assert [memory.content for _, memory in memories.found] == [fact]


def test_a_question_about_remembering_is_a_question() -> None:
    memories = MemoryMemories()
    done(events_of(answerer([FERRY], memories=memories), question("Remember when the ferry leaves the harbour?")))
    assert memories.found == []
