"""The sample handbook, read whole: every block in order, and ink wherever a box says that words are.

`golden/crew-handbook.txt` has a line a block: page, kind (with a heading's level), the words; of long texts the first
and the last. After a change that is meant, write it anew with `python -m tests.unit.parsing.test_pdf_golden`.
"""

from pathlib import Path

import pymupdf

from docqa.core.models import Block
from tests.unit.parsing.pdf_support import blocks_of, misplaced, warnings_of

SAMPLE = Path(__file__).parents[3] / "samples" / "documents" / "crew-handbook.pdf"
GOLDEN = Path(__file__).parent / "golden" / "crew-handbook.txt"
SHOWN = 48


def line(block: Block) -> str:
    text = block.text.replace("\n", " // ")
    if len(text) > 2 * SHOWN + 5:
        text = f"{text[:SHOWN]} ... {text[-SHOWN:]}"
    return f"{block.page} {block.kind}{block.level or ''} {text}"


def outcome() -> str:
    return "".join(f"{line(block)}\n" for block in blocks_of(SAMPLE))


def test_the_handbook_reads_as_it_should() -> None:
    assert outcome().splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()
    assert warnings_of(SAMPLE) == []


def test_there_is_ink_in_every_box_of_the_handbook() -> None:
    assert list(misplaced(SAMPLE)) == []
    with pymupdf.open(SAMPLE) as document:
        for block in blocks_of(SAMPLE):
            assert block.spans
            for span in block.spans:
                page = document[span.box.page - 1]
                area = pymupdf.Rect(span.box.x0, span.box.y0, span.box.x1, span.box.y1)
                assert not page.get_pixmap(clip=area, dpi=72).is_unicolor


if __name__ == "__main__":
    GOLDEN.write_text(outcome(), encoding="utf-8")
