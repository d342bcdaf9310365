"""`GraphAnswerer`: answers a question by the graph, and keeps what was asked, answered and spent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from docqa.agent.graph import run
from docqa.agent.langsmith import RunTraces
from docqa.agent.nodes.guard import check_question
from docqa.agent.state import State, Tools
from docqa.agent.toolbox import Toolbox
from docqa.agent.writing import text_of
from docqa.core.events import AskEvent, DoneEvent, UsageEvent
from docqa.core.models import Question, Usage
from docqa.core.models.chat import Asker, Receipt
from docqa.core.ports import (
    Analyzer,
    ConversationStore,
    DocumentStore,
    MemoryStore,
    PairScorer,
    PassageReader,
    Retriever,
)
from docqa.core.ports.chat import CallLog, ChatRouter

QUESTION_S = 120.0
"""For the whole answer; what a model has not written by then is not waited for."""
EXTRACTIVE = "extractive"


class GraphAnswerer:
    """Answerer. `model` names the embedding model, the only one that shapes an answer without a language model."""

    def __init__(
        self,
        *,
        retriever: Retriever,
        scorer: PairScorer,
        analyzer: Analyzer,
        models: ChatRouter,
        conversations: ConversationStore,
        memories: MemoryStore,
        documents: DocumentStore,
        passages: PassageReader,
        toolbox: Toolbox,
        calls: CallLog,
        traces: RunTraces,
        model: str,
    ) -> None:
        self._retriever = retriever
        self._scorer = scorer
        self._analyzer = analyzer
        self._models = models
        self._conversations = conversations
        self._memories = memories
        self._documents = documents
        self._passages = passages
        self._toolbox = toolbox
        self._calls = calls
        self._traces = traces
        self._model = model

    async def answer(self, question: Question) -> AsyncGenerator[AskEvent]:
        """Events up to DoneEvent; the turn is stored before that is sent.

        Raises InvalidRequest and QuestionTooLong before the first event, NotFound for a conversation that is not the
        user's, DependencyUnavailable, ProviderError and BudgetSpent at any point. What models took is kept in any case.
        """
        check_question(question.text)
        asker = Asker(
            tenant_id=question.tenant_id,
            user_id=question.user_id,
            deadline=asyncio.get_running_loop().time() + QUESTION_S,
            provider=question.provider,
        )
        stored = False
        try:
            state: State = {"question": question}
            async with self._traces.traced(), aclosing(run(state, self._tools(asker))) as parts:
                async for part in parts:
                    if isinstance(part, AskEvent):
                        yield part
                        await asyncio.sleep(0)  # what was yielded is sent before the next is made
                    else:
                        state = part
            draft, text = state["draft"], text_of(state["draft"])
            usage = self._usage(asker.receipts)
            yield UsageEvent(**usage.model_dump())
            conversation_id, message_id = await self._conversations.save_turn(
                question=question,
                answer=text,
                citations=draft.citations,
                usage=usage,
                grounded=draft.grounded,
                receipts=asker.receipts,
            )
            stored = True
            yield DoneEvent(
                conversation_id=conversation_id,
                message_id=message_id,
                answer=text,
                citations=draft.citations,
                grounded=draft.grounded,
                pending=state.get("pending", ()),
            )
        finally:
            if not stored and asker.receipts:
                await asyncio.shield(self._calls.record(question.tenant_id, question.user_id, asker.receipts))

    def _tools(self, asker: Asker) -> Tools:
        return Tools(
            retriever=self._retriever,
            scorer=self._scorer,
            analyzer=self._analyzer,
            models=self._models,
            conversations=self._conversations,
            memories=self._memories,
            documents=self._documents,
            passages=self._passages,
            toolbox=self._toolbox,
            asker=asker,
            emit=lambda event: None,
        )

    def _usage(self, receipts: list[Receipt]) -> Usage:
        """Who wrote the answer, and what all calls took together."""
        attempts = [attempt for receipt in receipts for attempt in receipt.attempts]
        wrote = [receipt.answered for receipt in receipts if receipt.purpose == "generate"]
        who = next((a for a in reversed(wrote) if a.outcome == "ok" and a.provider != EXTRACTIVE), None)
        return Usage(
            provider=who.provider if who else EXTRACTIVE,
            model=who.model if who else self._model,
            input_tokens=sum(attempt.usage.input_tokens for attempt in attempts),
            output_tokens=sum(attempt.usage.output_tokens for attempt in attempts),
            cost_usd=sum(attempt.cost_usd for attempt in attempts),
        )
