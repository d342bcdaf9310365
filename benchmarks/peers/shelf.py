"""What every peer is given of a set: the passages, and one vector of each text by our model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Shelf:
    """`passages` and `questions`: id → text. `passage_terms` and `question_terms`: our terms, id → list."""

    name: str
    language: str
    passages: dict[str, str]
    questions: dict[str, str]
    passage_terms: dict[str, list[str]]
    question_terms: dict[str, list[str]]
    _passage_vectors: dict[str, list[float]] = field(repr=False)
    _question_vectors: dict[str, list[float]] = field(repr=False)

    @classmethod
    def of(cls, job: dict[str, Any]) -> "Shelf":
        """From the job; the file `vectors` holds rows for the passages, then for the questions."""
        rows = np.load(Path(job["vectors"])).astype(float).tolist()
        texts = [*job["passages"].values()], [*job["questions"].values()]
        return cls(
            name=job["name"],
            language=job["language"],
            passages=job["passages"],
            questions=job["questions"],
            passage_terms=job["passage_terms"],
            question_terms=job["question_terms"],
            _passage_vectors=dict(zip(texts[0], rows[: len(texts[0])], strict=True)),
            _question_vectors=dict(zip(texts[1], rows[len(texts[0]) :], strict=True)),
        )

    def of_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """As an embedding model would answer for these passages."""
        return [self._passage_vectors[text] for text in texts]

    def of_question(self, text: str) -> list[float]:
        """As it would for a question, its prefix included."""
        return self._question_vectors[text]
