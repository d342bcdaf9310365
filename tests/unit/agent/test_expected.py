"""What a question asks for, and what holds it."""

import pytest

from docqa.agent.expected import Expected, expected_answer, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many ships are there?", Expected.QUANTITY),
        ("What percentage of guests came back?", Expected.QUANTITY),
        ("Wie viele Schiffe gibt es?", Expected.QUANTITY),
        ("还剩多少秒？", Expected.QUANTITY),
        ("كم عدد السفن؟", Expected.QUANTITY),
        ("When was the bridge built?", Expected.TIME),
        ("In which year did the ferry sink?", Expected.TIME),
        ("Wann fährt die Fähre?", Expected.TIME),
        ("Who wrote the report?", Expected.PERSON),
        ("Where is the head office?", Expected.PLACE),
        ("why is the sea salty", Expected.REASON),
        ("What does the deck describe?", Expected.ANYTHING),
        ("The whole wheel", Expected.ANYTHING),
    ],
)
def test_expected_answer(question: str, kind: Expected) -> None:
    assert expected_answer(question) is kind


@pytest.mark.parametrize(
    ("kind", "text", "question", "held"),
    [
        (Expected.QUANTITY, "It holds 40 people.", "How many people?", True),
        (Expected.QUANTITY, "It holds three people.", "How many people?", True),
        (Expected.QUANTITY, "It holds people.", "How many people?", False),
        (Expected.QUANTITY, "In 2022 it held people.", "How many people in 2022?", False),
        (Expected.TIME, "It was built on 3 May.", "When was it built?", True),
        (Expected.TIME, "It was built of 12 stones.", "When was it built?", False),
        (Expected.PERSON, "it was Anna", "Who was it?", True),
        (Expected.PERSON, "a Buckley", "Who sued Buckley?", False),
        (Expected.REASON, "because of rain", "Why?", True),
        (Expected.ANYTHING, "", "What?", True),
    ],
)
def test_holds(kind: Expected, text: str, question: str, held: bool) -> None:
    assert holds(kind, text, question) is held
