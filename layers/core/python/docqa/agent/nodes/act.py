"""What searching alone does not answer: sums, counts and rows by their order, from a table read whole; what a whole
document says; and what tools of other servers say or do."""

import asyncio
from collections import Counter

from docqa.agent import calculation, summary, tables
from docqa.agent.evidence import Evidence, gather
from docqa.agent.nodes.retrieve import counted, search_of
from docqa.agent.state import Draft, Grade, Intent, State, Tools
from docqa.core.models.tools import PendingCall, PlannedCall
from docqa.retrieval.rewriting import focus


async def act(state: State, tools: Tools) -> State:
    """Raises DependencyUnavailable. A table that is too long to be read whole leaves the passages as they are."""
    read: State = {}
    if state["intent"] is Intent.SUMMARY:
        read = await _read_whole(state, tools)
    elif state.get("table"):
        read = await _table(state, tools)
    over = not read or "grade" in read  # a table that does not answer leaves it to the passages first
    called: State = await _called(state, tools) if over and state.get("calls") else {}
    told = "; ".join(filter(None, [read.get("detail", ""), called.get("detail", "")]))
    return {**read, **called, "detail": told}


async def _called(state: State, tools: Tools) -> State:
    """The calls that were planned, at the same time; those that have to be confirmed wait for that."""
    question = state["question"]
    uses = {(use.info.server, use.info.tool): use for use in await tools.toolbox.usable(question, tools.asker.notes)}
    now: list[PlannedCall] = []
    later: list[PendingCall] = []
    told: list[str] = []
    for call in state["calls"]:
        use = uses.get((call.server, call.tool))
        if use is None or use.info.digest != call.digest:
            told.append(f"{call.server}.{call.tool} may not be used")
        elif use.confirm and not call.confirmed:
            later.append(tools.toolbox.pending(question, call))
            told.append(f"{call.server}.{call.tool} waits for a yes")
        else:
            now.append(call)
    outputs = tuple(await asyncio.gather(*(tools.toolbox.call(call) for call in now)))
    for output in outputs:
        cut = ", the rest of it not read" if output.cut else ""
        told.append(f"{output.name} {'failed' if output.failed else 'said'} {len(output.text)} characters{cut}")
    return {"calls": (), "outputs": outputs, "pending": tuple(later), "detail": "; ".join(told)}


async def _table(state: State, tools: Tools) -> State:
    asked, text = state["table"], focus(state["asked"])
    done: State = {"table": None, "table_read": True, "detail": "the table does not answer"}
    if asked is None:
        return done
    query = search_of(state, text, top_k=tables.WHOLE_TABLE).model_copy(update={"document_ids": (asked.document_id,)})
    hits = await tools.retriever.search(query)
    if len(hits) == tables.WHOLE_TABLE:
        return {**done, "detail": "the table is too long to be computed"}
    evidence = gather(text, hits, tools.analyzer)
    read: State = {**done, "hits": hits, "evidence": evidence, "grade": Grade.ENOUGH}
    computed = _computed(text, evidence, tools)
    if computed is not None:
        return {**read, "computed": computed, "detail": f"computed over {counted(len(hits))}"}
    chosen = tables.pick(text, asked.wanted, evidence, tools.analyzer) if asked.wanted else []
    return {**read, "chosen": chosen, "detail": counted(len(chosen), "row")} if chosen else done


async def _read_whole(state: State, tools: Tools) -> State:
    """Of the document that the question names, or that most of what was found stands in."""
    question = state["question"]
    named = question.document_ids or ()
    if len(named) == 1:
        document_id = named[0]
    else:
        counts = Counter(hit.document_id for hit in state["hits"])
        said = question.text.casefold()
        by_name = [hit.document_id for hit in state["hits"] if hit.filename.rpartition(".")[0].casefold() in said]
        document_id = by_name[0] if by_name else counts.most_common(1)[0][0]
    hits = await tools.passages.document(question.tenant_id, question.user_id, document_id)
    found = summary.points(summary.sections(hits), tools.analyzer)
    detail = f"{hits[0].filename}: {counted(len(hits))} read, {counted(len(found), 'section')} shown"
    return {"hits": hits, "points": found, "grade": Grade.ENOUGH, "detail": detail}


def _computed(text: str, evidence: Evidence, tools: Tools) -> Draft | None:
    rows = tables.rows_of(evidence)
    table = calculation.Table.of(rows)
    plan = calculation.plan_for(text, table, tools.analyzer) if table else None
    result = calculation.carried_out(plan, table) if plan and table else None
    return calculation.told(result, rows) if result else None
