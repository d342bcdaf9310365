"""What to search for, and where: parts of a compound question, documents that it names, other words on another try."""

import re

from docqa.agent import toolbox
from docqa.agent.calling import said, tools_wanted
from docqa.agent.expected import questions_in
from docqa.agent.scoping import documents_named, names_documents
from docqa.agent.state import Intent, State, Tools
from docqa.core.errors import ProviderError
from docqa.core.models.tools import PlannedCall
from docqa.prompts import prompt
from docqa.retrieval.rewriting import RuleRewriter, focus

MOST_QUERIES = 4
MAX_TOKENS = 160
CALL_TOKENS = 1_000
_COMPARES = re.compile(
    r"\b(?:compare|comparison|differ(?:s|ence|ences)?|versus|vs|unterschied\w*|vergleich\w*|différence\w*)\b",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s*")


async def plan(state: State, tools: Tools) -> State:
    """By rules; a model is asked only for a compound question, when a first try failed, and where tools are allowed.

    No queries: everything was searched already. Raises DependencyUnavailable, ProviderError, BudgetSpent.
    """
    whole = focus(state["asked"])
    if state["tries"]:
        return await _again(whole, state, tools)
    parts = questions_in(whole)
    compound = len(parts) > 1 or _COMPARES.search(whole) is not None
    if compound and await tools.models.decides(tools.asker):
        parts = await _lines("parts", whole, tools)
    queries = _distinct([whole, *(parts if compound else ())])
    calls = await _calls(state, tools)
    found: State = {"queries": queries, "searched": queries, "calls": calls}
    told = [*queries[1:], *(f"{call.server}.{call.tool}" for call in calls)]
    if names_documents(whole):
        question = state["question"]
        views = await tools.documents.list_documents(question.tenant_id, collection_ids=question.collection_ids)
        asked = [view for view in views if question.document_ids is None or view.document_id in question.document_ids]
        named = documents_named(whole, [view for view in asked if view.active_version is not None])
        if named:
            found["within"] = tuple(view.document_id for view in named)
            told.append("only in " + ", ".join(view.filename for view in named[:3]))
    return {**found, "detail": " | ".join(told)}


async def _again(whole: str, state: State, tools: Tools) -> State:
    """In other words, and no longer within some documents only."""
    queries = [whole, *await RuleRewriter().rewrites(whole)]
    if await tools.models.decides(tools.asker):
        queries += await _lines("rewrites", whole, tools)
    found = _distinct(queries)
    if set(found) <= set(state["searched"]) and state.get("within") is None:
        return {"queries": (), "detail": "no other words"}
    return {"queries": found, "searched": found, "within": None, "detail": " | ".join(found[1:])}


async def _calls(state: State, tools: Tools) -> tuple[PlannedCall, ...]:
    """The tools that the user's own words ask for; what was answered before may quote documents and is not read."""
    question = state["question"]
    if question.confirmed is not None:
        return (question.confirmed,)
    if state["intent"] is not Intent.DOCUMENTS or not await tools.models.decides(tools.asker):
        return ()
    offered = toolbox.specs(await tools.toolbox.usable(question, tools.asker.notes))
    if not offered:
        return ()
    earlier = "\n".join(f"- {turn.question}" for turn in state.get("turns", ())) or "(none)"
    messages = prompt("tools").messages(earlier=earlier, question=question.text)
    specs = [spec for spec, _ in offered.values()]
    try:
        wanted = await tools_wanted(tools, messages, specs, purpose="plan", max_tokens=CALL_TOKENS)
    except ProviderError as error:  # as of a tool whose parameters a vendor does not take: the documents may answer
        tools.asker.notes.append(f"no tool could be chosen ({error.code})")
        return ()
    return toolbox.planned(wanted, offered)


async def _lines(name: str, question: str, tools: Tools) -> list[str]:
    """Up to three lines that a model writes; what is no line of its own is left out."""
    text = await said(tools, prompt(name).messages(question=question), purpose="plan", max_tokens=MAX_TOKENS)
    lines = [_LIST_MARK.sub("", line).strip() for line in text.splitlines()]
    return [line for line in lines if 3 <= len(line) <= 2 * len(question) + 200][:3]


def _distinct(queries: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(queries))[:MOST_QUERIES]
