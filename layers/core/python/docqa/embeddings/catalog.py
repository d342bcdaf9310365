"""The models that are carried: their names, folders and limits.

A folder holds `model.onnx` and `tokenizer.json`. Both models are int8 by dynamic quantization.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class EmbeddingModel:
    """`name` is stored beside every vector: change it whenever a text's vector would change."""

    name: str
    folder: str
    dimensions: int
    max_tokens: int
    query_prefix: str


@dataclass(frozen=True)
class ScoringModel:
    """A cross-encoder; `max_query_tokens` and `max_tokens` (query, passage and 3 marks) bound its input."""

    name: str
    folder: str
    max_query_tokens: int
    max_tokens: int


BGE_SMALL = EmbeddingModel(
    name="bge-small-en-v1.5-int8",
    folder="bge-small-en-v1.5",
    dimensions=384,
    max_tokens=512,
    # From the model card: for queries only, passages are embedded as they are.
    query_prefix="Represent this sentence for searching relevant passages: ",
)

MS_MARCO_MINILM = ScoringModel(
    name="ms-marco-MiniLM-L-12-v2-int8",
    folder="ms-marco-MiniLM-L-12-v2",
    max_query_tokens=256,
    max_tokens=512,
)
