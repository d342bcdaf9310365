"""The inference function as Embedder and PairScorer, called by `lambda:Invoke`."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from docqa.core.errors import DependencyUnavailable
from docqa.embeddings.catalog import BGE_SMALL, MS_MARCO_MINILM, EmbeddingModel
from docqa.embeddings.wire import MAX_TEXTS, Kind, Vector, embed_request, score_request, unpack_vectors

# A synchronous invocation takes 6 MB of JSON (Lambda quotas).
MAX_REQUEST_BYTES = 5_000_000
# A warm invocation of the function beside its work: 13 ms here, more in a network.
ON_THE_WAY_S = 0.03
# Waits of 0.1 s doubling to 3.2 s, each times a random 0.5..1: 4 to 8 s until giving up.
ATTEMPTS = 7
FIRST_WAIT_S = 0.1
# Answers that say "not now": no work was done, so trying again is safe.
THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "EC2ThrottledException", "ServiceException"})


class LambdaClient(Protocol):
    """The part of boto3's Lambda client that is used."""

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]: ...


class InferenceFunction:
    """Sends requests to the function. boto3's client is made by the first call: importing boto3 costs 0.2 s."""

    def __init__(self, function_name: str, *, make_client: Callable[[], LambdaClient] | None = None) -> None:
        self._function_name = function_name
        self._make_client = make_client or _boto3_client
        self._client: LambdaClient | None = None
        self._lock = threading.Lock()  # an asyncio one would belong to the event loop of one invocation

    async def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """The response body. Waits and tries again while throttled; raises DependencyUnavailable."""
        payload = json.dumps(request, ensure_ascii=False).encode()
        for attempt in range(ATTEMPTS):
            try:
                response = await asyncio.to_thread(self._invoke, payload)
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                if code not in THROTTLED or attempt == ATTEMPTS - 1:
                    raise DependencyUnavailable("The inference function cannot be called.", cause=code) from error
                await asyncio.sleep(FIRST_WAIT_S * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 jitter, no secret
            except BotoCoreError as error:
                cause = type(error).__name__
                raise DependencyUnavailable("The inference function does not answer.", cause=cause) from error
            else:
                return response
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _invoke(self, payload: bytes) -> dict[str, Any]:
        with self._lock:
            if self._client is None:
                self._client = self._make_client()
        response = self._client.invoke(FunctionName=self._function_name, Payload=payload)
        body = json.loads(response["Payload"].read())
        if not isinstance(body, dict):
            raise DependencyUnavailable("The inference function's answer cannot be read.")
        if response.get("FunctionError"):
            raise DependencyUnavailable("The inference function failed.", cause=body.get("errorType", ""))
        return body


class RemoteEmbedder:
    """Embedder over the inference function."""

    def __init__(self, function: InferenceFunction, spec: EmbeddingModel = BGE_SMALL) -> None:
        self.model = spec.name
        self.dimensions = spec.dimensions
        self.languages = spec.languages
        self._function = function

    async def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return await self._embedded("passage", texts)

    async def embed_query(self, text: str) -> Vector:
        return (await self._embedded("query", [text]))[0]

    async def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        return await self._embedded("query", texts)

    async def _embedded(self, kind: Kind, texts: Sequence[str]) -> list[Vector]:
        vectors: list[Vector] = []
        for batch in batches(texts):
            response = await self._function.call(embed_request(kind, batch, self.model))
            vectors.extend(self._vectors(response, len(batch)))
        return vectors

    def _vectors(self, response: dict[str, Any], count: int) -> list[Vector]:
        """Vectors of another model would poison the index, so a function of another release is not believed."""
        if response.get("model") != self.model:
            raise DependencyUnavailable(f"The inference function runs {response.get('model')!r}, not {self.model!r}.")
        try:
            vectors = unpack_vectors(response["vectors"], self.dimensions)
        except (KeyError, ValueError) as error:
            raise DependencyUnavailable("The inference function's answer cannot be read.") from error
        if len(vectors) != count:
            raise DependencyUnavailable(f"The inference function sent {len(vectors)} vectors for {count} texts.")
        return vectors


class RemotePairScorer:
    """PairScorer and Reranker over the inference function."""

    def __init__(self, function: InferenceFunction) -> None:
        self.model = MS_MARCO_MINILM.name
        self.languages: frozenset[str] | None = MS_MARCO_MINILM.languages
        self._function = function

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        scores: list[float] = []
        for batch in batches(passages):
            found = await self._scores(score_request(query, batch), len(batch))
            scores.extend(score for score in found if score is not None)
        if len(scores) != len(passages):
            raise DependencyUnavailable(f"The inference function scored {len(scores)} of {len(passages)} passages.")
        return scores

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        deadline = time.perf_counter() + budget_s - ON_THE_WAY_S
        scores: list[float | None] = []
        for batch in batches(passages):
            left_ms = round((deadline - time.perf_counter()) * 1000)
            if left_ms <= 0:
                break
            scores += await self._scores(score_request(query, batch, budget_ms=left_ms), len(batch))
        return [*scores, *[None] * (len(passages) - len(scores))]

    async def _scores(self, request: dict[str, Any], count: int) -> list[float | None]:
        scores = (await self._function.call(request)).get("scores")
        if not isinstance(scores, list) or len(scores) != count:
            raise DependencyUnavailable(f"The inference function did not send {count} scores.")
        return [None if score is None else float(score) for score in scores]


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Runs of texts in order, each small enough for one request."""
    batch: list[str] = []
    size = 0
    for text in texts:
        length = len(json.dumps(text, ensure_ascii=False).encode())
        if batch and (len(batch) == MAX_TEXTS or size + length > MAX_REQUEST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += length
    if batch:
        yield batch


def _boto3_client() -> LambdaClient:
    import boto3
    from botocore.config import Config

    # One attempt: `InferenceFunction.call` does the waiting. 70 s: a full batch on one slow thread, and a cold start.
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=70, max_pool_connections=25)
    client: LambdaClient = boto3.client("lambda", config=config)
    return client
