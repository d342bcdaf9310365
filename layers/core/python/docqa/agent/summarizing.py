"""A summary as it is shown: a line a section, from a model where there is one, each with the quote that it rests on."""

import asyncio
from collections.abc import Sequence

from docqa.agent.calling import said
from docqa.agent.citing import cite
from docqa.agent.claims import Judge, Support
from docqa.agent.evidence import Candidate
from docqa.agent.fencing import fenced, new_tag
from docqa.agent.leaks import Leaks
from docqa.agent.signals import speaks_to_a_model
from docqa.agent.state import Draft, Statement, Tools
from docqa.agent.summary import Point
from docqa.core.models import Citation
from docqa.core.text import sentences
from docqa.prompts import prompt

AT_ONCE = 3
"""Sections that models are asked about side by side."""
MAX_TOKENS = 120


async def summarized(points: Sequence[Point], tools: Tools) -> Draft:
    """Raises ProviderError, BudgetSpent. What a model says of a section and the section does not say is not shown."""
    if await tools.models.decides(tools.asker):
        room = asyncio.Semaphore(AT_ONCE)
        texts = await asyncio.gather(*(_said(point, tools, room) for point in points))
    else:
        texts = ["" for _ in points]
    statements = []
    for marker, (point, text) in enumerate(zip(points, texts, strict=True), start=1):
        statement, support = _checked(point, text, tools)
        shown = point.section.heading if not speaks_to_a_model(point.section.heading) else ""
        heading = f"{shown}: " if shown else ""
        after = "" if marker == len(points) else "\n"
        citation = _cited(point, support, marker)
        statements.append(Statement(f"{heading}{statement}", (citation,), after, computed=True))
    return Draft(tuple(statements), grounded=True)


async def _said(point: Point, tools: Tools, room: asyncio.Semaphore) -> str:
    tag = new_tag()
    messages = prompt("section").messages(tag=tag, sources=fenced(point.section.hits, tag))
    async with room:
        return await said(tools, messages, purpose="summarize", max_tokens=MAX_TOKENS)


def _checked(point: Point, text: str, tools: Tools) -> tuple[str, Support | None]:
    """The first sentence of the model's that the section says; else the section's own."""
    judge = Judge("", point.section.hits, tools.analyzer)
    leaks = Leaks("", point.section.hits, tools.analyzer, told=prompt("section").system)
    for sentence in sentences(text):
        support = judge.best(sentence, ())
        if support is not None and support.holds and not leaks.found(sentence):
            return sentence, support
    return point.candidate.piece.text, None


def _cited(point: Point, support: Support | None, marker: int) -> Citation:
    if support is None:
        return cite(point.candidate, marker)
    return cite(Candidate(support.hit, support.piece, frozenset(), support.share, fits_kind=True), marker)
