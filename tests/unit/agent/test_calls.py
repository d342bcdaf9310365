"""How many calls of a model each kind of question takes, as docs/ARCHITECTURE.md says."""

import pytest

from docqa.core.models import Turn
from tests.fakes.agents import answerer, done_of, events_of, question, writing
from tests.fakes.answering import make_hit

FERRY = make_hit(
    "The ferry leaves the harbour at 9:15 in the morning. Dogs travel free of charge.", headings=("Times",)
)
SALES = make_hit("region: North; amount: 10\nregion: South; amount: 20", pages=None, rows=(1, 2), filename="sales.csv")
BOTH = make_hit("The ferry does leave the harbour at 9:15 in the morning and dogs do travel free.")
EASY = "When does the ferry leave the harbour?"
ANSWER = ["The ferry leaves the harbour at 9:15. [1]"]
TURN = Turn(question=EASY, answer="At 9:15. [1]")


@pytest.mark.parametrize(
    ("text", "turns", "texts", "calls"),
    [
        ("Hello!", (), [], 0),
        ("Remember that I live in Bergen.", (), [], 0),
        ("How tall was emperor Napoleon of France?", (), [], 0),
        ("What is the total amount?", (), [], 0),
        (EASY, (), [ANSWER], 1),
        (EASY, (TURN,), [[EASY], ANSWER], 2),
        ("When does the ferry leave the harbour and when do dogs travel free?", (), [[EASY], ANSWER], 2),
        (EASY, (), [["The ferry leaves the harbour at 9:15. [1] Dogs ride free of charge. [1]"], ["NONE"]], 2),
        ("Summarize ferries", (), [["Dogs travel free of charge."]], 1),
    ],
    ids=["small talk", "memory", "not found", "table", "easy", "follow-up", "compound", "unsure sentence", "summary"],
)
def test_calls_by_kind(text: str, turns: tuple[Turn, ...], texts: list[list[str]], calls: int) -> None:
    hits = [SALES] if "amount" in text else [BOTH] if " and " in text else [FERRY]
    with writing(*texts) as (models, _, server):
        done = done_of(events_of(answerer(hits, models=models), question(text, turns=turns)))
    assert done.answer
    assert len(server.requests) == calls
