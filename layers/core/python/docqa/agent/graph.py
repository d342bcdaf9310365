"""The agent as a graph of ten nodes (LangGraph): what a node does stands in `nodes/`, what follows in `routing`."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from docqa.agent import routing
from docqa.agent.nodes.act import act
from docqa.agent.nodes.contextualize import contextualize
from docqa.agent.nodes.generate import generate
from docqa.agent.nodes.grade import grade
from docqa.agent.nodes.guard import guard
from docqa.agent.nodes.plan import plan
from docqa.agent.nodes.rerank import rerank
from docqa.agent.nodes.retrieve import retrieve
from docqa.agent.nodes.route import route
from docqa.agent.nodes.verify import verify
from docqa.agent.state import State, Tools
from docqa.core.events import AskEvent, StepEvent

Node = Callable[[State, Tools], Awaitable[State]]
Graph = CompiledStateGraph[State, Tools, State, State]

MOST_STEPS = 30
"""Nodes that one question may take: two corrective loops and a table need 20."""

NODES: tuple[Node, ...] = (guard, contextualize, route, plan, retrieve, rerank, grade, act, generate, verify)


@cache
def graph() -> Graph:
    """The graph, built once. It keeps nothing: it may run for many questions at the same time."""
    built = StateGraph(State, context_schema=Tools)
    for node in NODES:
        step: Any = _stepped(node)
        built.add_node(node.__name__, step)
    built.add_edge(START, "guard")
    built.add_conditional_edges("guard", routing.after_guard)
    built.add_edge("contextualize", "route")
    built.add_conditional_edges("route", routing.after_route)
    built.add_conditional_edges("plan", routing.after_plan)
    built.add_conditional_edges("retrieve", routing.after_retrieve)
    built.add_conditional_edges("rerank", routing.after_rerank)
    built.add_conditional_edges("grade", routing.after_grade)
    built.add_conditional_edges("act", routing.after_act)
    built.add_edge("generate", "verify")
    built.add_edge("verify", END)
    return built.compile()


async def run(state: State, tools: Tools) -> AsyncGenerator[AskEvent | State]:
    """The events of all nodes as they happen, and the last state at the end. Raises what a node raises."""
    last: Any = state
    # "custom": what a node emits, at once; "values": the state after each step
    stream: Any = graph().astream(
        state, {"recursion_limit": MOST_STEPS}, context=tools, stream_mode=["custom", "values"]
    )
    async with aclosing(stream) as parts:
        async for mode, part in parts:
            if mode == "custom":
                yield part
            else:
                last = part
    yield last


def _stepped(node: Node) -> Callable[[State, Runtime[Tools]], Awaitable[Any]]:
    """The node, telling when it begins and ends."""
    name = node.__name__

    async def step(state: State, runtime: Runtime[Tools]) -> Any:
        emit = runtime.stream_writer
        emit(StepEvent(node=name, status="started"))
        notes = runtime.context.asker.notes
        known, started = len(notes), time.perf_counter()
        changed = await node(state, replace(runtime.context, emit=emit))
        ms = round((time.perf_counter() - started) * 1000, 1)
        detail = "; ".join(filter(None, [changed.get("detail", ""), *notes[known:]]))
        emit(StepEvent(node=name, status="done", detail=detail, ms=ms))
        return changed

    return step
