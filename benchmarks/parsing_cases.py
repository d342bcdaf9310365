"""The files to read: those with a label, and those that only the clock looks at."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf

SPEED_PAGES = 12
"""Long PDFs are cut to their first pages for the clock, so that slow engines come to an end."""
LABEL_AUTHORS = ("docling", "markitdown")
"""Engines that stand in the origin of a labelled file: the file is from their tests, the label what they made of it."""
SPEED_FORMATS = ("pdf", "docx", "pptx", "csv")


@dataclass(frozen=True)
class Case:
    """A file, with its label or None; `source` names the set it is from; `author` is the engine that wrote the
    label, "" if none did. For `complete` and `lines_kept` see parsing_scores.scores.
    """

    path: Path
    source: str
    label: str | None = None
    complete: bool = False
    lines_kept: bool = False
    author: str = ""

    @property
    def format(self) -> str:
        return self.path.suffix.lstrip(".").lower()


def labelled(folder: Path) -> list[Case]:
    """The files of `parser/expect.jsonl` that have an expected text.

    The labels are what other programs made of the files, looked through by people: of PDF they have neither all
    headings nor all tables.
    """
    return list(_labelled(folder))


def _labelled(folder: Path) -> Iterator[Case]:
    for line in (folder / "parser" / "expect.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        path = folder / told["file"]
        if "expected_text" not in told or not path.exists():
            continue
        label = (folder / told["expected_text"]).read_text(encoding="utf-8")
        author = next((engine for engine in LABEL_AUTHORS if engine in told["origin"]), "")
        pdf = path.suffix == ".pdf"
        lines_kept = pdf and author == "markitdown"
        yield Case(path, "labelled", label, complete=not pdf, lines_kept=lines_kept, author=author)


def unlabelled(folder: Path, scratch: Path) -> list[Case]:
    """Documents under `docs/` of the formats that nearly every engine reads, long PDFs cut."""
    found = sorted(path for format in SPEED_FORMATS for path in (folder / "docs").rglob(f"*.{format}"))
    return [Case(_cut(path, scratch), "unlabelled") for path in found]


def _cut(path: Path, scratch: Path) -> Path:
    if path.suffix != ".pdf":
        return path
    with pymupdf.open(path) as document:
        if document.page_count <= SPEED_PAGES:
            return path
        document.select(range(SPEED_PAGES))
        document.save(scratch / path.name, garbage=3)
    return scratch / path.name


def page_count(path: Path) -> int:
    """Pages of a PDF."""
    with pymupdf.open(path) as document:
        return int(document.page_count)
