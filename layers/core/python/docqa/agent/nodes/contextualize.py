"""A follow-up becomes a question that stands alone."""

from collections.abc import Sequence

from docqa.agent.asking import follow_up
from docqa.agent.calling import said
from docqa.agent.state import State, Tools
from docqa.core.models import History, Memory, Question, Turn
from docqa.core.ports import Analyzer
from docqa.prompts import prompt

TURNS = 6
_NOTHING = "(nothing)"
ANSWER_CHARACTERS = 600
"""Of each answer that is read again."""
SUMMARIZED_FROM = 4
"""So many turns before the last ones are worth a summary."""
SUMMARY_TOKENS = 240
KEPT = 0.4
"""Share of a question's words that its stand-alone form keeps at least."""
NEW = 0.4
"""Share of the words of a stand-alone form that were not said before, at most."""


async def contextualize(state: State, tools: Tools) -> State:
    """By a model where there is one, by rules otherwise; without earlier turns the question stays as it is."""
    question = state["question"]
    history = History(turns=question.turns[-TURNS:])
    if not history.turns and question.conversation_id is not None:
        history = await tools.conversations.history(
            question.tenant_id, question.user_id, question.conversation_id, limit=TURNS
        )
    if not history.turns:
        return {"turns": (), "detail": ""}
    asked = follow_up(question.text, history.turns)
    if await tools.models.decides(tools.asker):
        facts = _facts(await tools.memories.remembered(question.tenant_id, question.user_id))
        made = await _standalone(question, history, facts, tools)
        told = [history.summary, facts, _script([*history.older, *history.turns])]
        asked = made if is_faithful(made, question.text, told, tools.analyzer) else asked
    detail = "" if asked == question.text else f"asked as: {asked}"
    return {"turns": history.turns, "asked": asked, "detail": detail}


def is_faithful(made: str, question: str, told: Sequence[str], analyzer: Analyzer) -> bool:
    """Whether what a model made of a question still asks it: most of its words are kept, and few are added that were
    not told before. What small models write instead, and what a quoted text wants to have asked, is not."""
    words, asked = set(analyzer.query_terms(made)), set(analyzer.query_terms(question))
    if not words or len(made) > 4 * len(question) + 400:
        return False
    known = asked.union(*(analyzer.query_terms(text) for text in told))
    return len(words & asked) >= KEPT * len(asked) and len(words - known) <= NEW * len(words)


async def _standalone(question: Question, history: History, facts: str, tools: Tools) -> str:
    """As a model says it."""
    summary = await _summary(question, history, tools)
    told = prompt("standalone").messages(
        summary=summary or _NOTHING, conversation=_script(history.turns), facts=facts, question=question.text
    )
    return (await said(tools, told, purpose="contextualize", max_tokens=200)).strip().strip('"')


async def _summary(question: Question, history: History, tools: Tools) -> str:
    """Of what was said before the last turns; brought up to date when enough has come since."""
    if len(history.older) < SUMMARIZED_FROM or question.conversation_id is None:
        return history.summary
    told = prompt("condense").messages(summary=history.summary or _NOTHING, conversation=_script(history.older))
    text = (await said(tools, told, purpose="summarize", max_tokens=SUMMARY_TOKENS)).strip()
    if not text:
        return history.summary
    await tools.conversations.save_summary(
        question.tenant_id, question.user_id, question.conversation_id, text=text, to=history.older_to
    )
    return text


def _facts(facts: Sequence[Memory]) -> str:
    return "\n".join(f"- {fact.content}" for fact in facts) or _NOTHING


def _script(turns: Sequence[Turn]) -> str:
    return "\n".join(f"User: {turn.question}\nAssistant: {turn.answer[:ANSWER_CHARACTERS]}" for turn in turns)
