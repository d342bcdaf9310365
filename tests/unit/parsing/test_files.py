"""What is the same for every format: clean texts, languages, bounds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from docqa.core.models import Block, BlockKind, DocumentMetadata, DocumentPlan, Format, PageRange, ParsedRange
from docqa.parsing import files
from docqa.parsing.csv.parser import CsvParser

PAGES = PageRange(index=0, first=1, last=1)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that the CSV parser gives back as paragraphs, whatever is in the file."""
    texts: list[str] = []

    def parse(self: CsvParser, path: Path, pages: PageRange) -> ParsedRange:
        return ParsedRange(
            index=pages.index, blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)
        )

    def plan(self: CsvParser, path: Path, *, max_pages: int) -> DocumentPlan:
        metadata = DocumentMetadata(
            title=" An\u202eevil\u202c\n title ", author="\x00\u200b", created_at=datetime(2020, 1, 1, tzinfo=UTC)
        )
        return DocumentPlan(page_count=None, ranges=(PAGES,), metadata=metadata)

    monkeypatch.setattr(CsvParser, "parse", parse)
    monkeypatch.setattr(CsvParser, "plan", plan)
    return texts


def test_blocks_come_clean_and_with_their_language(said: list[str]) -> None:
    said += ["The keeper\u200b of the lamp was there every night.", "Der Wärter der Lampe war jede Nacht da."]
    parsed = files.read_range(Path("x.csv"), Format.CSV, PAGES)
    assert [block.language for block in parsed.blocks] == ["en", "de"]
    assert parsed.blocks[0].text == "The keeper of the lamp was there every night."
    assert [w.code for w in parsed.warnings] == ["control_characters"]


def test_more_text_than_a_range_may_have_is_left_out_and_said(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_RANGE_CHARS", 25)
    said += ["ten chars.", "ten chars.", "ten chars."]
    parsed = files.read_range(Path("x.csv"), Format.CSV, PAGES)
    assert len(parsed.blocks) == 2
    assert [(w.code, w.detail) for w in parsed.warnings] == [("truncated", "more than 25 characters")]


def test_metadata_is_clean_too(said: list[str]) -> None:
    metadata = files.plan_file(Path("x.csv"), Format.CSV, max_pages=1).metadata
    assert (metadata.title, metadata.author) == ("Anevil title", None)
    assert metadata.created_at == datetime(2020, 1, 1, tzinfo=UTC)
