"""LangChain's client of a server that speaks OpenAI's protocol."""

from typing import Any

from langchain_openai import ChatOpenAI
from openai import APITimeoutError, BadRequestError

MAX_TOKENS = 256
SECONDS = 300
UNANSWERED = (BadRequestError, APITimeoutError)
"""What is counted as no answer: a prompt too long for the model, or one that it was too slow for."""


def chat_of(job: dict[str, Any]) -> ChatOpenAI:
    """Of a job that names `url` and `model`."""
    return ChatOpenAI(
        model=job["model"],
        base_url=job["url"],
        api_key="none",
        temperature=0,
        max_tokens=MAX_TOKENS,
        timeout=SECONDS,
        max_retries=0,
    )
