"""The models run by ONNX Runtime in this process.

Dynamic int8 quantization takes the scale of its activations over a whole batch, so a text's vector changes with its
neighbours (cosine 0.994 to 0.998 between alone and in a batch of 8 to 32, measured). Each text is therefore run alone
and without padding: its vector depends on nothing but the text, and the same passage has the same vector in every
document and batch. That costs nothing for passages (two threads running single texts of 200 tokens: 38 a second,
batches of 8 with two threads inside one run: 33) and about 3 ms for a sentence of 30 tokens. Nothing else is faster
either (speed beside this, in processor time, by ONNX Runtime 1.32): batches of four texts of equal length 0.86, no
memory arena 0.92, a graph fused for BERT beforehand 0.76, less optimization or no memory pattern 1.00; two processes
instead of two threads 0.93.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from docqa.core.errors import InvalidSetting
from docqa.embeddings.catalog import BGE_SMALL, MS_MARCO_MINILM, EmbeddingModel, ScoringModel
from docqa.embeddings.wire import Kind, Vector

T = TypeVar("T")

# More characters than this never fit into the token limit; cutting first keeps tokenizing linear in what is used.
MAX_CHARACTERS = 20_000


class OnnxModel:
    """A model file with its tokenizer. Safe to call from several threads at once.

    Raises InvalidSetting when the folder does not hold the model.
    """

    def __init__(self, folder: Path) -> None:
        files = {name: folder / name for name in ("model.onnx", "tokenizer.json")}
        for file in files.values():
            if not file.is_file():
                raise InvalidSetting(f"There is no model file {file}: DOCQA_MODELS_DIR must name the models' folder.")
        options = onnxruntime.SessionOptions()
        # Threads run texts side by side (see the module), so one run uses one thread and never spins.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            os.fspath(files["model.onnx"]), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {node.name for node in self._session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(os.fspath(files["tokenizer.json"]))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def encode(self, text: str, *, max_tokens: int) -> Encoding:
        """The text's tokens without the marks that the model wants around them, at most `max_tokens`."""
        encoding: Encoding = self.tokenizer.encode(text[:MAX_CHARACTERS], add_special_tokens=False)
        encoding.truncate(max_tokens)
        return encoding

    def run(self, encoding: Encoding) -> NDArray[np.float32]:
        """The first output for one text: `(1, …)`."""
        inputs = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items() if name in self._inputs}
        output: Any = self._session.run(None, feed)
        first: NDArray[np.float32] = output[0]
        return first


class OnnxEmbedder:
    """Embedder in this process. The model is loaded by the first call."""

    def __init__(self, models: Path, *, threads: int | None = None, spec: EmbeddingModel = BGE_SMALL) -> None:
        self.model = spec.name
        self.dimensions = spec.dimensions
        self.languages = spec.languages
        self._spec = spec
        self._lazy = _Lazy(lambda: OnnxModel(models / spec.folder))
        self._pool = ThreadPoolExecutor(threads or usable_cpus(), thread_name_prefix="embed")

    def embed(self, kind: Kind, texts: Sequence[str]) -> list[Vector]:
        """One unit-length vector a text, same order; blocks."""
        prefix = self._spec.query_prefix if kind == "query" else self._spec.passage_prefix
        loaded = self._lazy.get()
        return _run_longest_first(self._pool, lambda text: self._embed_one(loaded, prefix + text), texts)

    async def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return await asyncio.to_thread(self.embed, "passage", texts)

    async def embed_query(self, text: str) -> Vector:
        return (await self.embed_queries([text]))[0]

    async def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        return await asyncio.to_thread(self.embed, "query", texts)

    def _embed_one(self, loaded: OnnxModel, text: str) -> Vector:
        encoding = loaded.encode(text, max_tokens=self._spec.max_tokens - 2)
        tokens = loaded.run(loaded.tokenizer.post_process(encoding))[0]
        pooled = tokens[0] if self._spec.pooling == "cls" else tokens.mean(axis=0)
        return tuple((pooled / np.linalg.norm(pooled)).tolist())


class OnnxPairScorer:
    """PairScorer and Reranker in this process. The model is loaded by the first call."""

    def __init__(self, models: Path, *, threads: int | None = None, spec: ScoringModel = MS_MARCO_MINILM) -> None:
        self.model = spec.name
        self.languages = spec.languages
        self._spec = spec
        self._lazy = _Lazy(lambda: OnnxModel(models / spec.folder))
        self._pool = ThreadPoolExecutor(threads or usable_cpus(), thread_name_prefix="score")

    def score_pairs(self, query: str, passages: Sequence[str]) -> list[float]:
        """One logit a passage, same order; blocks."""
        loaded = self._lazy.get()
        asked = loaded.encode(query, max_tokens=self._spec.max_query_tokens)
        return _run_longest_first(self._pool, lambda passage: self._score_one(loaded, asked, passage), passages)

    def score_within(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        """One logit a passage, same order; None for what there was no time to read. Blocks.

        The first passages are read first. The time counts from the call, loading the model included; a passage is not
        begun when the slowest one so far would not be done in time.
        """
        deadline = time.perf_counter() + budget_s
        loaded = self._lazy.get()
        asked = loaded.encode(query, max_tokens=self._spec.max_query_tokens)
        slowest = 0.0

        def score(passage: str) -> float | None:
            nonlocal slowest
            start = time.perf_counter()
            if start + slowest > deadline:
                return None
            logit = self._score_one(loaded, asked, passage)
            slowest = max(slowest, time.perf_counter() - start)
            return logit

        return list(self._pool.map(score, passages))

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        return await asyncio.to_thread(self.score_pairs, query, passages)

    async def rerank(self, query: str, passages: Sequence[str], *, budget_s: float) -> list[float | None]:
        return await asyncio.to_thread(lambda: self.score_within(query, passages, budget_s=budget_s))

    def _score_one(self, loaded: OnnxModel, asked: Encoding, passage: str) -> float:
        answer = loaded.encode(passage, max_tokens=self._spec.max_tokens - len(asked.ids) - 3)
        return float(loaded.run(loaded.tokenizer.post_process(asked, answer))[0, 0])


def usable_cpus() -> int:
    """CPUs this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Lazy:
    """Loads a model once, however many threads ask for it first."""

    def __init__(self, load: Callable[[], OnnxModel]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._model: OnnxModel | None = None

    def get(self) -> OnnxModel:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


def _run_longest_first(pool: ThreadPoolExecutor, run: Callable[[str], T], texts: Sequence[str]) -> list[T]:
    """`run` of each text, in the order of `texts`. Starting with the longest keeps all threads busy to the end."""
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    results = dict(zip(order, pool.map(run, [texts[i] for i in order]), strict=True))
    return [results[i] for i in range(len(texts))]
