"""`Reranker` over Cohere's rerank endpoint (POST /v2/rerank), by its SDK.

The generated client of the SDK is used, not the classes around it: those import tokenizers, fastavro and requests for
other endpoints, 36 MB that the layer leaves out. The SDK keeps its own HTTP layer.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from docqa.core.errors import DependencyUnavailable

if TYPE_CHECKING:
    from cohere.base_client import AsyncBaseCohere

MODEL = "rerank-v5.0-fast"
"""The quick one of the newest pair (docs.cohere.com/changelog/rerank-v5), good for more than 100 languages."""

MAX_TOKENS_PER_DOCUMENT = 1_024
"""Twice what the largest passage of an option has, headings included; what is beyond would only cost time."""

_REFUSALS: Mapping[int, tuple[str, float]] = {
    # status of the answer → what to tell, seconds without another try (a key does not get better by itself)
    400: ("Cohere refuses the request.", 0),
    401: ("Cohere refuses the key.", 60),
    403: ("Cohere refuses the key.", 60),
    404: ("Cohere does not know the model.", 60),
    422: ("Cohere refuses the request.", 0),
    429: ("Cohere's rate limit is reached.", 1),
    498: ("Cohere refuses the key.", 60),
}
_BROKEN = ("Cohere does not work at the moment.", 1)
_LONGEST_PAUSE_S = 60.0


class _Ranked(BaseModel):
    index: int = Field(ge=0)
    relevance_score: float = Field(allow_inf_nan=False)


class _Answer(BaseModel):
    results: list[_Ranked]


class CohereReranker:
    """Asks once, without the SDK's retries: what is not there in time is the next reranker's work.

    After a refusal it refuses by itself for a while, as long as the answer's `Retry-After` says. Use one from one event
    loop.
    """

    languages: frozenset[str] | None = None

    def __init__(self, api_key: str, *, model: str = MODEL, base_url: str | None = None) -> None:
        self.model = model
        self._api_key = api_key
        self._base_url = base_url
        self._client: AsyncBaseCohere | None = None
        self._paused_until = 0.0

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        """Scores in 0..1. Raises DependencyUnavailable, also when the budget is over."""
        if time.monotonic() < self._paused_until:
            raise DependencyUnavailable("Cohere is left alone for a moment.", cause="paused")
        try:
            async with asyncio.timeout(budget_s):
                answer = await self._asked(query, passages)
        except TimeoutError as error:
            raise DependencyUnavailable("Cohere does not answer in time.", cause="timeout") from error
        return _scores(answer, len(passages))

    async def _asked(self, query: str, passages: Sequence[str]) -> Any:
        # The SDK's import is a second's work the first time: in a thread, so that nothing else waits for it.
        client = await asyncio.to_thread(self._made)
        from cohere.core.api_error import ApiError
        from cohere.core.parse_error import ParsingError
        from httpx import RequestError

        try:
            return await client.v2.rerank(
                model=self.model,
                query=query,
                documents=passages,
                max_tokens_per_doc=MAX_TOKENS_PER_DOCUMENT,
                request_options={"max_retries": 0},
            )
        except ApiError as error:
            raise self._refused(error.status_code or 0, error.headers or {}) from error
        except (ParsingError, TypeError) as error:  # TypeError: what the SDK makes of a list where an object belongs
            raise DependencyUnavailable("Cohere's answer cannot be read.", cause="malformed") from error
        except RequestError as error:
            cause = type(error).__name__
            raise DependencyUnavailable("Cohere cannot be reached.", cause=cause) from error

    def _made(self) -> "AsyncBaseCohere":
        if self._client is None:
            from cohere.base_client import AsyncBaseCohere

            self._client = AsyncBaseCohere(token=self._api_key, base_url=self._base_url)
        return self._client

    def _refused(self, status: int, headers: Mapping[str, str]) -> DependencyUnavailable:
        message, pause_s = _REFUSALS.get(status, _BROKEN)
        self._paused_until = time.monotonic() + _retry_after(headers, pause_s)
        return DependencyUnavailable(message, cause=f"http_{status}")


def _retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds of a `Retry-After` header; its other form, a date, does not occur at this server."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return min(max(float(said), 0.0), _LONGEST_PAUSE_S)
    except ValueError:
        return otherwise


def _scores(answer: Any, count: int) -> list[float | None]:
    """By index: the answer is ordered by score. Raises DependencyUnavailable for what cannot be right."""
    try:
        # The SDK builds its objects without checking them.
        results = _Answer.model_validate(answer, from_attributes=True).results
    except ValidationError as error:
        raise DependencyUnavailable("Cohere's answer cannot be read.", cause="malformed") from error
    scores: list[float | None] = [None] * count
    for result in results:
        if result.index >= count:
            raise DependencyUnavailable("Cohere's answer is about other passages.", cause="malformed")
        scores[result.index] = result.relevance_score
    return scores
