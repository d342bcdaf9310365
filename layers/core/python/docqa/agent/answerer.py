"""`ExtractiveAnswerer`: answers with sentences of the documents, needing no language model."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator

from docqa.agent.nodes import PIPELINE, Node, guard, retrieve
from docqa.agent.state import Draft, Parts, State
from docqa.core.events import AskEvent, CitationEvent, DoneEvent, SourcesEvent, StepEvent, TokenEvent, UsageEvent
from docqa.core.models import Question, Usage
from docqa.core.ports import Analyzer, ConversationStore, PairScorer, Retriever

PROVIDER = "extractive"
TOKEN_WORDS = 4
TOKEN_CHARACTERS = 12
"""Of text without spaces."""

_WORDS = re.compile(rf"(?:\s*\S+){{1,{TOKEN_WORDS}}}\s*", re.DOTALL)


class ExtractiveAnswerer:
    """Answerer without a language model. `model` names the embedding model, the only one that shaped the answer."""

    def __init__(
        self,
        *,
        retriever: Retriever,
        scorer: PairScorer,
        analyzer: Analyzer,
        conversations: ConversationStore,
        model: str,
    ) -> None:
        self._parts = Parts(retriever=retriever, scorer=scorer, analyzer=analyzer)
        self._conversations = conversations
        self._usage = Usage(provider=PROVIDER, model=model)

    async def answer(self, question: Question) -> AsyncIterator[AskEvent]:
        """Events up to DoneEvent; the turn is stored before that is sent.

        Raises InvalidRequest and QuestionTooLong before the first event, NotFound for a conversation that is not the
        user's, DependencyUnavailable at any point.
        """
        state: State = {"question": question}
        guarded, ms = await _timed(guard, state, self._parts)
        yield StepEvent(node=guard.__name__, status="started")
        yield _done(guard, guarded, ms)
        for node in PIPELINE[1:]:
            yield StepEvent(node=node.__name__, status="started")
            changed, ms = await _timed(node, state, self._parts)
            state = {**state, **changed}
            yield _done(node, changed, ms)
            if node is retrieve:
                yield SourcesEvent(hits=tuple(state["hits"]))
        async for event in self._shown(question, state["draft"]):
            yield event

    async def _shown(self, question: Question, draft: Draft) -> AsyncIterator[AskEvent]:
        text = ""
        for event in written(draft):
            if isinstance(event, TokenEvent):
                text += event.text
            yield event
            await asyncio.sleep(0)  # what was yielded is sent before the next is made
        yield UsageEvent(**self._usage.model_dump())
        conversation_id, message_id = await self._conversations.save_turn(
            question=question, answer=text, citations=draft.citations, usage=self._usage, grounded=draft.grounded
        )
        yield DoneEvent(
            conversation_id=conversation_id,
            message_id=message_id,
            answer=text,
            citations=draft.citations,
            grounded=draft.grounded,
        )


def written(draft: Draft) -> Iterator[AskEvent]:
    """The draft as token events, each citation right after its marker. The tokens joined are the answer."""
    for statement in draft.statements:
        for token in tokens(statement.text):
            yield TokenEvent(text=token)
        if statement.citation:
            yield TokenEvent(text=f" [{statement.citation.marker}]")
            yield CitationEvent.of(statement.citation)
        if statement.after:
            yield TokenEvent(text=statement.after)


def tokens(text: str) -> Iterator[str]:
    """Groups of a few words, or of a few characters where words are not separated; joined they are the text."""
    for match in _WORDS.finditer(text):
        group = match[0]
        if len(group) <= TOKEN_WORDS * TOKEN_CHARACTERS:
            yield group
        else:
            yield from (group[i : i + TOKEN_CHARACTERS] for i in range(0, len(group), TOKEN_CHARACTERS))


async def _timed(node: Node, state: State, parts: Parts) -> tuple[State, float]:
    started = time.perf_counter()
    changed = await node(state, parts)
    return changed, round((time.perf_counter() - started) * 1000, 1)


def _done(node: Node, changed: State, ms: float) -> StepEvent:
    return StepEvent(node=node.__name__, status="done", detail=changed.get("detail", ""), ms=ms)
