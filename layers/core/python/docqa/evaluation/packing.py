"""Passages in few files, each of them a record that a search finds by itself.

A file for each passage would take an ingestion for each. In JSON Lines a record is a passage of its own, and a hit
tells its line. The ids stay out of the files, so that nothing but title and text is embedded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from docqa.evaluation.datasets import CorpusPassage

PACKED = 1_000
"""Passages of a file: a minute of embedding on two cores, so that several files keep them all busy."""


@dataclass(frozen=True)
class Pack:
    """A file of passages, one a line: the id of line n is `ids[n - 1]`."""

    filename: str
    content: bytes
    ids: tuple[str, ...]


def packs(passages: Sequence[CorpusPassage], size: int = PACKED) -> Iterator[Pack]:
    """The passages in their order, `size` to a file."""
    for number, start in enumerate(range(0, len(passages), size), 1):
        part = passages[start : start + size]
        lines = (json.dumps({"title": one.title, "text": one.text}) for one in part)
        content = "".join(f"{line}\n" for line in lines).encode()
        yield Pack(f"passages-{number:05}.jsonl", content, tuple(one.id for one in part))


def passage_ids(hits: Sequence[Mapping[str, object]], ids: Mapping[str, Sequence[str]]) -> list[str]:
    """The passages that hits of a search are from, best first, each once.

    `ids`: of the lines of each file; a file with one is that passage as a whole. What is from elsewhere counts under a
    name that no passage has: it takes a place.
    """
    found: dict[str, None] = {}
    for hit in hits:
        lines, row = ids.get(str(hit["filename"]), ()), hit["row_from"]
        row = 1 if len(lines) == 1 else row
        known = isinstance(row, int) and 1 <= row <= len(lines)
        found[lines[row - 1] if known and isinstance(row, int) else f"\0{hit['chunk_id']}"] = None
    return list(found)
