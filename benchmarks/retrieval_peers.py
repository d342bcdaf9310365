"""The peers over one judged set: what they are given, and one run of them in their environment."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.judged_sets import JudgedSet
from benchmarks.peer_environments import python_of
from benchmarks.retrieval import EmbeddingCache
from docqa.embeddings.catalog import BGE_SMALL
from docqa.retrieval.tokenizer import Tokenizer
from docqa_localstack.host.paths import Home

ENVIRONMENT = "retrieval"
SECONDS = 4 * 3600
_OURS = ("", "layers/core/python")


@dataclass(frozen=True)
class Ranked:
    """One way to search and what it found. `kind`: "lexical", "dense", "hybrid" or "reranked"."""

    name: str
    kind: str
    rankings: dict[str, list[str]]


async def vectors_of(one: JudgedSet, cache: EmbeddingCache) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Rows for the passages and for the questions, these with the prefix that the model wants for them."""
    passages = await cache.vectors([*one.passages.values()])
    return passages, await cache.vectors([f"{BGE_SMALL.query_prefix}{text}" for text in one.questions.values()])


async def ranked_by_peers(one: JudgedSet, cache: EmbeddingCache, models: Path) -> list[Ranked]:
    """Every method of every peer. Raises RuntimeError when their process fails."""
    analyzer = Tokenizer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "vectors.npy", np.concatenate(await vectors_of(one, cache)))
        job = {
            "name": one.name,
            "language": one.language,
            "passages": one.passages,
            "questions": one.questions,
            "passage_terms": {
                key: [term for term, count in analyzer.terms(text).items() for _ in range(count)]
                for key, text in one.passages.items()
            },
            "question_terms": {key: analyzer.query_terms(text) for key, text in one.questions.items()},
            "vectors": str(folder / "vectors.npy"),
            "models": str(models),
            "pairs": str(Home.find().root / "benchmarks" / "pairs.sqlite"),
            "results": str(folder / "results.jsonl"),
        }
        run_peer("benchmarks.peers.retrieving", job, folder)
        lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [Ranked(**json.loads(line)) for line in lines]


def run_peer(module: str, job: object, folder: Path) -> None:
    """Run a module of peers/ in their environment with a job. Raises RuntimeError with the end of what it said."""
    file, repository = folder / "job.json", Home.find().repository
    file.write_text(json.dumps(job), encoding="utf-8")
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(repository / part) for part in _OURS),
        "PYTHONWARNINGS": "ignore",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "LANGSMITH_TRACING": "false",
    }
    ended = subprocess.run(
        [str(python_of(ENVIRONMENT)), "-m", module, str(file)],
        env=environ,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"{module} failed: {ended.stdout[-3000:]}")
