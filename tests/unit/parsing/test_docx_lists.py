"""DOCX numbering: headings and list items begin with what Word shows before them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.models import PageRange
from docqa.parsing.docx.parser import DocxParser
from docqa.parsing.office.numerals import numeral
from tests.fakes.office import p, write_word


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.docx"


def level(number: int, format: str, text: str, more: str = "") -> str:
    inside = f'<w:start w:val="1"/><w:numFmt w:val="{format}"/>{more}<w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{number}">{inside}</w:lvl>'


def abstract(number: int, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}{more}</w:abstractNum>'


def num(number: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def item(text: str, depth: int = 0, of: int = 1) -> str:
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{of}"/></w:numPr>')


def texts(path: Path) -> list[str]:
    return [block.text for block in DocxParser().parse(path, PageRange(index=0, first=1, last=1)).blocks]


LEGAL = abstract(0, level(0, "decimal", "%1."), level(1, "lowerLetter", "(%2)"), level(2, "lowerRoman", "%1.%2.%3"))


def test_levels_count_and_begin_anew_under_each_higher_one(path: Path) -> None:
    body = item("a") + item("b", 1) + item("c", 1) + item("d", 2) + item("e") + item("f", 1) + p("plain") + item("g")
    write_word(path, body, numbering=LEGAL + num(1, 0))
    assert texts(path) == ["1. a", "(a) b", "(b) c", "1.b.i d", "2. e", "(a) f", "plain", "3. g"]


def test_lists_of_one_definition_go_on_unless_told_to_start_over(path: Path) -> None:
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    numbering = LEGAL + num(1, 0) + num(2, 0) + num(3, 0, restart)
    write_word(path, item("a") + item("b", of=2) + item("c", of=3) + item("d", of=3), numbering=numbering)
    assert texts(path) == ["1. a", "2. b", "5. c", "6. d"]


def test_bullets_are_left_out_and_numbering_can_be_switched_off(path: Path) -> None:
    numbering = abstract(0, level(0, "bullet", "\uf0b7")) + num(1, 0)
    styles = (
        '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="List"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    off = p("not listed", properties='<w:pStyle w:val="L"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    write_word(
        path, item("dot") + p("dot too", properties='<w:pStyle w:val="L"/>') + off, numbering=numbering, styles=styles
    )
    found = DocxParser().parse(path, PageRange(index=0, first=1, last=1)).blocks
    assert [(block.text, str(block.kind)) for block in found] == [
        ("dot", "list_item"), ("dot too", "list_item"), ("not listed", "paragraph")
    ]  # fmt: skip


def test_headings_are_numbered_by_their_styles(path: Path) -> None:
    def style(number: int) -> str:
        return (
            f'<w:style w:type="paragraph" w:styleId="H{number}"><w:name w:val="heading {number}"/>'
            '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        )

    first = level(0, "upperRoman", "%1", '<w:pStyle w:val="H1"/>')
    second = level(1, "decimal", "%1.%2", '<w:isLgl/><w:pStyle w:val="H2"/>')
    numbering = abstract(0, first, second)

    def heading(number: int, text: str) -> str:
        return p(text, properties=f'<w:pStyle w:val="H{number}"/>')

    body = heading(1, "Terms") + heading(2, "Scope") + heading(2, "Fees") + heading(1, "Law") + heading(2, "Courts")
    write_word(path, body, numbering=numbering + num(1, 0), styles=style(1) + style(2))
    assert texts(path) == ["I Terms", "1.1 Scope", "1.2 Fees", "II Law", "2.1 Courts"]


def test_a_definition_through_a_numbering_style(path: Path) -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="N"><w:name w:val="N"/>'
        '<w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    linked = abstract(1, more='<w:numStyleLink w:val="N"/>')
    write_word(path, item("a"), numbering=LEGAL + linked + num(1, 1) + num(2, 0), styles=styles)
    assert texts(path) == ["1. a"]


def test_what_is_deleted_does_not_count_and_what_is_empty_does(path: Path) -> None:
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    deleted = p(
        properties=f"{numbered}<w:rPr><w:del/></w:rPr>", inner="<w:del><w:r><w:delText>x</w:delText></w:r></w:del>"
    )
    write_word(path, item("a") + deleted + item("") + item("b"), numbering=LEGAL + num(1, 0))
    assert texts(path) == ["1. a", "3. b"]


@pytest.mark.parametrize(
    ("format", "count", "text"),
    [
        ("decimal", 12, "12"), ("decimalZero", 3, "03"), ("lowerLetter", 27, "aa"), ("upperLetter", 3, "C"),
        ("lowerRoman", 4, "iv"), ("upperRoman", 1999, "MCMXCIX"), ("ordinal", 22, "22nd"), ("ordinal", 11, "11th"),
        ("chineseCounting", 12, "十二"), ("chineseCounting", 20, "二十"), ("japaneseCounting", 3, "三"),
        ("decimalEnclosedCircle", 2, "②"), ("ordinalText", 2, "Second"), ("none", 4, ""), ("unheardOf", 4, "4"),
    ],
)  # fmt: skip
def test_number_formats(format: str, count: int, text: str) -> None:
    assert numeral(count, format) == text


@given(
    count=st.integers(-10, 10_000), format=st.sampled_from(["lowerRoman", "lowerLetter", "chineseCounting", "aiueo"])
)
def test_every_count_has_a_short_numeral(count: int, format: str) -> None:
    assert 0 < len(numeral(count, format)) <= 20


@given(depths=st.lists(st.integers(0, 2), min_size=1, max_size=25))
def test_counters_against_counting_by_hand(depths: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("lists") / "a.docx"
    levels = [level(n, "decimal", ".".join(f"%{i}" for i in range(1, n + 2))) for n in range(3)]
    write_word(path, "".join(item("x", depth) for depth in depths), numbering=abstract(0, *levels) + num(1, 0))
    expected, counts = [], [0, 0, 0]
    for depth in depths:
        counts[depth] += 1
        counts[depth + 1 :] = [0] * (2 - depth)
        expected.append(".".join(str(max(count, 1)) for count in counts[: depth + 1]) + " x")
    assert texts(path) == expected
