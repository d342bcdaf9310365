"""The models that are carried: their names, folders and limits.

A folder holds `model.onnx` and `tokenizer.json`. Both models are int8 by dynamic quantization. An embedding model that
was exported here has a `model.json` beside them instead of an entry in this file (`docqa.embeddings.registry`).
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

Pooling = Literal["cls", "mean"]
"""How the vectors of the tokens become one: the first token's, or the mean of all."""


@dataclass(frozen=True, kw_only=True)
class EmbeddingModel:
    """`name` is stored beside every vector: change it whenever a text's vector would change.

    `max_tokens` counts the two marks around a text. The prefixes are put before a query and a passage.
    `languages` are ISO 639-1 codes of what the model was trained for; None is a model for all languages.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True}

    name: str
    folder: str
    dimensions: int
    pooling: Pooling
    max_tokens: int
    query_prefix: str = ""
    passage_prefix: str = ""
    languages: frozenset[str] | None = None


@dataclass(frozen=True)
class ScoringModel:
    """A cross-encoder; `max_query_tokens` and `max_tokens` (query, passage and 3 marks) bound its input.

    `languages`: ISO 639-1 codes of those that it is good for.
    """

    name: str
    folder: str
    max_query_tokens: int
    max_tokens: int
    languages: frozenset[str]


BGE_SMALL = EmbeddingModel(
    name="bge-small-en-v1.5-int8",
    folder="bge-small-en-v1.5",
    dimensions=384,
    pooling="cls",
    max_tokens=512,
    # From the model card: for queries only, passages are embedded as they are.
    query_prefix="Represent this sentence for searching relevant passages: ",
    languages=frozenset({"en"}),
)

EMBEDDING_MODELS = (BGE_SMALL,)
"""Every carried one; the first is the default."""

MS_MARCO_MINILM = ScoringModel(
    name="ms-marco-MiniLM-L-12-v2-int8",
    folder="ms-marco-MiniLM-L-12-v2",
    max_query_tokens=256,
    max_tokens=512,
    languages=frozenset({"en"}),
)
