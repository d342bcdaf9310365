"""What to search for: the parts of a compound question beside the whole, and other words on another try."""

from docqa.agent.expected import questions_in
from docqa.agent.state import State, Tools
from docqa.retrieval.rewriting import RuleRewriter, focus

MOST_QUERIES = 4


async def plan(state: State, tools: Tools) -> State:
    """By rules. No queries: everything was searched already."""
    del tools
    whole = focus(state["asked"])
    parts = questions_in(whole)
    queries = [whole, *(parts if len(parts) > 1 else ())]
    tries = state["tries"]
    if tries:
        queries += await RuleRewriter().rewrites(whole)
    found = tuple(dict.fromkeys(queries))[:MOST_QUERIES]
    if tries and set(found) <= set(state["searched"]):
        return {"queries": (), "detail": "no other words"}
    return {"queries": found, "searched": found, "detail": " | ".join(found[1:])}
