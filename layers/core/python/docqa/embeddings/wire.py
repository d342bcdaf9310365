"""What is sent to the inference function and what comes back. Standard library only: both sides import it.

Requests: `{"operation": "embed", "kind": "query" | "passage", "texts": [...], "model": "..."}` (without `model`: by the
function's default model) and `{"operation": "score", "query": "...", "passages": [...], "budget_ms": 500}`, the budget
being optional.
Responses: `{"model", "dimensions", "vectors"}` and `{"model", "scores"}`; `vectors` is base64 of little-endian float32,
one row a text, rows one after the other. A score is null where the budget was spent before its passage's turn.
"""

import base64
import binascii
import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from docqa.core.errors import InvalidRequest

Vector = tuple[float, ...]
Kind = Literal["query", "passage"]

MAX_TEXTS = 64
"""Texts in one request: at 512 tokens each about 10 s of work on one thread."""


def embed_request(kind: Kind, texts: Sequence[str], model: str) -> dict[str, Any]:
    return {"operation": "embed", "kind": kind, "texts": list(texts), "model": model}


def score_request(query: str, passages: Sequence[str], *, budget_ms: int | None = None) -> dict[str, Any]:
    request = {"operation": "score", "query": query, "passages": list(passages)}
    return request if budget_ms is None else {**request, "budget_ms": budget_ms}


def embed_response(model: str, dimensions: int, vectors: Iterable[Sequence[float]]) -> dict[str, Any]:
    return {"model": model, "dimensions": dimensions, "vectors": pack_vectors(vectors)}


def score_response(model: str, scores: Sequence[float | None]) -> dict[str, Any]:
    return {"model": model, "scores": list(scores)}


def pack_vectors(vectors: Iterable[Sequence[float]]) -> str:
    """Rows of floats to base64 of little-endian float32."""
    values = array("f")
    for vector in vectors:
        values.extend(vector)
    return base64.b64encode(_little_endian(values).tobytes()).decode()


def unpack_vectors(packed: str, dimensions: int) -> list[Vector]:
    """The reverse of `pack_vectors`. Raises ValueError when the bytes are not whole rows of `dimensions` floats."""
    try:
        raw = base64.b64decode(packed, validate=True)
    except binascii.Error as error:
        raise ValueError(f"Vectors are not base64: {error}") from error
    if dimensions < 1 or len(raw) % (4 * dimensions):
        raise ValueError(f"{len(raw)} bytes are not rows of {dimensions} float32")
    values = array("f")
    values.frombytes(raw)
    values = _little_endian(values)
    return [tuple(values[start : start + dimensions]) for start in range(0, len(values), dimensions)]


def read_texts(request: dict[str, Any], field: str) -> list[str]:
    """The list of strings in `field`. Raises InvalidRequest when it is something else or too long."""
    texts = request.get(field)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidRequest(f"`{field}` must be a list of strings.")
    if len(texts) > MAX_TEXTS:
        raise InvalidRequest(f"`{field}` holds {len(texts)} texts; at most {MAX_TEXTS} go into one request.")
    return texts


def _little_endian(values: "array[float]") -> "array[float]":
    if sys.byteorder == "big":
        values.byteswap()
    return values
