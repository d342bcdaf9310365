"""The graph as it is drawn; who follows whom."""

from pathlib import Path

import pytest

from docqa.agent import routing
from docqa.agent.graph import NODES, graph
from docqa.agent.state import Grade, Intent, State
from docqa.agent.tables import Order, TableQuestion, Wanted
from tests.fakes.agents import question
from tests.fakes.answering import DOCUMENT

DRAWN = Path(__file__).parent / "snapshots" / "graph.mmd"


def test_the_graph_is_what_is_drawn() -> None:
    """When this fails, look at the new drawing and commit it: `python -m tests.unit.agent.test_graph`."""
    assert graph().get_graph().draw_mermaid() == DRAWN.read_text(encoding="utf-8")


def test_there_are_ten_nodes() -> None:
    assert [node.__name__ for node in NODES] == (
        "guard contextualize route plan retrieve rerank grade act generate verify".split()
    )


TABLE = TableQuestion(Wanted(Order.LAST, ""), DOCUMENT)


@pytest.mark.parametrize(
    ("decide", "state", "following"),
    [
        (routing.after_guard, State(question=question("x")), "route"),
        (routing.after_guard, State(question=question("x", conversation_id=DOCUMENT)), "contextualize"),
        (routing.after_guard, State(question=question("x", turns=[{"question": "a", "answer": "b"}])), "contextualize"),
        (routing.after_route, State(intent=Intent.SMALL_TALK), "generate"),
        (routing.after_route, State(intent=Intent.DOCUMENTS), "plan"),
        (routing.after_plan, State(queries=("x",)), "retrieve"),
        (routing.after_plan, State(queries=()), "generate"),
        (routing.after_rerank, State(table=TABLE), "act"),
        (routing.after_rerank, State(table=None), "grade"),
        (routing.after_grade, State(grade=Grade.ENOUGH, tries=1), "generate"),
        (routing.after_grade, State(grade=Grade.NOT, tries=1), "generate"),
        (routing.after_grade, State(grade=Grade.PARTLY, tries=1), "plan"),
        (routing.after_grade, State(grade=Grade.PARTLY, tries=3), "generate"),
        (routing.after_act, State(chosen=[]), "rerank"),
    ],
)
def test_what_follows(decide: object, state: State, following: str) -> None:
    assert decide(state) == following  # type: ignore[operator]


if __name__ == "__main__":
    DRAWN.write_text(graph().get_graph().draw_mermaid(), encoding="utf-8")
