"""What searching alone does not answer: sums, counts and rows by their order, from a table read whole; what a whole
document says; and what tools of other servers say or do."""

import asyncio
from collections import Counter

from docqa.agent import summary, tables
from docqa.agent.computing import reading
from docqa.agent.computing.answering import by_model, by_rules
from docqa.agent.computing.table import Table
from docqa.agent.evidence import gather
from docqa.agent.nodes.retrieve import counted
from docqa.agent.state import Grade, Intent, State, Tools
from docqa.core.errors import NotFound
from docqa.core.models import Hit, Question
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
    """Of a file's rows, what is computed of them or the rows that answer; of a table in a text, what rules compute."""
    asked, text = state["table"], focus(state["asked"])
    done: State = {"table": None, "table_read": True, "detail": "the table does not answer"}
    if asked is None:
        return done
    hits = await _whole(asked.among, state["question"], tools)
    if len(hits) == tables.WHOLE_FILE:
        return {**done, "detail": "the table is too long to be computed"}
    table, computes, is_file = Table.of(hits, asked.among), bool(reading.asked(text)), asked.among.row_from is not None
    computed = by_rules(text, table, tools) if table else None
    if table and is_file and computes and computed is None:
        computed = await by_model(text, table, tools)
    if computed is None and is_file and asked.wanted is not None:
        chosen = _chosen(text, asked.wanted, [hit for hit in hits if hit.sheet == asked.among.sheet], tools)
        if chosen:
            return {**done, **chosen}
    if table and is_file and not computes and computed is None:  # an order that no row shows by itself
        computed = await by_model(text, table, tools)
    if table is None or computed is None:
        return done
    detail = f"computed over {counted(len(table.cells), 'row')}"
    return {**done, "hits": hits, "grade": Grade.ENOUGH, "computed": computed, "detail": detail}


async def _whole(among: Hit, question: Question, tools: Tools) -> list[Hit]:
    """All passages of the document; none if it was deleted since."""
    try:
        return await tools.passages.document(
            question.tenant_id, question.user_id, among.document_id, most=tables.WHOLE_FILE
        )
    except NotFound:
        return []


def _chosen(text: str, wanted: tables.Wanted, hits: list[Hit], tools: Tools) -> State:
    """The rows that answer by their order; empty if nothing decides."""
    if len(hits) > tables.WHOLE_TABLE:
        return {}
    evidence = gather(text, hits, tools.analyzer)
    chosen = tables.pick(text, wanted, evidence, tools.analyzer)
    found: State = {"hits": hits, "evidence": evidence, "grade": Grade.ENOUGH, "chosen": chosen}
    return {**found, "detail": counted(len(chosen), "row")} if chosen else {}


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
