"""An Embedder and a PairScorer without models: texts that share words are near each other. And a Lambda client."""

import hashlib
import io
import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError


class HashingEmbedder:
    """Each word adds a direction of its own, so that the cosine is the share of common words. Deterministic."""

    model = "hashing"
    dimensions = 384
    languages = None

    async def embed_passages(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [self._vector(text) for text in texts]

    async def embed_query(self, text: str) -> tuple[float, ...]:
        return self._vector(text)

    async def embed_queries(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> tuple[float, ...]:
        values = [0.0] * self.dimensions
        for word in words(text) or [""]:
            values[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % self.dimensions] += 1.0
        length = math.sqrt(sum(value * value for value in values))
        return tuple(value / length for value in values)


class OverlapScorer:
    """From -10 (no word of the query in the passage) to 10 (all of them)."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        asked = set(words(query))
        return [20.0 * len(asked & set(words(passage))) / max(1, len(asked)) - 10.0 for passage in passages]


def words(text: str) -> list[str]:
    return [word.removesuffix("s") for word in re.findall(r"\w+", text.casefold())]


class InProcessLambda:
    """Stands for boto3's Lambda client: calls a handler with what went through JSON, as Lambda does.

    `throttled` invocations are refused first; `payloads` keeps the size of each request that reached the handler.
    """

    def __init__(self, handler: Callable[[Any, object], Any], *, throttled: int = 0) -> None:
        self._handler = handler
        self._throttled = throttled
        self.payloads: list[int] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        if self._throttled:
            self._throttled -= 1
            raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}}, "Invoke")
        self.payloads.append(len(Payload))
        try:
            body, failed = self._handler(json.loads(Payload), None), False
        except Exception as error:  # noqa: BLE001 as the Lambda runtime does
            body, failed = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}, True
        response = {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(body).encode())}
        return {**response, "FunctionError": "Unhandled"} if failed else response
