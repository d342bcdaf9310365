"""From a sentence-transformers folder to a folder that DocQA runs: `model.onnx`, `tokenizer.json`, `model.json`.

Runs where sentence-transformers is installed (see `environment`).
"""

import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from transformers.utils import logging as transformers_logging

from docqa.embeddings.catalog import EmbeddingModel, Pooling
from docqa.embeddings.registry import DESCRIPTION, described
from tools.models.quantize import quantized

Precision = Literal["int8", "float32"]
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_OUTPUT = "last_hidden_state"
_OPSET = 17
_KNOWN_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


class ExportError(Exception):
    """The model cannot be exported; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the folder does not say, or says otherwise. None: as the folder says.

    name: of the model; by default the folder's name and the precision.
    """

    name: str | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    languages: frozenset[str] | None = None
    precision: Precision = "int8"


def load(folder: Path) -> SentenceTransformer:
    """The model as sentence-transformers runs it. Raises ExportError when we would not run it in the same way."""
    if not (folder / "modules.json").is_file():
        raise ExportError(f"{folder} is no sentence-transformers folder: it has no modules.json.")
    transformers_logging.disable_progress_bar()
    # attention written out: the fused kernels are traced into a graph that depends on the traced length
    eager = {"attn_implementation": "eager"}
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=eager)
    modules = [type(module).__name__ for module in model]
    if modules not in _KNOWN_MODULES:
        raise ExportError(f"{folder.name} is made of {', '.join(modules)}; only Transformer and Pooling are run.")
    return model.eval()


def export(folder: Path, out: Path, wishes: Wishes) -> EmbeddingModel:
    """Write the folder `out`, replacing one that is there. Raises ExportError."""
    model = load(folder)
    spec = EmbeddingModel(
        name=wishes.name or f"{folder.name}-{wishes.precision}",
        folder=out.name,
        dimensions=int(model.get_embedding_dimension() or 0),
        pooling=_pooling(model),
        max_tokens=int(model.max_seq_length or 0),
        query_prefix=_chosen(wishes.query_prefix, model.prompts, ("query",)),
        passage_prefix=_chosen(wishes.passage_prefix, model.prompts, ("document", "passage", "corpus")),
        languages=wishes.languages,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
        fresh = Path(scratch, out.name)
        fresh.mkdir()
        traced = Path(scratch, "traced.onnx")
        _trace(model, traced)
        if wishes.precision == "int8":
            quantized(traced, fresh / "model.onnx")
        else:
            traced.rename(fresh / "model.onnx")
        tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.save(str(fresh / "tokenizer.json"))
        (fresh / DESCRIPTION).write_text(described(spec), encoding="utf-8")
        if out.exists():
            shutil.rmtree(out)
        fresh.rename(out)
    return spec


def _pooling(model: SentenceTransformer) -> Pooling:
    mode = model[1].pooling_mode
    if mode not in ("cls", "mean"):
        raise ExportError(f"The model pools by {mode!r}; cls and mean are known.")
    pooling: Pooling = mode
    return pooling


def _chosen(wish: str | None, prompts: Mapping[str, str], names: Sequence[str]) -> str:
    if wish is not None:
        return wish
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _trace(model: SentenceTransformer, target: Path) -> None:
    """The transformer alone: tokens in, one vector a token out; texts and tokens of any number."""
    inner: Any = model[0].auto_model
    names = [name for name in _INPUTS if name in model.tokenizer.model_input_names]
    example = tuple(torch.ones(2, 7, dtype=torch.long) for _ in names)
    with warnings.catch_warnings(), torch.no_grad():
        # about the exporter itself, and about shapes that do not vary here; parity is what proves the graph
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _LastHiddenState(inner, names),
            example,
            str(target),
            input_names=names,
            output_names=[_OUTPUT],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*names, _OUTPUT)},
            opset_version=_OPSET,
            dynamo=False,
        )


class _LastHiddenState(torch.nn.Module):
    """Takes its inputs by place, as tracing gives them."""

    def __init__(self, inner: Any, names: Sequence[str]) -> None:
        super().__init__()
        self._inner = inner
        self._names = names

    def forward(self, *inputs: torch.Tensor) -> Any:
        return self._inner(**dict(zip(self._names, inputs, strict=True))).last_hidden_state
