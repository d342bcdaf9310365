"""Whether the passages answer the question: enough, partly, not (CRAG, arXiv 2401.15884)."""

from docqa.agent import grading
from docqa.agent.state import Grade, State, Tools


async def grade(state: State, tools: Tools) -> State:
    """By rules over what the cross-encoder and the words say."""
    del tools
    evidence = state["evidence"]
    found = grading.graded(evidence) if evidence.candidates else Grade.NOT
    chosen = grading.chosen(evidence) if found is Grade.ENOUGH else []
    return {"grade": found, "chosen": chosen, "detail": str(found)}
