"""Every sentence against its quote: what rules left open a model decides, if there is one; what holds is counted."""

import re
from dataclasses import replace

from docqa.agent.calling import said
from docqa.agent.fencing import neutral, new_tag
from docqa.agent.state import Draft, State, Statement, Tools
from docqa.agent.writing import text_of
from docqa.core.errors import BudgetSpent, ProviderError
from docqa.core.events import CitationEvent, CorrectionEvent
from docqa.prompts import prompt

MAX_TOKENS = 60
_NUMBER = re.compile(r"\d+")


async def verify(state: State, tools: Tools) -> State:
    """Nothing that was shown is taken back. A sentence that turns out to hold loses its mark, by a correction."""
    draft = state["draft"]
    unsure = [number for number, statement in enumerate(draft.statements) if statement.perhaps is not None]
    if unsure and await tools.models.decides(tools.asker):
        judged = await _judged(draft, unsure, tools)
        if judged is not draft:
            tools.emit(CorrectionEvent(text=text_of(judged)))
            for citation in judged.citations[len(draft.citations) :]:
                tools.emit(CitationEvent.of(citation))
            draft = judged
    holding = sum(bool(statement.citations or statement.source) for statement in draft.statements)
    claims = holding + sum(not statement.supported for statement in draft.statements)
    return {"draft": draft, "detail": f"{holding} of {claims} statements hold"}


async def _judged(draft: Draft, unsure: list[int], tools: Tools) -> Draft:
    """The draft with the sentences cited that a model finds supported. When none can be asked, as it is."""
    tag = new_tag()
    pairs = "\n\n".join(_pair(number, draft.statements[at], tag) for number, at in enumerate(unsure, start=1))
    try:
        answer = await said(
            tools, prompt("judge").messages(tag=tag, pairs=pairs), purpose="verify", max_tokens=MAX_TOKENS
        )
    except (ProviderError, BudgetSpent) as error:  # the answer stands already, with its marks
        tools.asker.notes.append(f"not every statement could be judged ({error.code})")
        return draft
    held = {int(number) for number in _NUMBER.findall(answer)}
    accepted = [at for number, at in enumerate(unsure, start=1) if number in held]
    if not accepted:
        return draft
    statements = list(draft.statements)
    marker = max((citation.marker for citation in draft.citations), default=0)
    for at in accepted:
        perhaps = statements[at].perhaps
        if perhaps is not None:
            marker += 1
            cited = (perhaps.model_copy(update={"marker": marker}),)
            statements[at] = replace(statements[at], citations=cited, supported=True, perhaps=None)
    return Draft(tuple(statements), draft.grounded)


def _pair(number: int, statement: Statement, tag: str) -> str:
    quote = "" if statement.perhaps is None else neutral(statement.perhaps.quote)
    return f"{number}. Statement: {neutral(statement.text)}\n<{tag}>\n{quote}\n</{tag}>"
