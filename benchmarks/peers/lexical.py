"""bm25s and rank-bm25: keyword search alone."""

from typing import Any

from benchmarks.peers.method import DEPTH, Method, best
from benchmarks.peers.shelf import Shelf
from benchmarks.peers.words import words_of


def methods(shelf: Shelf) -> list[Method]:
    """bm25s with the best known words and with our terms, rank-bm25 with the same words."""
    words = words_of(shelf.language)
    cut = {name: words(text) for name, text in shelf.passages.items()}
    asked = {name: words(text) for name, text in shelf.questions.items()}
    return [
        Method("bm25s", "lexical", _bm25s(cut, asked)),
        Method("rank-bm25", "lexical", _rank_bm25(cut, asked)),
        # Our parameters, which are Lucene's; bm25s' own are 1.5 and 0.75.
        Method("bm25s on our terms", "lexical", _bm25s(shelf.passage_terms, shelf.question_terms, k1=1.2, b=0.75)),
    ]


def _bm25s(passages: dict[str, list[str]], questions: dict[str, list[str]], **parameters: float) -> Any:
    import bm25s

    index = bm25s.BM25(method="lucene", **parameters)
    index.index([*passages.values()], show_progress=False)
    names = [*passages]

    def rank(question: str) -> list[str]:
        if not questions[question]:
            return []
        found, scores = index.retrieve([questions[question]], k=min(DEPTH, len(names)), show_progress=False)
        return [names[n] for n, score in zip(found[0], scores[0], strict=True) if score > 0]

    return rank


def _rank_bm25(passages: dict[str, list[str]], questions: dict[str, list[str]]) -> Any:
    from rank_bm25 import BM25Okapi

    index, names = BM25Okapi([*passages.values()]), [*passages]
    return lambda question: best(names, index.get_scores(questions[question]))
