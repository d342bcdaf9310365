"""The layout of questions about documents: `qa.jsonl` (or `questions.jsonl`) beside the files that it names."""

import hashlib
from pathlib import Path
from typing import Any

from docqa.core.errors import InvalidDataSet
from docqa.evaluation.datasets import DataSet, Question
from docqa.evaluation.lines import Line, records_of
from docqa.evaluation.places import Evidence

NAMES = ("qa.jsonl", "questions.jsonl")


def read_questions(path: Path) -> DataSet:
    """The questions of a file, with the documents they name, found from its folder. Raises InvalidDataSet."""
    questions: dict[str, Question] = {}
    documents: dict[str, Path] = {}
    for line in records_of(path):
        question = _question(line)
        if question.id in questions:
            line.wrong(f"the id {question.id!r} stands on an earlier line, too")
        questions[question.id] = question
        for doc in question.docs:
            documents[doc] = path.parent / doc
            if not documents[doc].is_file():
                line.wrong(f"there is no file {documents[doc]}")
    if not questions:
        raise InvalidDataSet(f"{path} holds no question.")
    return DataSet(
        name=path.parent.resolve().name,
        questions=tuple(questions.values()),
        documents=dict(sorted(documents.items())),
        sha256=_digest(documents),
    )


def _question(line: Line) -> Question:
    evidence = tuple(_evidence(line, item) for item in line.items("evidence"))
    docs = dict.fromkeys([*(_text(line, "docs", doc) for doc in line.items("docs")), *(one.doc for one in evidence)])
    answerable = line.value.get("answerable", True)
    if not isinstance(answerable, bool):
        line.wrong("'answerable' is neither true nor false")
    if not docs:
        line.wrong("neither 'docs' nor 'evidence' names a document")
    return Question(
        id=line.filled("id"),
        text=line.filled("question"),
        docs=tuple(docs),
        evidence=tuple(one for one in evidence if one.is_place) if answerable else (),
        answers=tuple(_answer(line, answer) for answer in line.items("answers")) if answerable else (),
        answerable=answerable,
    )


def _answer(line: Line, value: Any) -> str:
    """A text; an answer of several named parts is one of a line for each of them."""
    parts = value.values() if isinstance(value, dict) else [value]
    return "\n".join(_text(line, "answers", part) for part in parts)


def _evidence(line: Line, item: Any) -> Evidence:
    """A place. A slide is a page. Rows of a table within a document have no number that a passage would know."""
    if not isinstance(item, dict) or not isinstance(item.get("doc"), str):
        line.wrong("an item of 'evidence' names no 'doc'")
    rows = item.get("rows", item.get("row"))
    rows = [] if rows is None or "table" in item else rows if isinstance(rows, list) else [rows]
    page = item.get("page", item.get("slide"))
    if any(isinstance(one, bool) or not isinstance(one, int) for one in (*rows, *([] if page is None else [page]))):
        line.wrong("'page' or 'row' of an 'evidence' is no number")
    return Evidence(
        doc=item["doc"],
        page=page,
        heading=_optional(line, item, "heading"),
        rows=tuple(rows),
        text=_optional(line, item, "text"),
    )


def _optional(line: Line, item: dict[str, Any], name: str) -> str | None:
    return (_text(line, name, item[name]).strip() or None) if item.get(name) is not None else None


def _text(line: Line, name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        line.wrong(f"{name!r} holds something that is no text")
    return str(value)


def _digest(documents: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for doc, path in sorted(documents.items()):
        digest.update(f"{doc}\0".encode())
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise InvalidDataSet(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()
