"""Which answers of a peer count as refusals, and the tables of several systems' answers."""

import json
from pathlib import Path

import pytest

from benchmarks.answered import Answered, by_figure, by_kind
from benchmarks.answers_peer import refuses
from benchmarks.figures import Grid
from benchmarks.questions import chosen
from docqa.evaluation.datasets import Question
from docqa.evaluation.places import Evidence, Passage

QUESTIONS = [
    *(Question(id=f"q{n}", text="Who?", answers=("Ada",), evidence=(Evidence("a.pdf", page=n),)) for n in range(4)),
    Question(id="none", text="Why?", answerable=False),
]
KINDS = {question.id: "extract" if question.answerable else "unanswerable" for question in QUESTIONS}


def answers(system: str, text: str, *, page: int | None) -> list[Answered]:
    cited = () if page is None else (Passage("a.pdf", "Ada came.", pages=(page, page)),)
    return [Answered(system, "all", question, text, cited, bool(text), False, 2.0) for question in QUESTIONS]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I don't know.",
        "I do not know who founded it.",
        "The context does not mention a price.",
        "The provided text doesn’t specify the date.",
        "The purchase price is not mentioned in the context.",
        "There is no information about that.",
        "I cannot find it.",
    ],
)
def test_a_refusal(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", ["San Francisco", "He did not remodel the house.", "No, it was founded in 1901."])
def test_no_refusal(text: str) -> None:
    assert not refuses(text)


def test_figures_and_sure_differences() -> None:
    columns = {"ours": answers("ours", "Ada [1]", page=1), "peer": answers("peer", "", page=None)}
    grid = by_figure(Grid("t", "c", ("figure", "ours", "peer", "ours − peer")), columns, beside="peer")
    rows = {row[0].split(" (")[0]: row[1:] for row in grid.rows}
    assert rows["contains an answer"] == ("1.00", "0.00", "**+1.00 (+1.00 to +1.00)**")
    assert rows["citation recall"][:2] == ("0.25", "0.00")
    assert rows["refused, where it had to be"][:2] == ("0.00", "1.00")
    assert rows["seconds, median"] == ("2.0", "2.0", "")


def test_kinds() -> None:
    grid = by_kind(Grid("t", "c", ("kind", "questions", "ours")), {"ours": answers("ours", "Ada", page=1)}, KINDS)
    assert grid.rows == [("extract", "4", "1.00 / 1.00"), ("unanswerable", "1", "0.00")]


def test_few_unanswerable_questions_are_asked_more_often(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    common = {"docs": ["a.csv"], "question": "Who?", "answers": ["Ada"]}
    lines = [
        *({**common, "id": f"a{n}", "answerable": True, "kind": "lookup"} for n in range(9)),
        *({**common, "id": f"u{n}", "answerable": False, "kind": "names"} for n in range(4)),
        {**common, "id": "sum", "answerable": True, "kind": "aggregate"},
    ]
    (tmp_path / "qa.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ids = [question.id for question in chosen(tmp_path, 3).questions]
    assert ids == ["a0", "a3", "a6", "u0", "u1", "u2", "u3"]
    assert [question.id for question in chosen(tmp_path, 6).questions] == ["a0", "a6", "u0", "u2"]
