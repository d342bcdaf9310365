"""The cross-encoder's scores, kept on disk: one question and passage are scored once, whoever asks."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from docqa.embeddings.onnx import OnnxPairScorer


class PairCache:
    """Scores by the hash of model, question and passage."""

    def __init__(self, path: Path, models: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        self._database.execute("create table if not exists pairs (hash blob primary key, score real) without rowid")
        self._scorer = OnnxPairScorer(models)

    def score(self, question: str, passages: Sequence[str]) -> list[float]:
        """One logit a passage, same order."""
        hashes = [hashlib.sha256(f"{self._scorer.model}\0{question}\0{text}".encode()).digest() for text in passages]
        known = {digest: score for digest in hashes if (score := self._get(digest)) is not None}
        missing = {d: text for d, text in zip(hashes, passages, strict=True) if d not in known}
        if missing:
            fresh = dict(zip(missing, self._scorer.score_pairs(question, list(missing.values())), strict=True))
            self._database.executemany("insert or replace into pairs values (?, ?)", list(fresh.items()))
            self._database.commit()
            known |= fresh
        return [known[digest] for digest in hashes]

    def _get(self, digest: bytes) -> float | None:
        row = self._database.execute("select score from pairs where hash = ?", (digest,)).fetchone()
        return None if row is None else float(row[0])
