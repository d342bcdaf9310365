"""Sets of several languages are taken apart: each language among its own passages, and among those of all."""

import json
from pathlib import Path

import pytest

from benchmarks.judged_sets import judged_sets


def write(
    folder: Path, passages: dict[str, str], questions: dict[str, str], judged: list[tuple[str, str, int]]
) -> None:
    (folder / "qrels").mkdir(parents=True)
    rows = [json.dumps({"_id": name, "title": "T", "text": text}) for name, text in passages.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")
    rows = [json.dumps({"_id": name, "text": text}) for name, text in questions.items()]
    (folder / "queries.jsonl").write_text("\n".join(rows), encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, one)) for one in judged)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines), encoding="utf-8")


def test_a_set_of_one_language_stays_whole(tmp_path: Path) -> None:
    write(tmp_path / "lamps", {"1": "a lamp", "2": "b"}, {"7": "lamp?", "8": "unjudged"}, [("7", "1", 3)])
    (one,) = judged_sets(tmp_path)
    assert (one.name, one.language) == ("lamps", "en")
    assert one.passages == {"1": "T\na lamp", "2": "T\nb"}
    assert one.questions == {"7": "lamp?"}
    assert one.relevant["7"] == {"1": 3}


def test_languages_are_asked_among_their_own_passages_and_among_all(tmp_path: Path) -> None:
    passages = {"en-1": "lamp", "de-1": "Lampe"}
    write(tmp_path / "q", passages, {"en-7": "lamp?", "de-7": "Lampe?"}, [("en-7", "en-1", 1), ("de-7", "de-1", 1)])
    found = {one.name: one for one in judged_sets(tmp_path)}
    assert list(found) == ["q en", "q de", "q en, all passages", "q de, all passages"]
    assert [*found["q de"].passages] == ["de-1"]
    assert [*found["q de, all passages"].passages] == ["en-1", "de-1"]
    assert [*found["q de, all passages"].questions] == ["de-7"]
    assert {one.language for one in found.values() if "de" in one.name} == {"de"}


def test_fewer_questions(tmp_path: Path) -> None:
    questions = {str(n): "?" for n in range(7)}
    write(tmp_path / "q", {"p": "x"}, questions, [(n, "p", 1) for n in questions])
    assert [*judged_sets(tmp_path)[0].every(3).questions] == ["0", "3", "6"]


def test_a_folder_without_a_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"corpus\.jsonl"):
        judged_sets(tmp_path)
