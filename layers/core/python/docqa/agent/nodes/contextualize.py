"""A follow-up becomes a question that stands alone."""

from collections.abc import Sequence

from docqa.agent.asking import follow_up
from docqa.agent.calling import said
from docqa.agent.state import State, Tools
from docqa.core.models import History, Memory, Question, Turn
from docqa.prompts import prompt

TURNS = 6
ANSWER_CHARACTERS = 600
"""Of each answer that is read again."""
SUMMARIZED_FROM = 4
"""So many turns before the last ones are worth a summary."""
SUMMARY_TOKENS = 240


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
        asked = await _standalone(question, history, tools) or asked
    detail = "" if asked == question.text else f"asked as: {asked}"
    return {"turns": history.turns, "asked": asked, "detail": detail}


async def _standalone(question: Question, history: History, tools: Tools) -> str:
    """As a model says it; "" for what cannot be a question any more."""
    summary = await _summary(question, history, tools)
    facts = await tools.memories.remembered(question.tenant_id, question.user_id)
    told = prompt("standalone").messages(
        summary=summary or "(nothing)",
        conversation=_script(history.turns),
        facts=_facts(facts),
        question=question.text,
    )
    asked = (await said(tools, told, purpose="contextualize", max_tokens=200)).strip().strip('"')
    return asked if len(asked) <= 4 * len(question.text) + 400 else ""


async def _summary(question: Question, history: History, tools: Tools) -> str:
    """Of what was said before the last turns; brought up to date when enough has come since."""
    if len(history.older) < SUMMARIZED_FROM or question.conversation_id is None:
        return history.summary
    told = prompt("condense").messages(summary=history.summary or "(nothing)", conversation=_script(history.older))
    text = (await said(tools, told, purpose="summarize", max_tokens=SUMMARY_TOKENS)).strip()
    if not text:
        return history.summary
    await tools.conversations.save_summary(
        question.tenant_id, question.user_id, question.conversation_id, text=text, to=history.older_to
    )
    return text


def _facts(facts: Sequence[Memory]) -> str:
    return "\n".join(f"- {fact.content}" for fact in facts) or "(nothing)"


def _script(turns: Sequence[Turn]) -> str:
    return "\n".join(f"User: {turn.question}\nAssistant: {turn.answer[:ANSWER_CHARACTERS]}" for turn in turns)
