"""Answers over real documents: `python -m benchmarks --questions FOLDER`.

The folder holds `qa.jsonl` (`docqa.evaluation.questions`) and its documents. All are uploaded to one account. Without a
model each question is asked twice: over all documents, and over its own. With `--model` a small language model answers
over all of them, in our stack and in a plain LangChain chain; then follow-ups are made to stand alone
(`benchmarks.follow_ups`), if the folder holds any.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import follow_ups
from benchmarks.answered import ALL, OWN, Answered, by_figure, by_kind
from benchmarks.answers_peer import PEER, answered_by_peer
from benchmarks.answers_stack import PROVIDER, answered_by_stack, upload
from benchmarks.computing import by_computing
from benchmarks.figures import Grid
from docqa.evaluation.datasets import Question
from docqa.evaluation.questions import read_questions
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.up import up
from tests.llama.server import CONTEXT, MODEL, llama
from tests.stack.support import Stack, User

KINDS = ("chart", "extract", "long-form", "lookup", "notes", "number", "span", "table")
"""Of the questions that can be answered; the other kinds need computing or a yes or no."""
COMPUTED = ("aggregate", "computed-easy", "computed-medium", "computed-hard")
"""Of those that need computing."""
UNANSWERABLE = "unanswerable"
OURS, RULES = f"DocQA, {MODEL}", "DocQA, no model"


@dataclass(frozen=True)
class Asked:
    """What is asked: the questions, the kind of each by its id, and all documents (name → file)."""

    questions: Sequence[Question]
    kinds: Mapping[str, str]
    documents: Mapping[str, Path]

    @property
    def note(self) -> str:
        refused = sum(not question.answerable for question in self.questions)
        return (
            f"{len(self.questions)} questions, {refused} of them unanswerable, about {len(self.documents)} documents. "
            "Those that need computing are not among them."
        )


@contextmanager
def small_model() -> Iterator[str]:
    """The stack with a llama.cpp server of this machine as a provider, whose URL this is; questions must name it."""
    with llama() as url:
        os.environ |= {
            "DOCQA_COMPATIBLE_URL": url,
            "DOCQA_COMPATIBLE_MODEL": MODEL,
            "DOCQA_COMPATIBLE_CONTEXT": str(CONTEXT),
            "DOCQA_LLM_CHAIN": "extractive",
            "DOCQA_LLM_FIRST_TOKEN_S": "110",
        }
        up(StackPaths.current())
        yield url


def measure(stack: Stack, folder: Path, out: Path | None = None) -> list[Grid]:
    """Answers without a model. `out` gets one JSON line an answer."""
    asked, command = chosen(folder, 1), "python -m benchmarks --questions FOLDER"
    with User.register(stack) as user:
        ids = upload(user, asked.documents)
        columns = {
            scope: kept(answered_by_stack(user, asked.questions, ids, RULES, scope), out, asked.kinds)
            for scope in (ALL, OWN)
        }
        computed = kept(
            answered_by_stack(user, chosen(folder, 1, COMPUTED, refused=False).questions, ids, RULES, OWN),
            out,
            asked.kinds,
        )
    figures = Grid("Questions over real documents", command, ("figure", *columns), asked.note)
    kinds = by_kind(Grid(*_kinds(command, columns)), columns, asked.kinds)
    return shown([by_figure(figures, columns), kinds, by_computing(command, computed, asked.kinds)])


def measure_with_model(
    stack: Stack, folder: Path, models: Path, url: str, out: Path | None = None, *, every: int = 1
) -> list[Grid]:
    """Answers by the model at `url` (one question of `every`), and follow-ups."""
    asked, command = chosen(folder, every), f"python -m benchmarks --questions FOLDER --model --every {every}"
    with User.register(stack) as user:
        ids = upload(user, asked.documents)
        columns = {
            RULES: kept(answered_by_stack(user, asked.questions, ids, RULES, ALL), out, asked.kinds),
            OURS: kept(answered_by_stack(user, asked.questions, ids, OURS, ALL, PROVIDER), out, asked.kinds),
        }
    columns[PEER] = kept(answered_by_peer(asked.questions, asked.documents, models, url), out, asked.kinds)
    minus = [f"{name} − {PEER}" for name in (RULES, OURS)]
    title = f"Questions over real documents, beside a LangChain chain with the same model ({MODEL})"
    figures = Grid(title, command, ("figure", *columns, *minus), f"{asked.note} {_wrote(columns)}")
    kinds = Grid(*_kinds(command, columns))
    grids = [by_figure(figures, columns, beside=PEER), by_kind(kinds, columns, asked.kinds)]
    conversations = folder / follow_ups.FILE
    more = follow_ups.measure(stack, conversations, models, url, command, out, every) if conversations.exists() else []
    return shown([*grids, *more])


def chosen(folder: Path, every: int, of: Collection[str] = KINDS, *, refused: bool = True) -> Asked:
    """One question of `every` that can be answered, and, to be `refused`, as many of the few that cannot be as make up
    for their number."""
    data = read_questions(folder / "qa.jsonl")
    lines = [json.loads(line) for line in (folder / "qa.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = {line["id"]: line["kind"] if line.get("answerable", True) else UNANSWERABLE for line in lines}
    answerable = [question for question in data.questions if kinds[question.id] in of]
    others = [question for question in data.questions if refused and kinds[question.id] == UNANSWERABLE]
    return Asked([*answerable[::every], *others[:: max(1, every // 3)]], kinds, data.documents)


def kept(answers: Iterator[Answered], out: Path | None, kinds: Mapping[str, str]) -> list[Answered]:
    """All of them, each written to `out` as it comes."""
    found = []
    for answer in answers:
        found.append(answer)
        if out is not None:
            with out.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps({'kind': kinds[answer.question.id], **answer.line()}, ensure_ascii=False)}\n")
    return found


def shown(grids: Sequence[Grid]) -> list[Grid]:
    for grid in grids:
        grid.show()
    return [*grids]


def _kinds(command: str, columns: Mapping[str, Sequence[Answered]]) -> tuple[str, str, tuple[str, ...], str]:
    note = "Contains an answer / token F1; of unanswerable questions: refused."
    return "Questions by their kind", command, ("kind", "questions", *columns), note


def _wrote(columns: Mapping[str, Sequence[Answered]]) -> str:
    both = list(zip(columns[OURS], columns[RULES], strict=True))
    asked, kept = sum(ours.wrote for ours, _ in both), sum(a.grounded and a.text != b.text for a, b in both)
    return (
        f"The model was asked for {asked} of our answers; {kept} hold its words, the others quotes, as no passage says "
        f"what it wrote. It wrote {sum(answer.wrote for answer in columns[PEER])} of LangChain's."
    )
