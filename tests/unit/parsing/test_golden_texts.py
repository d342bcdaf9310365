"""The samples that are text, read whole: every block in its order, as it was found right when it was last looked at.

To write the expected texts anew after a change that is meant: `python -m tests.unit.parsing.test_golden_texts`.
"""

import json
from pathlib import Path

import pytest

from docqa.core.models import Format
from docqa.parsing.files import plan_file, read_range

SAMPLES = Path(__file__).resolve().parents[3] / "samples/documents"
GOLDEN = Path(__file__).parent / "golden"
NAMES = ("travel-notices.html", "battery-care.md", "council-minutes.txt", "landing-closed.eml")


def read(name: str) -> dict[str, object]:
    """Metadata, blocks (kind, level, whether it is hidden, text, links) and warnings of a sample."""
    format = Format.of_filename(name)
    assert format is not None
    path = SAMPLES / name
    plan = plan_file(path, format, max_pages=10)
    (parsed,) = (read_range(path, format, pages) for pages in plan.ranges)
    blocks = [
        f"{block.kind}{block.level or ''}{f' ({block.hidden})' if block.hidden else ''} {block.language}: {block.text}"
        for block in parsed.blocks
    ]
    return {
        "metadata": plan.metadata.model_dump(mode="json", exclude_defaults=True),
        "blocks": blocks,
        "links": {block.text[link.start : link.end]: link.url for block in parsed.blocks for link in block.links},
        "warnings": [f"{one.count} {one.message}" for one in parsed.warnings],
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_reads_as_expected(name: str) -> None:
    assert read(name) == json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for sample in NAMES:
        text = json.dumps(read(sample), ensure_ascii=False, indent=1)
        (GOLDEN / f"{sample}.json").write_text(f"{text}\n", encoding="utf-8")
