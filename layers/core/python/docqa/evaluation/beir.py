"""The layout of BEIR: `corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`."""

import hashlib
from collections.abc import Container
from pathlib import Path

from docqa.core.errors import InvalidDataSet
from docqa.evaluation.datasets import CorpusPassage, DataSet, Question
from docqa.evaluation.lines import Line, lines_of, records_of, wrong

CORPUS = "corpus.jsonl"
_QUERIES = "queries.jsonl"
_QRELS = Path("qrels") / "test.tsv"


def read_beir(folder: Path) -> DataSet:
    """The questions of the folder that are judged, with all its passages. Raises InvalidDataSet."""
    passages = _passages(folder / CORPUS)
    ids = {passage.id for passage in passages}
    queries = _texts(folder / _QUERIES)
    judged, notes = _judgements(folder / _QRELS, ids, queries)
    if not judged:
        raise InvalidDataSet(f"{folder / _QRELS} judges no question of {_QUERIES}.")
    digest = hashlib.sha256()
    for passage in passages:
        digest.update(f"{passage.id}\0{passage.title}\0{passage.text}\0".encode("utf-8", "surrogatepass"))
    return DataSet(
        name=folder.resolve().name,
        questions=tuple(Question(id=one, text=queries[one], relevant=grades) for one, grades in judged.items()),
        passages=passages,
        sha256=digest.hexdigest(),
        notes=notes,
    )


def _passages(path: Path) -> tuple[CorpusPassage, ...]:
    found: dict[str, CorpusPassage] = {}
    for line in records_of(path):
        name = _new_id(line, found)
        found[name] = CorpusPassage(name, line.text("title", default=""), line.text("text"))
    if not found:
        raise InvalidDataSet(f"{path} holds no passage.")
    return tuple(found.values())


def _texts(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in records_of(path):
        found[_new_id(line, found)] = line.filled("text")
    return found


def _new_id(line: Line, known: Container[str]) -> str:
    name = line.filled("_id")
    if name in known:
        line.wrong(f"the _id {name!r} stands on an earlier line, too")
    return name


def _judgements(
    path: Path, passages: Container[str], queries: Container[str]
) -> tuple[dict[str, dict[str, int]], tuple[str, ...]]:
    """Query → passage → grade, in the order of the file, and notes on what is judged and not there."""
    judged: dict[str, dict[str, int]] = {}
    unknown = {"queries": 0, "passages": 0}
    for number, line in lines_of(path):
        cells = line.split("\t")
        if len(cells) != 3:
            wrong(path, number, f"there are {len(cells)} cells between tabs, not query-id, corpus-id and score")
        query, passage, score = (cell.strip() for cell in cells)
        try:
            grade = int(float(score))
        except ValueError:
            if number == 1:
                continue  # the header
            wrong(path, number, f"the score {score!r} is no number")
        unknown["queries"] += query not in queries
        unknown["passages"] += passage not in passages
        if query in queries:
            judged.setdefault(query, {})[passage] = grade
    notes = (f"{path.name} judges {count} times {what} that are not there." for what, count in unknown.items() if count)
    return judged, tuple(notes)
