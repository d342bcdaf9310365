"""Both layouts of a data set, and what is said of a file that is not as it must be."""

import json
from pathlib import Path
from typing import Any

import pytest

from docqa.core.errors import InvalidDataSet
from docqa.evaluation.datasets import CorpusPassage
from docqa.evaluation.packing import packs, passage_ids
from docqa.evaluation.places import Evidence
from docqa.evaluation.reading import read_data_set

CORPUS = [{"_id": "p1", "title": "Lamp", "text": "It was bright."}, {"_id": 2, "text": "It was loud."}]
QUERIES = [{"_id": "q1", "text": "How was it?"}, {"_id": "q2", "text": "Nobody judged this."}]
QRELS = ["query-id\tcorpus-id\tscore", "q1\tp1\t1", "q1\t2\t0"]
QUESTION = {
    "id": "a",
    "docs": ["docs/a.pdf"],
    "question": "How bright?",
    "answers": ["very", 17],
    "answerable": True,
    "evidence": [{"doc": "docs/a.pdf", "page": 2, "text": " very bright "}],
}


def write(path: Path, rows: list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "ships"
    write(folder / "corpus.jsonl", CORPUS)
    write(folder / "queries.jsonl", QUERIES)
    write(folder / "qrels" / "test.tsv", QRELS)
    return folder


@pytest.fixture
def qa(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    write(folder / "qa.jsonl", [QUESTION])
    (folder / "docs").mkdir()
    for name in ("a.pdf", "b.csv"):
        (folder / "docs" / name).write_bytes(name.encode())
    return folder


def test_beir(beir: Path) -> None:
    found = read_data_set(beir)
    assert found.name == "ships"
    assert found.passages == (CorpusPassage("p1", "Lamp", "It was bright."), CorpusPassage("2", "", "It was loud."))
    (question,) = found.questions
    assert (question.id, question.text, question.relevant) == ("q1", "How was it?", {"p1": 1, "2": 0})
    assert question.is_judged
    assert not found.has_answers
    assert found.notes == ()


def test_the_hash_is_that_of_what_is_indexed(beir: Path) -> None:
    before = read_data_set(beir).sha256
    write(beir / "queries.jsonl", [{"_id": "q1", "text": "Another question."}])
    assert read_data_set(beir).sha256 == before
    write(beir / "corpus.jsonl", [*CORPUS, {"_id": "p3", "text": "More."}])
    assert read_data_set(beir).sha256 != before


def test_judgements_of_what_is_not_there_are_noted(beir: Path) -> None:
    write(beir / "qrels" / "test.tsv", [*QRELS, "q9\tp1\t1", "q1\tp9\t2", "q1\tp8\t1"])
    found = read_data_set(beir)
    assert found.questions[0].relevant == {"p1": 1, "2": 0, "p9": 2, "p8": 1}
    assert found.notes == (
        "test.tsv judges 1 times queries that are not there.",
        "test.tsv judges 2 times passages that are not there.",
    )


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        ("corpus.jsonl", [CORPUS[0], "{"], "corpus.jsonl, line 2: it is no JSON"),
        ("corpus.jsonl", ["[1]"], "corpus.jsonl, line 1: it is no object."),
        ("corpus.jsonl", ["", {"_id": "x"}], "corpus.jsonl, line 2: there is no 'text'."),
        ("corpus.jsonl", [{"text": "x"}], "corpus.jsonl, line 1: there is no '_id'."),
        ("corpus.jsonl", [{"_id": "x", "text": ["y"]}], "corpus.jsonl, line 1: 'text' is no text."),
        ("corpus.jsonl", [CORPUS[0], CORPUS[0]], "corpus.jsonl, line 2: the _id 'p1' stands on an earlier line, too."),
        ("corpus.jsonl", [], "corpus.jsonl holds no passage."),
        ("queries.jsonl", [{"_id": "q1", "text": " "}], "queries.jsonl, line 1: 'text' is empty."),
        ("qrels/test.tsv", [QRELS[0], "q1 p1 1"], "test.tsv, line 2: there are 1 cells between tabs"),
        ("qrels/test.tsv", [QRELS[0], "q1\tp1\tyes"], "test.tsv, line 2: the score 'yes' is no number."),
        ("qrels/test.tsv", [QRELS[0]], "test.tsv judges no question of queries.jsonl."),
    ],
)
def test_a_broken_line_is_named(beir: Path, name: str, rows: list[Any], said: str) -> None:
    write(beir / name, rows)
    with pytest.raises(InvalidDataSet) as raised:
        read_data_set(beir)
    assert said in raised.value.message
    assert raised.value.message.endswith(".")


def test_questions(qa: Path) -> None:
    rows = {"doc": "docs/b.csv", "rows": [3, 4]}
    cell = {"doc": "docs/a.pdf", "table": 0, "row": 2, "text": "x"}
    slide = {"doc": "docs/a.pdf", "slide": 4}
    evidence = [rows, cell, {"doc": "docs/a.pdf"}, slide]
    other = {"id": "b", "question": "Who?", "evidence": evidence, "answers": [{"mean": 1.5, "sum": "3"}]}
    write(qa / "qa.jsonl", [QUESTION, other, QUESTION | {"id": "c", "answerable": False}])
    found = read_data_set(qa)
    first, second, third = found.questions
    assert first.answers == ("very", "17")
    assert first.evidence == (Evidence("docs/a.pdf", page=2, text="very bright"),)
    assert second.docs == ("docs/b.csv", "docs/a.pdf")
    assert second.answers == ("1.5\n3",)
    assert second.evidence == (
        Evidence("docs/b.csv", rows=(3, 4)), Evidence("docs/a.pdf", text="x"), Evidence("docs/a.pdf", page=4),
    )  # fmt: skip
    assert (third.answerable, third.answers, third.evidence, third.is_judged) == (False, (), (), False)
    assert found.documents == {"docs/a.pdf": qa / "docs/a.pdf", "docs/b.csv": qa / "docs/b.csv"}
    assert read_data_set(qa / "qa.jsonl") == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": None}, "there is no 'question'."),
        ({"id": ""}, "'id' is empty."),
        ({"docs": "docs/a.pdf"}, "'docs' is no list."),
        ({"docs": [], "evidence": []}, "neither 'docs' nor 'evidence' names a document."),
        ({"docs": ["docs/none.pdf"]}, "there is no file"),
        ({"answerable": "yes"}, "'answerable' is neither true nor false."),
        ({"answers": [["x"]]}, "'answers' holds something that is no text."),
        ({"evidence": [{"page": 1}]}, "an item of 'evidence' names no 'doc'."),
        ({"evidence": [{"doc": "docs/a.pdf", "page": "1"}]}, "'page' or 'row' of an 'evidence' is no number."),
    ],
)
def test_a_broken_question_is_named(qa: Path, change: dict[str, Any], said: str) -> None:
    write(qa / "qa.jsonl", [QUESTION | {"id": "x"}, QUESTION | change])
    with pytest.raises(InvalidDataSet) as raised:
        read_data_set(qa)
    assert "qa.jsonl, line 2: " in raised.value.message
    assert said in raised.value.message


def test_a_folder_without_a_data_set(tmp_path: Path, beir: Path) -> None:
    with pytest.raises(InvalidDataSet, match="holds no data set"):
        read_data_set(tmp_path)
    with pytest.raises(InvalidDataSet, match="There is no folder"):
        read_data_set(tmp_path / "none")
    (beir / "queries.jsonl").unlink()
    with pytest.raises(InvalidDataSet, match=r"There is no file .*queries\.jsonl"):
        read_data_set(beir)
    (beir / "queries.jsonl").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InvalidDataSet, match="cannot be read"):
        read_data_set(beir)


def test_a_limit_draws_the_same_questions_each_time(qa: Path) -> None:
    write(qa / "qa.jsonl", [QUESTION | {"id": f"q{n}"} for n in range(40)])
    ten = [one.id for one in read_data_set(qa, limit=10).questions]
    five = [one.id for one in read_data_set(qa, limit=5).questions]
    assert (len(ten), len(five)) == (10, 5)
    assert set(five) < set(ten)
    assert ten == sorted(ten, key=lambda name: int(name[1:]))
    assert ten != [f"q{n}" for n in range(10)]
    assert len(read_data_set(qa, limit=99).questions) == 40


def test_the_samples_are_a_data_set() -> None:
    found = read_data_set(Path(__file__).resolve().parents[3] / "samples")
    assert len(found.questions) > 20
    assert sum(not question.answerable for question in found.questions) == 2


def test_packs_hold_nothing_but_title_and_text_and_their_lines_lead_back() -> None:
    passages = [CorpusPassage(f"id {n}", f"Title {n}", f"Text\n\n{n}") for n in range(1, 6)]
    one, two, three = packs(passages, size=2)
    assert [pack.filename for pack in (one, two, three)] == [f"passages-0000{n}.jsonl" for n in (1, 2, 3)]
    assert [json.loads(line) for line in two.content.splitlines()] == [
        {"title": "Title 3", "text": "Text\n\n3"},
        {"title": "Title 4", "text": "Text\n\n4"},
    ]
    ids = {pack.filename: pack.ids for pack in (one, two, three)} | {"own.pdf": ("id 9",)}
    places = [("passages-00002.jsonl", 2), ("passages-00001.jsonl", 1), ("passages-00002.jsonl", 2), ("own.pdf", None)]
    hits = [{"filename": name, "row_from": row, "chunk_id": f"{name}{row}"} for name, row in [*places, ("other", 1)]]
    assert passage_ids(hits, ids) == ["id 4", "id 1", "id 9", "\0other1"]
