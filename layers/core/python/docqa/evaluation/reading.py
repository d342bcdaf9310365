"""Reading a data set from a folder, whichever layout it is in."""

import hashlib
from dataclasses import replace
from pathlib import Path

from docqa.core.errors import InvalidDataSet
from docqa.evaluation.beir import CORPUS, read_beir
from docqa.evaluation.datasets import DataSet
from docqa.evaluation.questions import NAMES, read_questions


def read_data_set(folder: Path, *, limit: int | None = None) -> DataSet:
    """The data set of a folder, or of a file of questions. Raises InvalidDataSet.

    `limit`: so many of its questions, spread over all of them; the same ones each time, and those of a lower limit are
    among those of a higher one.
    """
    found = _found(folder)
    if limit is None or limit >= len(found.questions):
        return found
    drawn = sorted(found.questions, key=lambda question: hashlib.sha256(question.id.encode()).digest())[:limit]
    kept = {question.id for question in drawn}
    return replace(found, questions=tuple(one for one in found.questions if one.id in kept))


def _found(folder: Path) -> DataSet:
    if folder.is_file():
        return read_questions(folder)
    if not folder.is_dir():
        raise InvalidDataSet(f"There is no folder {folder}.")
    if (folder / CORPUS).is_file():
        return read_beir(folder)
    for name in NAMES:
        if (folder / name).is_file():
            return read_questions(folder / name)
    raise InvalidDataSet(
        f"{folder} holds no data set: neither {CORPUS} with queries.jsonl and qrels/test.tsv, nor {NAMES[0]}."
    )
