"""The inference function's work: one request in, one response out (see `wire`)."""

from pathlib import Path
from typing import Any, cast

from docqa.core.errors import InvalidRequest, InvalidSetting
from docqa.embeddings.onnx import OnnxEmbedder, OnnxPairScorer
from docqa.embeddings.registry import EmbeddingModels, in_folder
from docqa.embeddings.wire import Kind, embed_response, read_texts, score_response


class InferenceService:
    """The models of a folder behind one entry; each is loaded by the first request that needs it.

    `default`: name of the embedding model of requests that name none; empty is the catalog's first.
    """

    def __init__(self, models: Path, *, threads: int | None = None, default: str = "") -> None:
        self._known = EmbeddingModels(in_folder(models), default=default)
        self._embedders = {spec.name: OnnxEmbedder(models, threads=threads, spec=spec) for spec in self._known.all()}
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
        embedder = self._embedder(request.get("model"))
        vectors = embedder.embed(cast(Kind, kind), read_texts(request, "texts"))
        return embed_response(embedder.model, embedder.dimensions, vectors)

    def _embedder(self, name: Any) -> OnnxEmbedder:
        if name is not None and not isinstance(name, str):
            raise InvalidRequest("`model` must be a name.")
        try:
            return self._embedders[self._known.get(name).name]
        except InvalidSetting as error:
            raise InvalidRequest(error.message) from error

    def _score(self, request: dict[str, Any]) -> dict[str, Any]:
        query = request.get("query")
        if not isinstance(query, str):
            raise InvalidRequest("`query` must be a string.")
        passages, budget_ms = read_texts(request, "passages"), request.get("budget_ms")
        if budget_ms is None:
            return score_response(self.scorer.model, self.scorer.score_pairs(query, passages))
        if not isinstance(budget_ms, int | float) or isinstance(budget_ms, bool):
            raise InvalidRequest("`budget_ms` must be a number.")
        return score_response(self.scorer.model, self.scorer.score_within(query, passages, budget_s=budget_ms / 1000))
