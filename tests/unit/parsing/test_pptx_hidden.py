"""PPTX: text that nobody sees, and what is read when parts of a presentation are broken."""

from pathlib import Path

import pptx
import pytest
from pptx.util import Inches, Pt

from docqa.core.models import Hidden, PageRange, ParsedRange
from docqa.parsing.pptx.parser import PptxParser
from tests.fakes.office import ap, sp, write_slides


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.pptx"


def parsed(path: Path, first: int = 1, last: int = 99) -> ParsedRange:
    return PptxParser().parse(path, PageRange(index=0, first=first, last=last))


WHITE = '<a:rPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr>'
DARK = '<a:solidFill><a:srgbClr val="203864"/></a:solidFill>'
RECT = '<a:prstGeom prst="rect"/>'
HERE = (100.0, 100.0, 200.0, 50.0)


def hidden(path: Path) -> list[tuple[str, Hidden | None]]:
    return [(block.text, block.hidden) for block in parsed(path).blocks]


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        pytest.param(sp("secret", at=(-400, 10, 300, 50)), Hidden.OFF_PAGE, id="left of the slide"),
        pytest.param(sp("secret", at=(10, 541, 300, 50)), Hidden.OFF_PAGE, id="below the slide"),
        pytest.param(sp(at=HERE, body=ap("secret", run='<a:rPr sz="100"/>')), Hidden.TINY, id="tiny"),
        pytest.param(sp(at=HERE, body=ap("secret", run=WHITE)), Hidden.WHITE, id="white on the slide"),
        pytest.param(
            sp(at=HERE, properties=DARK, body=ap("secret", run=f"<a:rPr>{DARK}</a:rPr>")), Hidden.WHITE, id="dark"
        ),
        pytest.param(sp(at=HERE, body=ap("secret", run="<a:rPr><a:noFill/></a:rPr>")), Hidden.INVISIBLE, id="no fill"),
        pytest.param(
            sp("secret", at=HERE).replace('name="x"', 'name="x" hidden="1"'), Hidden.INVISIBLE, id="marked hidden"
        ),
        pytest.param(
            sp("secret", at=HERE) + sp(at=(90, 90, 300, 80), properties=DARK + RECT), Hidden.COVERED, id="behind"
        ),
    ],
)
def test_text_that_does_not_show_is_set_apart(path: Path, tree: str, reason: Hidden) -> None:
    write_slides(path, [tree])
    assert hidden(path) == [("secret", reason)]
    assert [(one.code, one.pages) for one in parsed(path).warnings] == [("hidden_text", (1,))]


@pytest.mark.parametrize(
    ("tree", "before"),
    [
        pytest.param(sp(at=HERE, properties=DARK, body=ap("shown", run=WHITE)), "", id="on its own fill"),
        pytest.param(
            sp(at=(90, 90, 300, 80), properties=DARK) + sp(at=HERE, body=ap("shown", run=WHITE)), "", id="on a shape"
        ),
        pytest.param(
            sp(at=HERE, body=ap("shown", run=WHITE)), f"<p:bg><p:bgPr>{DARK}</p:bgPr></p:bg>", id="on a dark slide"
        ),
        pytest.param(sp(at=HERE, properties="<a:gradFill/>", body=ap("shown", run=WHITE)), "", id="on a gradient"),
        pytest.param(sp(at=(90, 90, 300, 80), properties=DARK + RECT) + sp("shown", at=HERE), "", id="before a shape"),
        pytest.param(
            sp("shown", at=HERE) + sp(at=(90, 90, 300, 80), properties="<a:noFill/>" + RECT), "", id="behind a frame"
        ),
        pytest.param(sp("shown", at=(-100, 10, 300, 50)), "", id="half on the slide"),
    ],
)
def test_text_that_shows_is_not_taken_for_hidden(path: Path, tree: str, before: str) -> None:
    write_slides(path, [tree], before=before)
    assert hidden(path) == [("shown", None)]


@pytest.mark.parametrize("moving", [5, 6])
def test_what_an_animation_shows_is_not_hidden(path: Path, moving: int) -> None:
    """Here a cover goes away, there a text comes in from beside the slide."""
    cover = sp(at=(90, 90, 300, 80), properties=DARK + RECT, number=6)
    tree = sp("shown", at=HERE, number=4) + cover if moving == 6 else sp("shown", at=(-400, 10, 300, 50), number=5)
    write_slides(path, [tree], after=f'<p:timing><p:spTgt spid="{moving}"/></p:timing>')
    assert hidden(path) == [("shown", None)]


def test_pictures_are_described_in_hidden_blocks(path: Path) -> None:
    names = '<p:nvPicPr><p:cNvPr id="3" name="x" descr="A gull"/><p:nvPr/></p:nvPicPr>'
    write_slides(path, [f"<p:pic>{names}<p:spPr/></p:pic>"])
    assert hidden(path) == [("A gull", Hidden.ALT_TEXT)]


def test_hidden_slides_are_read_and_named(path: Path) -> None:
    write_slides(path, [sp("a")], attributes='show="0"')
    found = parsed(path)
    assert [block.text for block in found.blocks] == ["a"]
    assert [(one.code, one.pages) for one in found.warnings] == [("hidden_slide", (1,))]


# -- damage ------------------------------------------------------------------------------------------


def test_a_broken_slide_costs_only_itself(path: Path) -> None:
    write_slides(path, [sp("a"), sp("b") + "<p:broken", sp("c")])
    found = parsed(path)
    assert [(block.page, block.text) for block in found.blocks] == [(1, "a"), (3, "c")]
    assert [(one.code, one.pages) for one in found.warnings] == [("page_unreadable", (2,))]
    assert PptxParser().plan(path, max_pages=5).page_count == 3


@pytest.mark.parametrize("kind", ["notesSlide", "comments", "slideLayout"])
def test_broken_parts_around_a_slide_do_not_cost_its_text(path: Path, kind: str) -> None:
    write_slides(path, [sp("a")], parts={"ppt/x.xml": "<broken"}, relations={1: [(kind, "ppt/x.xml")]})
    found = parsed(path)
    assert [block.text for block in found.blocks] == ["a"]
    assert {(one.code, one.pages) for one in found.warnings} == {("part_unreadable", (1,))}


def test_media_and_links_to_elsewhere_are_named_with_their_slide(path: Path) -> None:
    relations = {2: [("video", "ppt/media/a.mp4"), ("image", "https://evil.example/x.png")]}
    write_slides(path, [sp("a"), sp("b")], relations=relations)
    warnings = PptxParser().plan(path, max_pages=5).warnings
    assert [(one.code, one.detail, one.pages) for one in warnings] == [
        ("attachment_skipped", "audio or video", (2,)), ("external_content", None, (2,))
    ]  # fmt: skip


def test_pages_to_be_skipped_are_not_looked_at(path: Path) -> None:
    write_slides(path, [sp("a"), sp("b"), sp("c")])
    found = PptxParser().parse(path, PageRange(index=0, first=1, last=3, skip=(2,)))
    assert [block.text for block in found.blocks] == ["a", "c"]


def test_sizes_of_type_are_points(path: Path) -> None:
    """Slides made by python-pptx read like those written by hand."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    shape = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(3), Inches(1))
    shape.text_frame.text = "secret"
    shape.text_frame.paragraphs[0].runs[0].font.size = Pt(1)
    deck.save(str(path))
    assert hidden(path) == [("secret", Hidden.TINY)]
