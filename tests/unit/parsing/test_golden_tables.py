"""The samples that are tables, read as recorded: order, kinds, rows, what is hidden, and the summary."""

import json
from pathlib import Path

import pytest

from docqa.core.models import Format
from docqa.core.profiles import merged, summary_text
from docqa.parsing.registry import parser_for

SAMPLES = Path(__file__).parents[3] / "samples" / "documents"
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["workshop-stock.csv", "pier-inspections.xlsx", "letters.jsonl"])
def test_a_sample_reads_as_recorded(name: str) -> None:
    parser = parser_for(Format(name.rpartition(".")[2]))
    plan = parser.plan(SAMPLES / name, max_pages=1)
    found = [parser.parse(SAMPLES / name, pages) for pages in plan.ranges]
    blocks = [
        [block.kind.value, block.sheet, block.row, block.hidden and block.hidden.value, block.text]
        for parsed in found
        for block in parsed.blocks
    ]
    summaries = [summary_text(profile) for profile in merged(one for parsed in found for one in parsed.profiles)]
    wanted = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert blocks == wanted["blocks"]
    assert summaries == wanted["summaries"]
