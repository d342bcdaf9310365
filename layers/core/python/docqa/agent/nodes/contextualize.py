"""A follow-up becomes a question that stands alone."""

from collections.abc import Sequence

from docqa.agent.asking import follow_up
from docqa.agent.calling import said
from docqa.agent.state import State, Tools
from docqa.core.models import Memory, Turn
from docqa.prompts import prompt

TURNS = 6
ANSWER_CHARACTERS = 600
"""Of each answer that is read again."""


async def contextualize(state: State, tools: Tools) -> State:
    """By a model where there is one, by rules otherwise; without earlier turns the question stays as it is."""
    question = state["question"]
    turns = question.turns[-TURNS:]
    if not turns and question.conversation_id is not None:
        turns = await tools.conversations.recent(
            question.tenant_id, question.user_id, question.conversation_id, limit=TURNS
        )
    if not turns:
        return {"turns": (), "detail": ""}
    if await tools.models.decides(tools.asker):
        facts = await tools.memories.remembered(question.tenant_id, question.user_id)
        told = prompt("standalone").messages(conversation=_script(turns), facts=_facts(facts), question=question.text)
        asked = (await said(tools, told, purpose="contextualize", max_tokens=200)).strip().strip('"')
        if not asked or len(asked) > 4 * len(question.text) + 400:
            asked = follow_up(question.text, turns)
    else:
        asked = follow_up(question.text, turns)
    detail = "" if asked == question.text else f"asked as: {asked}"
    return {"turns": turns, "asked": asked, "detail": detail}


def _facts(facts: Sequence[Memory]) -> str:
    return "\n".join(f"- {fact.content}" for fact in facts) or "(nothing)"


def _script(turns: Sequence[Turn]) -> str:
    return "\n".join(f"User: {turn.question}\nAssistant: {turn.answer[:ANSWER_CHARACTERS]}" for turn in turns)
