"""How near an export is to its original: the cosine of one text's two vectors, text by text.

Runs where sentence-transformers is installed (see `environment`). The export is run by what runs it in production.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from docqa.embeddings.catalog import EmbeddingModel
from docqa.embeddings.onnx import OnnxEmbedder
from docqa.embeddings.registry import in_folder
from docqa.embeddings.wire import Kind

ENOUGH = 0.99


@dataclass(frozen=True)
class Parity:
    """`kind`: embedded as what. Cosines of `texts` texts."""

    group: str
    kind: Kind
    texts: int
    least: float
    mean: float

    def __str__(self) -> str:
        return f"{self.group:12} {self.kind:8} {self.texts:4} texts   least {self.least:.4f}   mean {self.mean:.4f}"


def spec_of(exported: Path) -> EmbeddingModel:
    """What the `model.json` of the folder says."""
    return next(spec for spec in in_folder(exported.parent) if spec.folder == exported.name)


def measure(original: SentenceTransformer, exported: Path, groups: dict[str, list[str]]) -> list[Parity]:
    """Every group of texts, as passages and, where that is another text, as queries."""
    spec = spec_of(exported)
    ours = OnnxEmbedder(exported.parent, spec=spec)
    prefixes: dict[Kind, str] = {"passage": spec.passage_prefix}
    if spec.query_prefix != spec.passage_prefix:
        prefixes["query"] = spec.query_prefix
    return [
        _measured(group, kind, reference(original, texts, prefix), ours.embed(kind, texts))
        for group, texts in groups.items()
        for kind, prefix in prefixes.items()
    ]


def reference(original: SentenceTransformer, texts: Sequence[str], prefix: str) -> NDArray[np.float32]:
    """Unit-length vectors of sentence-transformers, one text a run as well: padding moves the last digits."""
    vectors: NDArray[np.float32] = original.encode(
        list(texts), batch_size=1, prompt=prefix or None, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


def _measured(group: str, kind: Kind, theirs: NDArray[np.float32], ours: Sequence[Sequence[float]]) -> Parity:
    cosines = np.einsum("td,td->t", theirs, np.asarray(ours, dtype=np.float32))
    return Parity(group, kind, len(cosines), float(cosines.min()), float(cosines.mean()))
