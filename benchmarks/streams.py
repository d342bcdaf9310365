"""What we add to a model before the first word, and many answers at once: `python -m benchmarks --streams`.

The model is a server of this machine that quotes a source at once, so that all the time that passes is ours; nothing
of a search is cached. The samples are the documents.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.figures import Section, spread
from docqa.core.text import sentences
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.up import up
from tests.fakes.llm.completions import CompatibleApi
from tests.fakes.llm.obedient import SOURCE
from tests.fakes.llm.server import Reply, Request, WireServer
from tests.stack.support import SAMPLES, Stack, User

COMMAND = "python -m benchmarks --streams"
ROUNDS = 5
AT_ONCE = 16


class QuotingApi(CompatibleApi):
    """Writes the first sentence of the first source, without taking any time for it."""

    def answer(self, request: Request) -> Reply:
        found = SOURCE.search(str(request.body["messages"][-1]["content"]))
        text = f"{next(iter(sentences(found[3])), '')} [1]" if found else "NOT FOUND"
        return self.success(stream=self.streams(request), text=[text])


@dataclass
class Timed:
    """Seconds of many answers: until the first word, and until the end. `written`: of so many by the model."""

    first_word: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    written: int = 0


def measure() -> list[Section]:
    """Redeploys the stack with the quoting model, and measures."""
    questions = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [question["question"] for question in questions if question["answerable"]]
    with quoting_model(), User.register(Stack.of(StackPaths.current())) as user:
        for path in sorted((SAMPLES / "documents").iterdir()):
            user.ready(path.name, path.read_bytes())
        return [one_by_one(user, asked), at_once(user, asked)]


@contextmanager
def quoting_model() -> Iterator[QuotingApi]:
    api = QuotingApi()
    with WireServer(api.answer) as server:
        os.environ |= {
            "DOCQA_COMPATIBLE_URL": server.url + api.base_path,
            "DOCQA_COMPATIBLE_MODEL": api.model,
            "DOCQA_LLM_CHAIN": api.provider,
            "DOCQA_SEARCH_CACHE_TTL_S": "0",
        }
        up(StackPaths.current())
        yield api


def one_by_one(user: User, questions: list[str]) -> Section:
    section = Section("Overhead before the first word of a model", COMMAND)
    for road in user.stack.roads:
        timed(user, questions, road)  # warm
        taken = Timed()
        for _ in range(ROUNDS):
            add(taken, timed(user, questions, road))
        how = f"{len(taken.first_word)} questions over the samples, warm, one by one; the model wrote {taken.written}"
        aim = "< 150 ms" if road == "function_url" else ""
        section.add(f"{road}: until the first word", spread(taken.first_word), aim=aim, how=how)
        section.add(f"{road}: until the end", spread(taken.done))
    return section


def at_once(user: User, questions: list[str]) -> Section:
    """Sixteen people, each asking one question after the other."""
    section = Section(f"{AT_ONCE} answers at once", COMMAND)

    def ask(number: int) -> Timed:
        with User(user.stack, user.email, user.password, user.token) as me:
            mine = [questions[(number + step) % len(questions)] for step in range(ROUNDS)]
            return timed(me, mine, "function_url")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, range(AT_ONCE)))  # as many environments are warm then
        taken, start = Timed(), time.perf_counter()
        for one in pool.map(ask, range(AT_ONCE)):
            add(taken, one)
        seconds = time.perf_counter() - start
    count = len(taken.done)
    how = f"{count} questions, {AT_ONCE} at a time, all answered; the model wrote {taken.written}"
    section.add("until the first word", spread(taken.first_word), how=how)
    section.add("until the end", spread(taken.done))
    section.add(
        "answers a second", f"{count / seconds:.1f}", how=f"median answer {statistics.median(taken.done):.2f} s"
    )
    return section


def timed(user: User, questions: list[str], road: str) -> Timed:
    """Raises AssertionError for an answer that broke off."""
    taken = Timed()
    for question in questions:
        arrivals = list(user.stream(question, road=road))
        names = [event.name for event, _ in arrivals]
        assert names[-1] == "done", arrivals[-1]
        taken.first_word.append(next(at for event, at in arrivals if event.name == "token"))
        taken.done.append(arrivals[-1][1])
        taken.written += next(event for event, _ in arrivals if event.name == "usage").data["output_tokens"] > 0
    return taken


def add(taken: Timed, more: Timed) -> None:
    taken.first_word += more.first_word
    taken.done += more.done
    taken.written += more.written
