"""Follow-ups of conversations made to stand alone, by our rules, by ours with a model, and by LangChain with the same.

`conversations/rewrites.jsonl`: `{conv, turn, history: [{user}], raw, rewrite}`. The conversations have no answers: what
our stack says without a document, a refusal, is the history that everybody is given. Found: the best five of fixed
passages (`retrieval/clapnq`, by embedding) for the question that was made hold the best one for the stand-alone form
that people wrote.
"""

import asyncio
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.answered import difference, share
from benchmarks.answers_peer import PEER
from benchmarks.answers_stack import PROVIDER
from benchmarks.figures import Grid
from benchmarks.retrieval import EmbeddingCache
from benchmarks.retrieval_peers import run_peer
from docqa.embeddings.catalog import BGE_SMALL
from docqa.embeddings.onnx import OnnxEmbedder
from docqa.evaluation.answers import token_f1
from docqa.evaluation.beir import read_beir
from docqa_localstack.host.paths import Home
from tests.llama.server import MODEL
from tests.stack.support import Stack, User

FILE = Path("conversations") / "rewrites.jsonl"
PASSAGES = Path("retrieval") / "clapnq"
NEAR = 5
_ASKED_AS = "asked as: "


@dataclass(frozen=True)
class FollowUp:
    """`before`: what the user asked, oldest first; `alone`: the stand-alone form of the question."""

    conversation: str
    before: tuple[str, ...]
    question: str
    alone: str

    @property
    def id(self) -> str:
        return f"{self.conversation}:{len(self.before)}"


History = list[tuple[str, str]]
"""Questions and their answers."""
Made = dict[str, str]
"""Id of a follow-up → the question that was made of it."""


def measure(stack: Stack, file: Path, models: Path, url: str, command: str, out: Path | None, every: int) -> list[Grid]:
    """One follow-up of `every` that needs its conversation."""
    asked = needing(file)[::every]
    rules, histories = by_stack(stack, asked)
    made = {
        "the question alone": {one.id: one.question for one in asked},
        "DocQA, no model": rules,
        f"DocQA, {MODEL}": by_stack(stack, asked, PROVIDER)[0],
        PEER: by_peer(asked, histories, url),
    }
    found = asyncio.run(_found(asked, made, file.parent.parent / PASSAGES, models))
    alike = {name: [token_f1(questions[one.id], [one.alone]) for one in asked] for name, questions in made.items()}
    if out is not None:
        _write(out, asked, made, found)
    note = f"{len(asked)} follow-ups that need what was said before. Differences to {PEER}, bold: not by chance."
    columns = ("stand-alone question by", f"found ({NEAR} passages)", "difference", "token F1", "difference")
    grid = Grid("Follow-ups made to stand alone", command, columns, note)
    for name in made:
        cells: list[str] = []
        for values in (found, alike):
            cells += [
                share(statistics.fmean(values[name])),
                "" if name == PEER else difference(values[name], values[PEER]),
            ]
        grid.add(name, *cells)
    return [grid]


def needing(file: Path) -> list[FollowUp]:
    """Those whose stand-alone form is another."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        FollowUp(line["conv"], tuple(turn["user"] for turn in line["history"]), line["raw"], line["rewrite"])
        for line in lines
        if line["history"] and line["raw"] != line["rewrite"]
    ]


def by_stack(stack: Stack, asked: Sequence[FollowUp], provider: str | None = None) -> tuple[Made, dict[str, History]]:
    """What the stack asks instead, with the provider or by rules; and what was said before each."""
    made: Made = {}
    histories: dict[str, History] = {}
    wanted = {one.id: one for one in asked}
    with User.register(stack) as user:
        for last in {one.conversation: one for one in asked}.values():
            history: History = []
            options: dict[str, str] = {}
            for number, question in enumerate([*last.before, last.question]):
                one = wanted.get(f"{last.conversation}:{number}")
                if one:
                    histories[one.id] = [*history]
                if one and provider:
                    made[one.id], done = _asked(user, question, {**options, "provider": provider})
                else:
                    by_rules, done = _asked(user, question, options)
                    made |= {one.id: by_rules} if one else {}
                if not done:  # the model failed
                    _, done = _asked(user, question, options)
                history.append((question, done["answer"]))
                options["conversation_id"] = done["conversation_id"]
    return made, histories


def _asked(user: User, question: str, options: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The question that was asked instead, or it itself, and the answer; none of a model that failed."""
    made = question
    done: dict[str, Any] = {}
    for event, _ in user.stream(question, **options):
        if event.name == "step" and event.data["node"] == "contextualize" and event.data["status"] == "done":
            detail = event.data["detail"].split(f"; {PROVIDER} ")[0]
            made = detail.removeprefix(_ASKED_AS) if detail.startswith(_ASKED_AS) else question
        elif event.name == "done":
            done = event.data
    return made, done


def by_peer(asked: Sequence[FollowUp], histories: Mapping[str, History], url: str) -> Made:
    """What LangChain's chain asks instead; the question as it is where it failed. Raises RuntimeError."""
    with tempfile.TemporaryDirectory() as name:
        results = Path(name) / "results.jsonl"
        follow_ups = [{"id": one.id, "question": one.question, "history": histories[one.id]} for one in asked]
        job = {"follow_ups": follow_ups, "url": url, "model": MODEL, "results": str(results)}
        run_peer("benchmarks.peers.rephrasing", job, Path(name))
        lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return {one.id: line["made"] or one.question for one, line in zip(asked, lines, strict=True)}


async def _found(
    asked: Sequence[FollowUp], made: Mapping[str, Made], folder: Path, models: Path
) -> dict[str, list[float]]:
    """By who made the questions: 1 or 0 for each."""
    cache = EmbeddingCache(Home.find().root / "benchmarks" / "embeddings.sqlite", OnnxEmbedder(models))
    passages = await cache.vectors([f"{one.title}\n{one.text}".strip() for one in read_beir(folder).passages])

    async def best(questions: Sequence[str]) -> np.ndarray:
        vectors = await cache.vectors([f"{BGE_SMALL.query_prefix}{question}" for question in questions])
        return np.argsort(-(vectors @ passages.T), axis=1, kind="stable")[:, :NEAR]

    first = (await best([one.alone for one in asked]))[:, 0]
    return {
        name: [float(wanted in near) for wanted, near in zip(first, await best([q[o.id] for o in asked]), strict=True)]
        for name, q in made.items()
    }


def _write(
    out: Path, asked: Sequence[FollowUp], made: Mapping[str, Made], found: Mapping[str, Sequence[float]]
) -> None:
    with out.open("a", encoding="utf-8") as file:
        for number, one in enumerate(asked):
            by = {name: {"made": questions[one.id], "found": found[name][number]} for name, questions in made.items()}
            line = {"id": one.id, "before": one.before, "question": one.question, "gold": one.alone, "by": by}
            file.write(f"{json.dumps(line, ensure_ascii=False)}\n")
