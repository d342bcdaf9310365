"""What searching alone does not answer: sums, counts and rows by their order, from a table read whole; what a whole
document says; and what tools of other servers say or do."""

import asyncio
from collections import Counter

from docqa.agent import summary, tables
from docqa.agent.computing import reading
from docqa.agent.computing.answering import by_model, by_rules
from docqa.agent.computing.plans import Operation
from docqa.agent.computing.table import Table
from docqa.agent.evidence import gather
from docqa.agent.nodes.retrieve import counted
from docqa.agent.state import Draft, Grade, Intent, State, Tools
from docqa.core.errors import NotFound
from docqa.core.models import Hit, Question
from docqa.core.models.tools import PendingCall, PlannedCall

_EXTREMES = {tables.Order.MOST: Operation.HIGHEST, tables.Order.LEAST: Operation.LOWEST}


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
    asked, text = state["table"], state["asked"]  # whole: what is set aside may be a condition
    done: State = {"table": None, "table_read": True, "detail": "the table does not answer"}
    if asked is None:
        return done
    hits = await _whole(asked.among, state["question"], tools)
    if len(hits) == tables.WHOLE_FILE:
        told = f"{asked.among.filename} has too many rows to be computed."
        return {**done, "besides": told, "detail": "the table is too long to be computed"}
    table, computed = await asyncio.to_thread(_by_rules, text, asked.among, hits, tools)  # a second for 30,000 rows
    is_file = asked.among.row_from is not None
    if computed is None and is_file:
        ways = (_planned, _chosen) if reading.asked(text) else (_chosen, _planned)
        for way in ways:
            found = await way(text, asked, hits, table, tools)
            if found:
                return {**done, **found}
    return {**done, **_told(computed, table, hits)}


def _by_rules(text: str, among: Hit, hits: list[Hit], tools: Tools) -> tuple[Table | None, Draft | None]:
    table = Table.of(hits, among)
    return table, by_rules(text, table, tools) if table else None


async def _planned(text: str, asked: tables.TableQuestion, hits: list[Hit], table: Table | None, tools: Tools) -> State:
    """What a model would have computed."""
    return _told(await by_model(text, table, tools) if table else None, table, hits)


async def _chosen(text: str, asked: tables.TableQuestion, hits: list[Hit], table: Table | None, tools: Tools) -> State:
    """The rows that answer by their order; of a long table the highest or lowest number. Empty if nothing decides."""
    if asked.wanted is None:
        return {}
    rows = [hit for hit in hits if hit.sheet == asked.among.sheet]
    if len(rows) > tables.WHOLE_TABLE:
        extreme = _EXTREMES.get(asked.wanted.order)
        return _told(by_rules(text, table, tools, extreme=extreme) if table and extreme else None, table, hits)
    evidence = gather(text, rows, tools.analyzer)
    chosen = tables.pick(text, asked.wanted, evidence, tools.analyzer)
    found: State = {"hits": rows, "evidence": evidence, "grade": Grade.ENOUGH, "chosen": chosen}
    return {**found, "detail": counted(len(chosen), "row")} if chosen else {}


def _told(computed: Draft | None, table: Table | None, hits: list[Hit]) -> State:
    """Empty if nothing was computed."""
    if computed is None or table is None:
        return {}
    detail = f"computed over {counted(len(table.cells), 'row')}"
    return {"hits": hits, "grade": Grade.ENOUGH, "computed": computed, "detail": detail}


async def _whole(among: Hit, question: Question, tools: Tools) -> list[Hit]:
    """All passages of the document; none if it was deleted since."""
    try:
        return await tools.passages.document(
            question.tenant_id, question.user_id, among.document_id, most=tables.WHOLE_FILE
        )
    except NotFound:
        return []


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
