"""The nodes of the answering pipeline, in order: each takes the state and returns what it changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from docqa.agent import drafting, grading
from docqa.agent.evidence import gather, read
from docqa.agent.guard import check_question
from docqa.agent.state import Draft, Parts, State, Statement
from docqa.core.models import SearchQuery

PASSAGES = 10

Node = Callable[[State, Parts], Awaitable[State]]


async def guard(state: State, parts: Parts) -> State:
    """Raises InvalidRequest, QuestionTooLong."""
    check_question(state["question"].text)
    return {"detail": ""}


async def retrieve(state: State, parts: Parts) -> State:
    question = state["question"]
    query = SearchQuery(
        tenant_id=question.tenant_id, query=question.text, top_k=PASSAGES, document_ids=question.document_ids
    )
    hits = await parts.retriever.search(query)
    return {"hits": hits, "detail": f"{len(hits)} passages"}


async def grade(state: State, parts: Parts) -> State:
    text, hits = state["question"].text, state["hits"]
    evidence = gather(text, hits, parts.analyzer)
    if evidence.candidates:
        evidence = await read(text, evidence, hits, parts.scorer)
    answered = grading.is_answered(evidence)
    return {"evidence": evidence, "answered": answered, "detail": "enough" if answered else "not in the documents"}


async def generate(state: State, parts: Parts) -> State:
    evidence = state["evidence"]
    draft = drafting.quoting(grading.chosen(evidence)) if state["answered"] else drafting.refusal(evidence)
    return {"draft": draft, "detail": f"{len(draft.citations)} quotes"}


async def verify(state: State, parts: Parts) -> State:
    """Keeps only what stands word for word in the passage that it cites. Nothing was shown yet."""
    draft = state["draft"]
    kept = [statement for statement in draft.statements if _stands(statement, state)]
    detail = f"{len(kept)} of {len(draft.statements)} statements hold"
    if draft.grounded and not kept:
        return {"draft": drafting.refusal(replace(state["evidence"], candidates=())), "detail": detail}
    return {"draft": Draft(tuple(kept), draft.grounded), "detail": detail}


def _stands(statement: Statement, state: State) -> bool:
    citation = statement.citation
    if citation is None:
        return not state["draft"].grounded  # only a refusal says something of its own
    passages = [hit.text for hit in state["hits"] if hit.document_id == citation.document_id]
    quoted = not state["draft"].grounded or statement.text == citation.quote
    return quoted and any(citation.quote in passage for passage in passages)


PIPELINE: tuple[Node, ...] = (guard, retrieve, grade, generate, verify)
