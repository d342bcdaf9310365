"""Documents made for the benchmark hold the words of their labels, and are the same every time."""

from pathlib import Path

import pymupdf
import pytest

from benchmarks.parsing_made import essay, made
from benchmarks.parsing_markdown import read, words
from benchmarks.parsing_prose import Author, Note, markdown
from benchmarks.parsing_scores import METRICS, scores
from benchmarks.parsing_typeset import Style, typeset
from docqa.core.models import Format

PLAIN = Style(number="Page {} of {}", running="Running head")
NARROW = Style(columns=2, hyphenated=True, justified=True, put="pieces", rules="none")


def text_of(data: bytes) -> str:
    with pymupdf.open("pdf", data) as document:
        return "\n".join(page.get_text() for page in document)


def test_a_typeset_document_says_what_its_label_says_and_its_furniture() -> None:
    data, label = typeset(essay(Author("a"), PLAIN), PLAIN, "a")
    printed, wanted = sorted(words(text_of(data))), sorted(read(markdown(label)).words)
    for word in wanted:
        printed.remove(word)
    assert set(printed) <= {"running", "head", "page", "of", *"0123456789", "•"}


def test_words_broken_at_the_end_of_a_line_are_whole_in_the_label() -> None:
    data, label = typeset(essay(Author("b"), NARROW), NARROW, "b")
    text = text_of(data)
    assert "-\n" in text
    assert "municipalities" in markdown(label)
    assert not [line for line in markdown(label).splitlines() if line.endswith("-")]


def test_footnotes_stand_at_the_end_of_their_page_in_the_label() -> None:
    parts = essay(Author("paper"), PLAIN)
    _, label = typeset(parts, PLAIN, "c")
    notes = [part for part in label if isinstance(part, Note)]
    assert [note.mark for note in notes] == sorted(note.mark for note in notes)
    assert len(notes) == sum(bool(getattr(part, "note", "")) for part in parts)


def test_the_same_seed_makes_the_same_document() -> None:
    assert typeset(essay(Author("d"), NARROW), NARROW, "d") == typeset(essay(Author("d"), NARROW), NARROW, "d")


@pytest.mark.parametrize("format", ["docx", "pptx", "csv", "html"])
def test_each_format_is_made_with_a_label_that_fits_itself(format: str, tmp_path: Path) -> None:
    cases = made(tmp_path, frozenset({format}))
    assert len(cases) > 1
    for case in cases:
        assert case.path.stat().st_size > 0
        assert Format.of_filename(case.path.name) == format
        label = read(case.label or "")
        assert set(scores(label, label, complete=True).values()) == {1.0}
        assert set(scores(label, label, complete=True)) <= set(METRICS)
