"""The inference function's work: one request in, one response out (see `wire`)."""

from pathlib import Path
from typing import Any, cast

from docqa.core.errors import InvalidRequest
from docqa.embeddings.onnx import OnnxEmbedder, OnnxPairScorer
from docqa.embeddings.wire import Kind, embed_response, read_texts, score_response


class InferenceService:
    """Both models behind one entry; each is loaded by the first request that needs it."""

    def __init__(self, models: Path, *, threads: int | None = None) -> None:
        self.embedder = OnnxEmbedder(models, threads=threads)
        self.scorer = OnnxPairScorer(models, threads=threads)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises InvalidRequest for a request that is not one of `wire`'s, InvalidSetting when a model is missing."""
        operation = request.get("operation")
        if operation == "embed":
            return self._embed(request)
        if operation == "score":
            return self._score(request)
        raise InvalidRequest(f"Unknown operation {operation!r}: `embed` and `score` are known.")

    def _embed(self, request: dict[str, Any]) -> dict[str, Any]:
        kind = request.get("kind")
        if kind not in ("query", "passage"):
            raise InvalidRequest(f"`kind` is {kind!r}; it must be `query` or `passage`.")
        vectors = self.embedder.embed(cast(Kind, kind), read_texts(request, "texts"))
        return embed_response(self.embedder.model, self.embedder.dimensions, vectors)

    def _score(self, request: dict[str, Any]) -> dict[str, Any]:
        query = request.get("query")
        if not isinstance(query, str):
            raise InvalidRequest("`query` must be a string.")
        return score_response(self.scorer.model, self.scorer.score_pairs(query, read_texts(request, "passages")))
