"""Passages that may answer."""

from docqa.agent.state import State, Tools
from docqa.core.events import SourcesEvent
from docqa.core.models import SearchQuery
from docqa.core.trace import traced

PASSAGES = 10


async def retrieve(state: State, tools: Tools) -> State:
    """Raises DependencyUnavailable."""
    first, *others = state["queries"]
    query = search_of(state, first, top_k=PASSAGES).model_copy(update={"rewrites": tuple(others)})
    with traced() as trace:
        hits = await tools.retriever.search(query)
    tools.emit(SourcesEvent(hits=tuple(hits)))
    return {"hits": hits, "tries": state["tries"] + 1, "detail": "; ".join([counted(len(hits)), *trace.notes])}


def search_of(state: State, text: str, *, top_k: int) -> SearchQuery:
    """A search for the text within what the question may look at."""
    question, within = state["question"], state.get("within")
    return SearchQuery(
        tenant_id=question.tenant_id,
        query=text,
        top_k=top_k,
        document_ids=question.document_ids if within is None else within,
        collection_ids=question.collection_ids,
        filters=question.filters,
        epoch=question.epoch,
        embedding_model=question.embedding_model,
    )


def counted(number: int, thing: str = "passage") -> str:
    """`1 passage`, `2 passages`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
