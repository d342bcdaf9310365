"""`python -m benchmarks --retrieval FOLDER`: retrieval through the stack beside peers, on judged sets.

The folder holds sets in the layout of BEIR (`judged_sets.py`). The peers (`peers/`) keep the passages in memory and are
given the same embedding model, run here once a text, and the same cross-encoder; ours go through the deployed stack.
All rank the same passages for the same questions in one run.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from benchmarks.beside import Compared, tables
from benchmarks.figures import Grid
from benchmarks.judged_sets import JudgedSet, judged_sets
from benchmarks.retrieval import EmbeddingCache
from benchmarks.retrieval_peers import Ranked, ranked_by_peers
from docqa.embeddings.onnx import OnnxEmbedder
from docqa_localstack.host.paths import Home

Ours = Callable[[JudgedSet], list[Ranked]]


def measure(folder: Path, models: Path, ours: Ours, *, every: int = 1) -> list[Grid]:
    """`every`: ask one question of so many."""
    cache = EmbeddingCache(Home.find().root / "benchmarks" / "embeddings.sqlite", OnnxEmbedder(models))
    compared = []
    for whole in judged_sets(folder):
        one = whole.every(every)
        print(f"... {one.name}: {len(one.passages)} passages, {len(one.questions)} questions", flush=True)
        mine = ours(one)
        compared.append(Compared(one, [*mine, *asyncio.run(ranked_by_peers(one, cache, models))]))
    return tables(compared)
