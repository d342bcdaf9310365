"""Passages with natural statistics in bulk: words by Zipf and Mandelbrot, bursty in a document; vectors in clusters.

Nothing of it is text that anybody would read; what a search has to do for it is what it has to do for text: frequencies
fall as in English (a few words in every fifth passage, half of the vocabulary seen once), words come again within a
document, neighbours are nearer than strangers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
VOCABULARY = 400_000
LENGTH = (40, 140)
"""Terms of a passage, function words left out: passages of about 200 tokens."""

PASSAGES = 50
"""Of a document."""

TOPICS = 2_000
INTRINSIC = 48
"""Dimensions that vectors of one topic really spread over: sentence embeddings have some tens."""


@dataclass(frozen=True)
class Passages:
    """Consecutive passages: `terms` are numbers of words, one array a passage; `vectors` one row a passage."""

    terms: list[NDArray[np.int32]]
    vectors: NDArray[np.float32]


class Corpus:
    """The same seed gives the same passages."""

    def __init__(self, seed: int = 7) -> None:
        self._seed = seed
        dice = np.random.default_rng(seed)
        weights = 1 / (np.arange(1, VOCABULARY + 1) + 60.0) ** 1.15
        self._cumulative = np.cumsum(weights / weights.sum())
        self._centers = dice.normal(size=(TOPICS, DIMENSIONS)).astype(np.float32)
        self._spread = dice.normal(size=(INTRINSIC, DIMENSIONS)).astype(np.float32) / np.sqrt(INTRINSIC)

    def document(self, number: int, passages: int) -> Passages:
        dice = np.random.default_rng((self._seed, number))
        own = self._words(dice, 120)  # what this document is about comes up again and again
        terms = []
        for length in dice.integers(*LENGTH, passages):
            fresh = self._words(dice, int(length))
            again = dice.random(int(length)) < 0.3
            terms.append(np.where(again, dice.choice(own, int(length)), fresh).astype(np.int32))
        topic = self._centers[dice.integers(TOPICS)]
        about = dice.normal(size=INTRINSIC) @ self._spread
        each = dice.normal(size=(passages, INTRINSIC)).astype(np.float32) @ self._spread
        return Passages(terms, _unit(topic * 0.6 + about * 2.5 + each * 2.5))

    def questions(self, passages: int, number: int) -> list[tuple[list[int], NDArray[np.float32]]]:
        """(terms, vector) of questions, each about one of so many passages: 3 to 7 of its words, rare ones likelier."""
        dice = np.random.default_rng((self._seed, 10**9))
        asked = []
        for place in dice.integers(0, passages, number):
            document, ordinal = divmod(int(place), PASSAGES)
            about = self.document(document, min(PASSAGES, passages - document * PASSAGES))
            words = np.unique(about.terms[ordinal])
            telling = np.log(words + 2.0)
            chosen = dice.choice(
                words, min(len(words), int(dice.integers(3, 8))), replace=False, p=telling / telling.sum()
            )
            near = about.vectors[ordinal] + dice.normal(size=DIMENSIONS).astype(np.float32) * 0.02
            asked.append(([int(word) for word in chosen], _unit(near[None, :])[0]))
        return asked

    def _words(self, dice: np.random.Generator, count: int) -> NDArray[np.int64]:
        return np.searchsorted(self._cumulative, dice.random(count))


@cache
def word(number: int) -> str:
    """A word of letters for its number, frequent ones short."""
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    found = ""
    number += 26
    while number:
        number, letter = divmod(number, 26)
        found += letters[letter]
    return found


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def words(numbers: Sequence[int]) -> list[str]:
    return [word(number) for number in numbers]
