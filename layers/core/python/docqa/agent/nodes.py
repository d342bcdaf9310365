"""The nodes of the answering pipeline, in order: each takes the state and returns what it changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from docqa.agent import drafting, grading, tables
from docqa.agent.evidence import Evidence, gather, read
from docqa.agent.guard import check_question
from docqa.agent.state import Draft, Parts, State, Statement
from docqa.core.models import SearchQuery
from docqa.core.trace import traced
from docqa.retrieval.rewriting import focus

PASSAGES = 10

Node = Callable[[State, Parts], Awaitable[State]]


async def guard(state: State, parts: Parts) -> State:
    """Raises InvalidRequest, QuestionTooLong."""
    check_question(state["question"].text)
    return {"detail": ""}


async def retrieve(state: State, parts: Parts) -> State:
    question = state["question"]
    query = SearchQuery(
        tenant_id=question.tenant_id,
        query=focus(question.text),
        top_k=PASSAGES,
        document_ids=question.document_ids,
        collection_ids=question.collection_ids,
        filters=question.filters,
        epoch=question.epoch,
        embedding_model=question.embedding_model,
    )
    with traced() as trace:
        hits = await parts.retriever.search(query)
    return {"hits": hits, "detail": "; ".join([_counted(len(hits), "passage"), *trace.notes])}


async def grade(state: State, parts: Parts) -> State:
    text, hits = focus(state["question"].text), state["hits"]
    evidence = gather(text, hits, parts.analyzer)
    if evidence.candidates:
        from_table = await _from_table(text, state, evidence, parts)
        if from_table:
            return {**from_table, "detail": "enough"}
        evidence = await read(text, evidence, hits, parts.scorer)
    chosen = grading.chosen(evidence) if grading.is_answered(evidence) else []
    return {"evidence": evidence, "chosen": chosen, "detail": "enough" if chosen else "not in the documents"}


async def _from_table(text: str, state: State, found: Evidence, parts: Parts) -> State | None:
    """The rows of a CSV file that a question about their order asks for; reads the file whole."""
    wanted = tables.wanted_order(text)
    table = tables.table_asked(wanted, found, state["hits"], parts.analyzer) if wanted else None
    if wanted is None or table is None:
        return None
    question = state["question"]
    query = SearchQuery(
        tenant_id=question.tenant_id,
        query=text,
        top_k=tables.WHOLE_TABLE,
        document_ids=(table,),
        collection_ids=question.collection_ids,
        filters=question.filters,
        epoch=question.epoch,
        embedding_model=question.embedding_model,
    )
    hits = await parts.retriever.search(query)
    if len(hits) == tables.WHOLE_TABLE:
        return None
    evidence = gather(text, hits, parts.analyzer)
    chosen = tables.pick(text, wanted, evidence, parts.analyzer)
    return {"hits": hits, "evidence": evidence, "chosen": chosen} if chosen else None


async def generate(state: State, parts: Parts) -> State:
    chosen = state["chosen"]
    draft = drafting.quoting(chosen) if chosen else drafting.refusal(state["evidence"])
    return {"draft": draft, "detail": _counted(len(draft.citations), "quote")}


async def verify(state: State, parts: Parts) -> State:
    """Keeps only what stands word for word in the passage that it cites. Nothing was shown yet."""
    draft = state["draft"]
    kept = [statement for statement in draft.statements if _stands(statement, state)]
    detail = f"{len(kept)} of {len(draft.statements)} statements hold"
    if draft.grounded and not kept:
        return {"draft": drafting.refusal(replace(state["evidence"], candidates=())), "detail": detail}
    return {"draft": Draft(tuple(kept), draft.grounded), "detail": detail}


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _stands(statement: Statement, state: State) -> bool:
    citation = statement.citation
    if citation is None:
        return not state["draft"].grounded  # only a refusal says something of its own
    passages = [hit.text for hit in state["hits"] if hit.document_id == citation.document_id]
    quoted = not state["draft"].grounded or statement.text == citation.quote
    return quoted and any(citation.quote in passage for passage in passages)


PIPELINE: tuple[Node, ...] = (guard, retrieve, grade, generate, verify)
