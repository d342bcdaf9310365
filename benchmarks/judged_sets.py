"""Judged sets to compare on: those of a folder, one of several languages taken apart."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from docqa.evaluation.beir import CORPUS, read_beir
from docqa.evaluation.datasets import DataSet

_LANGUAGE = re.compile(r"([a-z]{2})-")


@dataclass(frozen=True)
class JudgedSet:
    """Passages and questions with what is relevant; `language`: of the questions, two letters."""

    name: str
    language: str
    data: DataSet

    @cached_property
    def passages(self) -> dict[str, str]:
        """Id → title and text as one, the way BEIR's own baselines index them."""
        return {one.id: f"{one.title}\n{one.text}".strip() for one in self.data.passages}

    @cached_property
    def questions(self) -> dict[str, str]:
        return {one.id: one.text for one in self.data.questions}

    @cached_property
    def relevant(self) -> Mapping[str, Mapping[str, int]]:
        """Question → passage → grade."""
        return {one.id: one.relevant for one in self.data.questions}

    def every(self, step: int) -> "JudgedSet":
        """The same set with one question of so many."""
        return replace(self, data=replace(self.data, questions=self.data.questions[::step]))


def judged_sets(folder: Path) -> list[JudgedSet]:
    """Every set of the folder, in BEIR's layout. One whose ids begin with a language ("de-17") becomes two for each
    language: the questions of that language over its own passages, and over the passages of all."""
    found = [one for path in sorted(folder.glob(f"*/{CORPUS}")) for one in _by_language(read_beir(path.parent))]
    if not found:
        raise FileNotFoundError(f"There is no set in {folder}: each is a folder with {CORPUS}.")
    return found


def _by_language(whole: DataSet) -> Iterator[JudgedSet]:
    names = [match[1] if (match := _LANGUAGE.match(one.id)) else "" for one in whole.questions]
    if not all(names):
        yield JudgedSet(whole.name, "en", whole)
        return
    languages = list(dict.fromkeys(names))
    for among_all in (False, True):
        for language in languages:
            begin = f"{language}-"
            data = replace(
                whole,
                passages=tuple(one for one in whole.passages if among_all or one.id.startswith(begin)),
                questions=tuple(one for one in whole.questions if one.id.startswith(begin)),
            )
            yield JudgedSet(f"{whole.name} {language}{', all passages' if among_all else ''}", language, data)
