"""What is searched, where, and what happens when a first try finds too little."""

import pytest

from docqa.agent.asking import follow_up
from docqa.agent.scoping import documents_named, names_documents
from docqa.core.events import AskEvent, StepEvent
from docqa.core.models import Turn
from tests.fakes.agents import answerer, document, events_of, question, writing
from tests.fakes.answering import ListRetriever, make_hit

FERRY = make_hit("The ferry leaves the harbour at 9:15 in the morning. Lunch is served on board from noon.")
DOCUMENTS = [
    document("annual-report-2021.pdf"),
    document("annual-report-2022.pdf"),
    document("crew_handbook.docx"),
    document("workshop-stock.csv"),
    document("x1.pdf", metadata={"title": "Lease Agreement Bergen"}),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What was the revenue in the 2022 report?", ["annual-report-2022.pdf"]),
        ("What was the revenue in the annual report?", ["annual-report-2021.pdf", "annual-report-2022.pdf"]),
        ("According to the crew handbook, who is on watch?", ["crew_handbook.docx"]),
        ("What is the rent in the Bergen lease agreement?", ["x1.pdf"]),
        ("How many pumps are in the workshop stock?", ["workshop-stock.csv"]),
        ("How many rows are in crew_handbook.docx?", ["crew_handbook.docx"]),
        ("What does 'x1.pdf' say of the rent?", ["x1.pdf"]),
        ("What does the crew handbook, in the 1999 report, say?", ["crew_handbook.docx"]),
        ("What was the revenue in the 1999 report?", []),
        ("What was the revenue in 2022?", []),
        ("What is in the report?", []),
    ],
)
def test_documents_are_named_by_what_they_are_called(text: str, names: list[str]) -> None:
    assert [view.filename for view in documents_named(text, DOCUMENTS)] == names
    assert names_documents(text) or not names


def detail(events: list[AskEvent], node: str) -> list[str]:
    return [e.detail for e in events if isinstance(e, StepEvent) and e.node == node and e.status == "done"]


def test_a_named_document_alone_is_searched() -> None:
    retriever = ListRetriever([FERRY])
    made = answerer(retriever=retriever, documents=DOCUMENTS)
    events = events_of(made, question("When does the ferry leave the harbour, in the crew handbook?"))
    assert retriever.queries[0].document_ids == (DOCUMENTS[2].document_id,)
    assert detail(events, "plan")[0] == "only in crew_handbook.docx"


def test_a_name_opens_no_document_that_was_not_asked_about() -> None:
    retriever = ListRetriever([FERRY])
    made = answerer(retriever=retriever, documents=DOCUMENTS)
    scope = (DOCUMENTS[0].document_id,)
    events_of(made, question("What of the ferry in the crew handbook?", document_ids=scope))
    assert retriever.queries[0].document_ids == scope


def test_what_is_found_partly_is_searched_again_everywhere_in_other_words() -> None:
    retriever = ListRetriever([FERRY])
    made = answerer(retriever=retriever, documents=DOCUMENTS)
    events = events_of(made, question("When does the ferry leave the harbour, in the crew handbook?"))
    assert detail(events, "grade")[0] == "partly"
    first, second, *more = retriever.queries
    assert len(more) <= 1
    assert set(second.texts) - set(first.texts)
    assert (first.document_ids, second.document_ids) == ((DOCUMENTS[2].document_id,), None)


def test_a_model_takes_a_comparing_question_apart() -> None:
    retriever = ListRetriever([FERRY])
    with writing(["When does the ferry leave?\n2. When is lunch served?"], ["It leaves at 9:15. [1]"]) as (
        models,
        _,
        _,
    ):
        events = events_of(
            answerer(retriever=retriever, models=models),
            question("Compare when the ferry leaves and when lunch is served"),
        )
    assert retriever.queries[0].texts[1:] == ("When does the ferry leave?", "When is lunch served?")
    assert detail(events, "plan")[0] == "When does the ferry leave? | When is lunch served?"


TURNS = (
    Turn(question="What was the revenue of Halden Ferries in 2022?", answer="12 million. [1]"),
    Turn(question="Who signed the report?", answer="Anna Berg. [1]"),
)


@pytest.mark.parametrize(
    ("asked", "turns", "alone"),
    [
        ("and in 2021?", TURNS[:1], "What was the revenue of Halden Ferries in 2021?"),
        ("Who signed it?", TURNS[:1], "Who signed it? — Halden Ferries 2022 revenue"),
        ("What does the crew eat on Sundays in winter?", TURNS[:1], "What does the crew eat on Sundays in winter?"),
        ("and in 2021?", (), "and in 2021?"),
    ],
)
def test_a_follow_up_takes_over_what_it_leans_on(asked: str, turns: tuple[Turn, ...], alone: str) -> None:
    assert follow_up(asked, turns) == alone
