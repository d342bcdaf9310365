"""Questions that no row or sentence answers: what was computed for them, and whether it is right."""

import re
from collections.abc import Mapping, Sequence

from benchmarks.answered import Answered
from benchmarks.figures import Grid
from docqa.agent.computing.telling import NAMES, OF_WHOLE_ROWS
from docqa.evaluation.answers import contains

_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_MARKER = re.compile(r"\s?\[\d+\]")
_VALUE = re.compile(r": (?P<value>[^:]*?)(?: \([^()]*\))?$", re.MULTILINE)
"""What a line states: after its last colon, before what it was computed from."""
_BEGINNINGS = {*OF_WHOLE_ROWS.values(), *(name.partition("{")[0] for name in NAMES.values())}
_COMPUTED = re.compile(rf"^(?:{'|'.join(map(re.escape, sorted(_BEGINNINGS)))})", re.MULTILINE)


def by_computing(command: str, answers: Sequence[Answered], kinds: Mapping[str, str]) -> Grid:
    """A row a kind: how many were computed, how many of these are right, and how many of the others a quote answers."""
    note = (
        "Without a model, each over its own document. Right: each value of the answer is stated, rounded as it is. The "
        "hard ones ask for models of machine learning, or for steps of which no single result is told."
    )
    grid = Grid(
        "Questions that need computing", command, ("kind", "questions", "computed", "right", "quoted, right"), note
    )
    for kind in sorted({kinds[answer.question.id] for answer in answers}):
        own = [answer for answer in answers if kinds[answer.question.id] == kind]
        computed = [answer for answer in own if _COMPUTED.search(answer.text)]
        quoted = [answer for answer in own if answer.grounded and not _COMPUTED.search(answer.text)]
        right = (
            str(sum(states(answer.text, answer.question.answers) for answer in some)) for some in (computed, quoted)
        )
        grid.add(kind, str(len(own)), str(len(computed)), *right)
    return grid


def states(text: str, right: Sequence[str]) -> bool:
    """Whether a text states one of the right answers: of several lines each, a number as exactly as it is given."""
    said = _MARKER.sub("", text)
    values = "\n".join(match["value"] for match in _VALUE.finditer(said)) if _COMPUTED.search(said) else said
    numbers = [float(number.replace(",", "")) for number in _NUMBER.findall(values)]
    return any(all(_states(line, said, numbers) for line in one.splitlines()) for one in right if one.strip())


def _states(line: str, said: str, numbers: Sequence[float]) -> bool:
    if not _NUMBER.fullmatch(line.strip()):
        return bool(contains(said, [line]))
    digits = len(line.strip().partition(".")[2])
    return any(round(number, digits) == round(float(line.replace(",", "")), digits) for number in numbers)
