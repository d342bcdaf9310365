"""The figures of one question: of what a search found for it, and of an answer to it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docqa.evaluation.answers import contains, exact_match, token_f1
from docqa.evaluation.datasets import Question
from docqa.evaluation.metrics import mrr, ndcg, recall
from docqa.evaluation.places import Passage, as_ranking, citation_precision, citation_recall, page_hit

NEAR = 5
"""How many passages somebody, or a model, reads."""
_DEPTH = 10
_MARKER = re.compile(r"\s?\[\d+\]")
_NAMES = {
    "ndcg": "nDCG",
    "recall": "recall",
    "mrr": "MRR",
    "page_hit": "page hit rate",
    "holds_answer": "holds an answer",
    "em": "exact match",
    "f1": "token F1",
    "contains": "contains an answer",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "answered": "answered, where it could be",
    "refused": "refused, where it had to be",
    "reranked": "reranked",
    "ms": "milliseconds",
    "usd": "US dollars a thousand",
}
LOWER_IS_BETTER = frozenset({"ms", "usd"})


@dataclass(frozen=True)
class Found:
    """What a search found, best first: passages of documents, or `ids` of the passages of a data set that has those."""

    passages: Sequence[Passage] = ()
    ids: Sequence[str] = ()


def search_figures(question: Question, found: Found, top_k: int) -> dict[str, float]:
    """By name; only those that the question is known enough for. `top_k`: how many passages were asked for."""
    near, depth = min(NEAR, top_k), min(_DEPTH, top_k)
    ranking, relevant = list(found.ids), question.relevant
    if not relevant:
        ranking, relevant = as_ranking(found.passages, question.evidence)
    figures: dict[str, float] = {}
    if question.is_judged:
        figures[f"ndcg@{depth}"] = ndcg(ranking, relevant, depth)
        figures[f"recall@{near}"] = recall(ranking, relevant, near)
        figures[f"recall@{top_k}"] = recall(ranking, relevant, top_k)
        figures["mrr"] = mrr(ranking, relevant)
    if question.evidence:
        figures[f"page_hit@{near}"] = page_hit(found.passages, question.evidence, near)
    if question.answers:
        text = "\n".join(passage.text for passage in found.passages[:near])
        figures[f"holds_answer@{near}"] = contains(text, question.answers)
    return figures


def answer_figures(question: Question, text: str, cited: Sequence[Passage], *, grounded: bool) -> dict[str, float]:
    """By name. `text` may hold markers ([1]); `grounded`: the question was answered, not refused."""
    if not question.answerable:
        return {"refused": float(not grounded)}
    figures = {"answered": float(grounded)}
    if question.answers:
        said = _MARKER.sub("", text) if grounded else ""
        figures["contains"] = contains(said, question.answers)
        figures["f1"] = token_f1(said, question.answers)
        figures["em"] = exact_match(said, question.answers)
    if question.evidence:
        figures["citation_precision"] = citation_precision(cited, question.evidence)
        figures["citation_recall"] = citation_recall(cited, question.evidence)
    return figures


def in_order(metrics: Iterable[str]) -> list[str]:
    """The one that decides first, times last."""
    names = list(_NAMES)

    def place(metric: str) -> tuple[int, int]:
        name, _, k = metric.partition("@")
        return names.index(name) if name in names else len(names), int(k or 0)

    return sorted(metrics, key=place)


def label(metric: str) -> str:
    """What to call a figure: "nDCG@10"."""
    name, at, k = metric.partition("@")
    return f"{_NAMES.get(name, name)}{at}{k}"
