"""bm25s in memory at scale: `python -m benchmarks.peers.keywords_at_scale JOB`, in the peers' environment.

The job is JSON: `passages` (a file, one a line, words apart by spaces), `questions` (lists of words), `results`. To
`results` goes {"index_s", "rss_bytes", "seconds": [of each question], "found": [numbers of the ten best]}.
"""

import json
import sys
import time
from pathlib import Path

import bm25s

from benchmarks.peers.adapter import peak_bytes

TOP_K = 10


def main(path: Path) -> None:
    job = json.loads(path.read_text(encoding="utf-8"))
    start = time.perf_counter()
    with Path(job["passages"]).open(encoding="utf-8") as lines:
        index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
        index.index([line.split() for line in lines], show_progress=False)
    index_s = time.perf_counter() - start
    seconds, found = [], []
    for question in [job["questions"][0], *job["questions"]]:
        start = time.perf_counter()
        best, _ = index.retrieve([question], k=TOP_K, show_progress=False)
        seconds.append(time.perf_counter() - start)
        found.append([int(number) for number in best[0]])
    told = {"index_s": index_s, "rss_bytes": peak_bytes(), "seconds": seconds[1:], "found": found[1:]}
    Path(job["results"]).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
