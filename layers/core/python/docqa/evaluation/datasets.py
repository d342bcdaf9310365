"""A data set: documents or passages, questions, and which of them answers which.

Read from a folder in one of two layouts: that of BEIR (Thakur et al., "BEIR: A Heterogenous Benchmark for Zero-shot
Evaluation of Information Retrieval Models", 2021), which holds passages, or questions about the pages of documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from docqa.evaluation.places import Evidence


@dataclass(frozen=True)
class Question:
    """A question, and what is known of it.

    `relevant`: grades of passages by their ids (BEIR). `docs`: the documents that it is about, `evidence`: where in
    them an answer stands. `answers`: texts that are right, one of several parts with a line for each; none if it is not
    `answerable`.
    """

    id: str
    text: str
    relevant: Mapping[str, int] = field(default_factory=dict)
    docs: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answers: tuple[str, ...] = ()
    answerable: bool = True

    @property
    def is_judged(self) -> bool:
        """Whether it is known what should be found."""
        return any(grade > 0 for grade in self.relevant.values()) or bool(self.evidence)


@dataclass(frozen=True)
class CorpusPassage:
    """A passage to be found by itself."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class DataSet:
    """Questions with either `passages` or `documents` (path in the data set → file).

    `sha256` is that of passages or documents, in hex: what has to be indexed. `notes` say what was odd about the files.
    """

    name: str
    questions: tuple[Question, ...]
    passages: tuple[CorpusPassage, ...] = ()
    documents: Mapping[str, Path] = field(default_factory=dict)
    sha256: str = ""
    notes: tuple[str, ...] = ()

    @property
    def has_answers(self) -> bool:
        return any(question.answers for question in self.questions)
