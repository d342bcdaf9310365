"""The second stage: the pieces of the passages judged by words, and the best of them read by the cross-encoder."""

from dataclasses import replace

from docqa.agent import tables
from docqa.agent.computing import reading
from docqa.agent.evidence import Evidence, gather, is_clear, read
from docqa.agent.state import State, Tools
from docqa.retrieval.rewriting import focus


async def rerank(state: State, tools: Tools) -> State:
    """Raises DependencyUnavailable. A question about a whole table is not read: `act` answers it. What words leave
    clear is not read either where a model writes the answer, which sees by itself whether the passages hold it."""
    text, hits = focus(state["asked"]), state["hits"]
    evidence = gather(text, hits, tools.analyzer)
    table = _table(text, evidence, state, tools)
    if table is not None:
        return {"evidence": evidence, "table": table, "detail": "a question about a table"}
    if is_clear(evidence, hits) and await tools.models.decides(tools.asker):
        return {"evidence": replace(evidence, clear=True), "table": None, "detail": "clear"}
    if evidence.candidates:
        evidence = await read(text, evidence, hits, tools.scorer)
    return {"evidence": evidence, "table": None, "detail": ""}


def _table(text: str, evidence: Evidence, state: State, tools: Tools) -> tables.TableQuestion | None:
    if not evidence.candidates or state.get("table_read"):
        return None
    wanted, computes = tables.wanted_order(text), bool(reading.asked(text))
    if wanted is None and not computes:
        return None
    row = tables.row_asked(wanted.operand if wanted else "", evidence, state["hits"], tools.analyzer)
    if row is None and computes and evidence.candidates[0].piece.header:  # of a table within a text
        row = evidence.candidates[0].hit
    return tables.TableQuestion(wanted, row) if row else None
