"""What a whole document says: a line a section, with its quote."""

import pytest

from docqa.agent.summary import LONGEST_SECTION, asked, sections
from docqa.core.events import StepEvent
from tests.fakes.agents import answerer, done_of, events_of, question, writing
from tests.fakes.answering import make_hit

HISTORY = make_hit(
    "Halden Ferries was founded in 1911. Its ferries cross the fjord. The founder was a pilot's daughter.",
    headings=("History", "Beginnings"),
    pages=(1, 1),
)
FARES = make_hit(
    "A crossing costs 12 euros. Children under six travel free of charge. Season tickets are sold at the harbour.",
    headings=("Fares",),
    pages=(2, 2),
)
DOCUMENT = [HISTORY, FARES]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Summarize the handbook", True),
        ("Give me a summary of ferries.pdf", True),
        ("What is this document about?", True),
        ("What is in this file?", True),
        ("Fasse den Bericht zusammen", True),
        ("What is the fare in this report for children?", False),
        ("When was the company founded?", False),
    ],
)
def test_what_asks_for_a_whole_document(text: str, whole: bool) -> None:
    assert asked(text) is whole


def test_every_section_has_a_line_with_its_quote() -> None:
    done = done_of(events_of(answerer(DOCUMENT), question("Summarize ferries")))
    lines = done.answer.split("\n")
    assert [line.split(":")[0] for line in lines] == ["History", "Fares"]
    assert [citation.page for citation in done.citations] == [1, 2]
    assert all(citation.quote in HISTORY.text + FARES.text for citation in done.citations)
    assert done.grounded


def test_the_whole_document_is_read_not_the_best_passages() -> None:
    events = events_of(answerer(DOCUMENT), question("Summarize ferries"))
    steps = [event for event in events if isinstance(event, StepEvent) and event.status == "done"]
    assert [step.node for step in steps] == "guard route plan retrieve act generate verify".split()
    assert next(step.detail for step in steps if step.node == "act") == (
        "ferries.pdf: 2 passages read, 2 sections shown"
    )


def test_a_model_says_each_section_and_is_checked() -> None:
    said = "Halden Ferries was founded in 1911 by a pilot's daughter."
    with writing([said], ["A crossing costs 99 euros."]) as (models, _, server):
        done = done_of(events_of(answerer(DOCUMENT, models=models), question("Summarize ferries")))
    assert len(server.requests) == 2
    assert "99" not in done.answer, "what the section does not say is not shown"
    assert "Fares: " in done.answer
    assert len(done.citations) == 2


def test_long_sections_are_parted() -> None:
    long = [make_hit(f"{number} " + "word " * 400, headings=("One",)) for number in range(6)]
    found = sections(long)
    assert len(found) > 1
    assert all(len(section.text) <= LONGEST_SECTION for section in found)
    assert [hit for section in found for hit in section.hits] == long
