"""The sample documents, block by block, against what was read from them when it was right; files of others if present.

After a change that is meant: `python -m tests.unit.parsing.test_office_golden` writes the expected results anew.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pymupdf

from docqa.core.errors import DocQAError, PasswordProtected
from docqa.core.models import Block, Format
from docqa.parsing.registry import parser_for

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples" / "documents"
GOLDEN = Path(__file__).parent / "golden"
DATA = ROOT.parent / "shared" / "data"
NAMES = ("travel-policy.docx", "quarterly-review.pptx")


def blocks_of(path: Path) -> list[Block]:
    parser = parser_for(Format(path.suffix[1:]))
    plan = parser.plan(path, max_pages=1_000)
    return [block for pages in plan.ranges for block in parser.parse(path, pages).blocks]


def as_lines(path: Path) -> list[Any]:
    """Each block as its kind, what is said of it, and its text; the boxes rounded to points."""
    lines = []
    for block in blocks_of(path):
        told = {name: value for name in ("page", "level") if (value := getattr(block, name)) is not None}
        places = {"box": [round(side) for side in _sides(block.boxes[0])]} if block.boxes else {}
        cells = [[block.text[one.start : one.end], *map(round, _sides(one.box))] for one in block.spans]
        header = {"has_header": True} if block.has_header else {}
        lines.append(
            {
                "kind": str(block.kind),
                **told,
                **header,
                "text": block.text,
                **places,
                **({"cells": cells} if cells else {}),
            }
        )
    return lines


def _sides(box: Any) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def test_samples_read_as_they_were() -> None:
    for name in NAMES:
        expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        assert as_lines(SAMPLES / name) == expected, name


def test_boxes_of_the_sample_lie_on_its_slides() -> None:
    for block in blocks_of(SAMPLES / "quarterly-review.pptx"):
        places = [*block.boxes, *(span.box for span in block.spans)]
        assert places or block.kind == "note"
        assert all(0 <= box.x0 < box.x1 <= 720 and 0 <= box.y0 < box.y1 <= 540 for box in places)
        around = block.boxes[0] if block.boxes else None
        for span in block.spans:
            assert around is not None
            assert around.x0 <= span.box.x0 <= span.box.x1 <= around.x1
            assert pymupdf.Rect(_sides(around)).contains(pymupdf.Rect(_sides(span.box)))


# -- files that none of us wrote, where present ----------------------------------------------------


def expectations() -> Iterator[tuple[Path, dict[str, Any]]]:
    index = DATA / "parser" / "expect.jsonl"
    for line in index.read_text(encoding="utf-8").splitlines() if index.exists() else ():
        told = json.loads(line)
        path = DATA / told["file"]
        if path.suffix in (".docx", ".pptx"):
            yield path, told


def test_files_of_others_have_the_outcome_that_is_expected() -> None:
    wrong = []
    for path, told in expectations():
        try:
            text = squeezed(block.text for block in blocks_of(path))
            missing = [word for word in told.get("must_contain", ()) if word not in text]
            if told["expect"] in ("reject", "password") or missing:
                wrong.append((path.name, told["expect"], missing))
        except PasswordProtected:
            if told["expect"] != "password":
                wrong.append((path.name, told["expect"], "password"))
        except DocQAError as error:
            if told["expect"] not in ("reject", "survive"):
                wrong.append((path.name, told["expect"], error.code))
    assert not wrong


def squeezed(texts: Iterable[str]) -> str:
    """Without spaces: where lines break, others put words together."""
    return "".join("".join(text.split()) for text in texts)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_files_of_others_lose_no_words() -> None:
    for path, told in expectations():
        if "expected_text" in told:
            plain = re.sub(r"<!--.*?-->|\$[^$]*\$", " ", (DATA / told["expected_text"]).read_text(encoding="utf-8"))
            found = squeezed(block.text for block in blocks_of(path))
            lost = [word for word in words(plain) if word not in found and word != "x"]  # "[x]" is a box that is ticked
            assert not lost, path.name


if __name__ == "__main__":
    for sample in NAMES:
        lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in as_lines(SAMPLES / sample))
        (GOLDEN / f"{sample}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
