"""The peers rank the passages of one set: `python -m benchmarks.peers.retrieving JOB`, in their own environment.

The job is JSON: name, language, passages and questions (id → text), passage_terms and question_terms (id → list),
`vectors` (.npy: a row for each passage, then each question), `models`, `pairs` (a cache of the cross-encoder's scores)
and `results`. To `results` goes one JSON line a method: {"name", "kind", "rankings": {question: [passage, ...]}}.
"""

import json
import sys
from pathlib import Path

from benchmarks.pairs import PairCache
from benchmarks.peers import haystack_peer, langchain_peer, lexical, llamaindex_peer
from benchmarks.peers.shelf import Shelf


def main(path: Path) -> None:
    job = json.loads(path.read_text(encoding="utf-8"))
    shelf, pairs = Shelf.of(job), PairCache(Path(job["pairs"]), Path(job["models"]))
    methods = [
        *lexical.methods(shelf),
        *langchain_peer.methods(shelf, pairs),
        *llamaindex_peer.methods(shelf),
        *haystack_peer.methods(shelf),
    ]
    with Path(job["results"]).open("w", encoding="utf-8") as results:
        for method in methods:
            rankings = {question: method.rank(question) for question in shelf.questions}
            print(json.dumps({"name": method.name, "kind": method.kind, "rankings": rankings}), file=results)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
