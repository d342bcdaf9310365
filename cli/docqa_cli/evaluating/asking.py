"""Asks every question of a data set, a few at a time, and takes the figures of what comes back."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

from docqa.evaluation.datasets import Question
from docqa.evaluation.packing import passage_ids
from docqa.evaluation.places import Passage
from docqa.evaluation.scoring import Found, answer_figures, search_figures
from docqa_cli import answers
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_cli.evaluating.indexing import Corpus
from docqa_cli.evaluating.variants import Variant

_ANSWERED_AT_ONCE = 2
MAX_QUESTION = 2_000
MOST = 100
"""Characters of a query and passages of a result that the contract takes."""
_PAUSES_S = (1.0, 4.0)
_MORE = 2
"""A passage may be cut in several; so many times as many are asked for at first."""

Figures = dict[str, dict[str, float]]
Tick = Callable[[], None]
_T = TypeVar("_T")


class Asker:
    """Asks one stack about one data set. `tick` is called after each question, from any thread."""

    def __init__(self, client: Client, *, top_k: int, per_document: bool, tick: Tick) -> None:
        self._client = client
        self._top_k = top_k
        self._per_document = per_document
        self._tick = tick

    def search(self, questions: Iterable[Question], variant: Variant, corpus: Corpus) -> Figures:
        """Question → figures of a search. Raises CliError when the stack refuses or fails again and again."""
        return self._each(questions, lambda question: self._search(question, variant, corpus), variant.parallel)

    def answers(self, questions: Iterable[Question], corpus: Corpus, provider: str | None = None) -> Figures:
        """Question → figures of the answer that the provider writes, None for whoever comes first.

        Raises as `search` does.
        """
        return self._each(questions, lambda question: self._answer(question, corpus, provider), _ANSWERED_AT_ONCE)

    def _each(
        self, questions: Iterable[Question], ask: Callable[[Question], dict[str, float]], parallel: int
    ) -> Figures:
        def asked(question: Question) -> tuple[str, dict[str, float]]:
            figures = patiently(lambda: ask(question))
            self._tick()
            return question.id, figures

        self._client.token()
        with ThreadPoolExecutor(parallel, thread_name_prefix="ask") as pool:
            return dict(pool.map(asked, questions))

    def _scope(self, question: Question, corpus: Corpus) -> dict[str, Any]:
        scope: dict[str, Any] = {"collection_ids": [corpus.collection]}
        if self._per_document and question.docs:
            scope["document_ids"] = [corpus.document_ids[doc] for doc in question.docs if doc in corpus.document_ids]
        return scope

    def _search(self, question: Question, variant: Variant, corpus: Corpus) -> dict[str, float]:
        body = {"query": question.text[:MAX_QUESTION], **self._scope(question, corpus), **variant.search}
        most = min(self._top_k * _MORE, MOST) if corpus.ids else self._top_k
        result = self._client.call("POST", "search", body | {"top_k": most, "cache": False})
        ids = passage_ids(result["hits"], corpus.ids) if corpus.ids else []
        if corpus.ids and len(ids) < self._top_k and len(result["hits"]) == most < MOST:
            more = self._client.call("POST", "search", body | {"top_k": MOST, "cache": False})
            ids = passage_ids(more["hits"], corpus.ids)
        found = Found([_passage(hit, corpus) for hit in result["hits"]], ids)
        figures = search_figures(question, found, self._top_k) | {"ms": result["timings_ms"]["total"]}
        done = result.get("reranking")
        return figures | ({"reranked": float(done["scored"] > 0)} if done else {})

    def _answer(self, question: Question, corpus: Corpus, provider: str | None) -> dict[str, float]:
        body = {"question": question.text[:MAX_QUESTION], **self._scope(question, corpus)}
        body |= {"provider": provider} if provider else {}
        start = time.perf_counter()
        said = answers.ask(self._client, body, quiet=True).as_json()
        cited = [_quoted(citation, corpus) for citation in said["citations"]]
        figures = answer_figures(question, said["answer"], cited, grounded=said["grounded"])
        ms, usd = (time.perf_counter() - start) * 1_000, said["usage"].get("cost_usd", 0.0)
        return figures | {"ms": ms, "usd": usd * 1_000}


def patiently(call: Callable[[], _T]) -> _T:
    """What the call gives; tried again after a pause when it failed in a way that may pass. Raises what it raises."""
    for pause in _PAUSES_S:
        try:
            return call()
        except CliError as error:
            if not error.retryable:
                raise
        except httpx.TransportError:
            pass
        time.sleep(pause)
    return call()


def _passage(hit: dict[str, Any], corpus: Corpus) -> Passage:
    return Passage(
        doc=corpus.docs.get(hit["filename"], hit["filename"]),
        text=hit["text"],
        pages=_range(hit["page_from"], hit["page_to"]),
        rows=_range(hit["row_from"], hit["row_to"]),
        headings=tuple(hit["heading_path"]),
    )


def _quoted(citation: dict[str, Any], corpus: Corpus) -> Passage:
    return Passage(
        doc=corpus.docs.get(citation["filename"], citation["filename"]),
        text=citation["quote"],
        pages=_range(citation["page"], None),
        rows=_range(citation.get("row"), None),
    )


def _range(first: int | None, last: int | None) -> tuple[int, int] | None:
    return None if first is None else (first, first if last is None else last)
