"""Where the time of an ingest goes, and the documents that it is measured with."""

from pathlib import Path

import pymupdf

from benchmarks.ingest import covered, where_time_goes, written
from benchmarks.peer_environments import PEERS


def at(second: float) -> str:
    return f"2026-01-01T00:00:{second:06.3f}+00:00"


def stage(name: str, begun: float, ended: float) -> dict[str, str]:
    return {"stage": name, "started_at": at(begun), "finished_at": at(ended)}


def test_time_in_a_stage_counts_once_however_many_documents_are_in_it() -> None:
    documents = [
        {"created_at": at(0), "ready_at": at(9), "stages": [stage("claim", 1, 2), stage("embed", 3, 7)]},
        {"created_at": at(0), "ready_at": at(10), "stages": [stage("claim", 1.5, 2.5), stage("embed", 5, 10)]},
    ]
    found = dict(where_time_goes(documents, 10.0))
    assert found["embed"] == "7.0 s with a document in it (70% of the run), 4.5 s of each document"
    assert found["claim"] == "1.5 s with a document in it (15% of the run), 1.0 s of each document"
    assert found["waiting, between stages"].startswith("4.5 s")  # 0 to 1.5 and 2 to 5
    assert found["from the last stage to ready"].startswith("2.0 s")


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert covered([(0, 1), (1, 2), (5, 9), (6, 7)]) == 6
    assert covered([]) == 0


def test_documents_are_new_text_of_the_pages_asked_for(tmp_path: Path) -> None:
    texts: list[str] = []
    for seed in ("one", "two"):
        (folder := tmp_path / seed).mkdir()
        counts = []
        for file in written(folder, 5, seed, each=4):
            with pymupdf.open(file) as document:
                counts.append(len(document))
                texts += [page.get_text() for page in document]
        assert all(4 <= count < 10 for count in counts)
        assert sum(counts) >= 5
    assert len(set(texts)) == len(texts)


def test_the_peers_have_pinned_requirements_without_addresses() -> None:
    pinned = (PEERS / "retrieval.txt").read_text(encoding="utf-8")
    assert "--hash=sha256:" in pinned
    assert "://" not in pinned
