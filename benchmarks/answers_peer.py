"""Answers of a plain LangChain chain (`peers/answering.py`)."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.answered import ALL, Answered
from benchmarks.retrieval_peers import run_peer
from docqa.evaluation.datasets import Question
from docqa.evaluation.places import Passage
from docqa_localstack.host.paths import Home
from tests.llama.server import MODEL

PEER = f"LangChain, {MODEL}"
_REFUSES = re.compile(
    r"\b(?:do|does|did|could|can|is|are|was|were)(?:n't|n’t| not)\s+(?:\w+\s+){0,3}?"
    r"(?:know|sure|find|answer|determine|say|specif\w+|mention\w*|provid\w+|stat\w+|contain\w*|includ\w+"
    r"|list\w*|giv\w+|available|clear|possible|enough)\b"
    r"|\b(?:cannot|unable to) (?:be )?(?:find|found|answer|determine|provide|say|tell|locate|give)"
    r"|\b(?:is|are|was|remains) unknown\b"
    r"|\bno (?:\w+ ){0,2}?(?:information|mention|answer|data|evidence|indication|context|record)\b"
    r"|\bnot (?:explicitly |directly |specifically )?"
    r"(?:mentioned|provided|available|specified|stated|given|listed|included|known|found"
    r"|in the (?:context|text|document))\b"
    r"|\bN/A\b",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Whether an answer says, in any of the usual ways, that there is none: generous, the prompt asks for no form."""
    return not text.strip() or _REFUSES.search(text) is not None


def answered_by_peer(
    questions: Sequence[Question], documents: Mapping[str, Path], models: Path, url: str
) -> Iterator[Answered]:
    """One answer a question; one that failed (a context too long) counts as none. Raises RuntimeError."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = {
            "documents": {doc: str(file.resolve()) for doc, file in documents.items()},
            "questions": {question.id: question.text for question in questions},
            "models": str(models),
            "cache": str(Home.find().root / "benchmarks" / "embeddings.sqlite"),
            "url": url,
            "model": MODEL,
            "results": str(folder / "results.jsonl"),
        }
        run_peer("benchmarks.peers.answering", job, folder)
        lines = [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    for question, line in zip(questions, lines, strict=True):
        yield Answered(
            system=PEER,
            scope=ALL,
            question=question,
            text=line["text"] or "",
            cited=tuple(_cited(passage) for passage in line["cited"]),
            grounded=not refuses(line["text"] or ""),
            wrote=line["text"] is not None,
            seconds=line["seconds"],
        )


def _cited(passage: Mapping[str, Any]) -> Passage:
    page, row = passage.get("page"), passage.get("row")
    return Passage(
        doc=passage["doc"],
        text=passage["text"],
        pages=None if page is None else (page, page),
        rows=None if row is None else (row, row),
    )
