"""Answers put together from quotes, and honest refusals."""

import json
from collections.abc import Sequence

from docqa.agent.citing import cite
from docqa.agent.evidence import Candidate, Evidence
from docqa.agent.fencing import neutral
from docqa.agent.state import Draft, Statement
from docqa.core.models import Citation, Hit
from docqa.core.models.tools import PendingCall, ToolOutput

NOT_FOUND = "I could not find this in your documents."
NEAREST = 3
MOST_SAID = 1_000
"""Characters of a tool's output that are shown where no model reads it."""
MOST_FAULT = 300


def quoting(chosen: Sequence[Candidate]) -> Draft:
    """The chosen pieces as they stand in the documents, each with its marker; rows on lines of their own."""
    statements = []
    for marker, candidate in enumerate(chosen, start=1):
        following = chosen[marker] if marker < len(chosen) else None
        rows = candidate.piece.is_row or (following is not None and following.piece.is_row)
        after = "" if following is None else "\n" if rows else " "
        statements.append(Statement(candidate.piece.text, (cite(candidate, marker),), after))
    return Draft(tuple(statements), grounded=True)


def refusal(evidence: Evidence, besides: str = "") -> Draft:
    """Says that nothing was found, where the nearest passages stand (different places, best first), and `besides`."""
    places: dict[str, Citation] = {}
    for candidate in evidence.candidates:
        citation = cite(candidate, len(places) + 1)
        places.setdefault(_place(citation), citation)
        if len(places) == NEAREST:
            break
    more = (Statement(f" {besides}"),) if besides else ()
    if not places:
        return Draft((Statement(NOT_FOUND), *more), grounded=False)
    near = [
        Statement(place, (citation,), "." if citation.marker == len(places) else "; ")
        for place, citation in places.items()
    ]
    lead = "The nearest passage is in " if len(near) == 1 else "The nearest passages are in "
    return Draft((Statement(f"{NOT_FOUND} {lead}"), *near, *more), grounded=False)


def saying(outputs: Sequence[ToolOutput]) -> Draft:
    """What tools said, as they said it. The documents hold none of it."""
    told = [
        Statement(_shown(output.text, MOST_SAID), after="\n", source=output.name)
        for output in outputs
        if not output.failed
    ]
    return Draft(tuple(told), grounded=False)


def closing(outputs: Sequence[ToolOutput], pending: Sequence[PendingCall]) -> tuple[Statement, ...]:
    """What became of the calls that said nothing."""
    failed = [
        f"{output.name} could not be used: {_shown(output.text, MOST_FAULT)}" for output in outputs if output.failed
    ]
    waiting = [
        f"Nothing was called yet: {call.server}.{call.tool} waits for your yes. It would be told "
        f"{json.dumps(call.arguments, ensure_ascii=False)}"
        for call in pending
    ]
    return tuple(Statement(f"\n\n{line}") for line in [*failed, *waiting])


def _shown(text: str, most: int) -> str:
    """Without marks of chat templates, and ending with … where there is more."""
    plain = neutral(text).strip()
    return plain if len(plain) <= most else plain[:most].rstrip() + " …"


def standing(draft: Draft, hits: Sequence[Hit]) -> Draft:
    """Only what stands word for word in the passages that were found; a refusal if nothing of an answer does."""
    kept = tuple(statement for statement in draft.statements if _stands(statement, draft, hits))
    if draft.grounded and not kept:
        return Draft((Statement(NOT_FOUND),), grounded=False)
    return Draft(kept, draft.grounded)


def _stands(statement: Statement, draft: Draft, hits: Sequence[Hit]) -> bool:
    if not statement.citations:
        return statement.computed or not draft.grounded  # a refusal says something of its own
    quoted = (
        not draft.grounded
        or statement.computed
        or all(statement.text == citation.quote for citation in statement.citations)
    )
    return quoted and all(
        any(citation.quote in hit.text for hit in hits if hit.document_id == citation.document_id)
        for citation in statement.citations
    )


def _place(citation: Citation) -> str:
    if citation.row is not None:
        return f"{citation.filename}, row {citation.row}"
    if citation.page is not None:
        return f"{citation.filename}, page {citation.page}"
    return citation.filename
