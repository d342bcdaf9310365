"""What searching alone does not answer: rows of a table by their order, from the table read whole."""

from docqa.agent import tables
from docqa.agent.evidence import gather
from docqa.agent.nodes.retrieve import counted, search_of
from docqa.agent.state import Grade, State, Tools
from docqa.retrieval.rewriting import focus


async def act(state: State, tools: Tools) -> State:
    """Raises DependencyUnavailable. A table that is too long to be read whole leaves the passages as they are."""
    asked, text = state["table"], focus(state["asked"])
    done: State = {"table": None, "table_read": True, "detail": "the table does not answer"}
    if asked is None:
        return done
    query = search_of(state, text, top_k=tables.WHOLE_TABLE).model_copy(update={"document_ids": (asked.document_id,)})
    hits = await tools.retriever.search(query)
    if len(hits) == tables.WHOLE_TABLE:
        return done
    evidence = gather(text, hits, tools.analyzer)
    chosen = tables.pick(text, asked.wanted, evidence, tools.analyzer)
    if not chosen:
        return done
    found: State = {"hits": hits, "evidence": evidence, "chosen": chosen, "grade": Grade.ENOUGH}
    return {**done, **found, "detail": counted(len(chosen), "row")}
