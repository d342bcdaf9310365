"""Which node follows which: all decisions of the graph, each a plain function of the state."""

from typing import Literal

from docqa.agent.state import Grade, Intent, State

MOST_TRIES = 3
"""The first search and two corrective ones."""


def after_guard(state: State) -> Literal["contextualize", "route"]:
    """A question without a conversation stands alone."""
    question = state["question"]
    return "contextualize" if question.turns or question.conversation_id else "route"


def after_route(state: State) -> Literal["plan", "generate"]:
    return "plan" if state["intent"] in (Intent.DOCUMENTS, Intent.SUMMARY) else "generate"


def after_plan(state: State) -> Literal["retrieve", "act", "generate"]:
    """A plan that has nothing new to search ends the tries."""
    return "retrieve" if state["queries"] else _searched(state)


def after_retrieve(state: State) -> Literal["act", "rerank"]:
    """What is asked of a whole document is not answered by the best of its passages."""
    return "act" if state["intent"] is Intent.SUMMARY and state["hits"] else "rerank"


def after_rerank(state: State) -> Literal["act", "grade"]:
    return "act" if state.get("table") else "grade"


def after_grade(state: State) -> Literal["plan", "act", "generate"]:
    """Partly is searched again, in other words."""
    return "plan" if state["grade"] is Grade.PARTLY and state["tries"] < MOST_TRIES else _searched(state)


def after_act(state: State) -> Literal["generate", "rerank"]:
    """A table that does not answer leaves it to the passages, which were not read yet."""
    found = state.get("chosen") or state.get("computed") or state.get("points") or "outputs" in state
    return "generate" if found else "rerank"


def _searched(state: State) -> Literal["act", "generate"]:
    """Tools are called when the documents were searched."""
    return "act" if state.get("calls") else "generate"
