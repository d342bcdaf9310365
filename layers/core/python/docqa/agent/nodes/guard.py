"""What can be said of a question before anything is looked up."""

from docqa.agent.state import State, Tools
from docqa.core.errors import InvalidRequest, QuestionTooLong

MAX_QUESTION = 2_000
"""Characters."""


async def guard(state: State, tools: Tools) -> State:
    """Raises InvalidRequest, QuestionTooLong."""
    del tools
    question = state["question"].text
    check_question(question)
    return {"asked": question, "tries": 0, "detail": ""}


def check_question(text: str) -> None:
    """Raises InvalidRequest for a question without a word, QuestionTooLong."""
    if len(text) > MAX_QUESTION:
        raise QuestionTooLong(f"The question has {len(text)} characters; at most {MAX_QUESTION} are allowed.")
    if not any(character.isalnum() for character in text):
        raise InvalidRequest("The question is empty.")
