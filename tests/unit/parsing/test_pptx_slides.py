"""PPTX slides: reading order, places, lists, links, sections, notes and comments."""

from pathlib import Path

import pptx
import pytest

from docqa.core.models import Block, BlockKind, PageRange, ParsedRange
from docqa.parsing.pptx.parser import PptxParser
from tests.fakes.office import ap, element, sp, write_slides

Place = tuple[float, float, float, float]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.pptx"


def parsed(path: Path, first: int = 1, last: int = 99) -> ParsedRange:
    return PptxParser().parse(path, PageRange(index=0, first=first, last=last))


def blocks(path: Path) -> list[Block]:
    return list(parsed(path).blocks)


def texts(path: Path) -> list[str]:
    return [block.text for block in blocks(path)]


def box(block: Block) -> Place:
    [found] = block.boxes
    return found.x0, found.y0, found.x1, found.y1


# -- order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "order"),
    [
        pytest.param({"b": (500, 100, 400, 50), "a": (50, 104, 400, 50), "c": (50, 300, 850, 50)}, "abc", id="rows"),
        pytest.param(
            {"a": (50, 100, 400, 40), "c": (480, 100, 400, 40), "b": (50, 142, 400, 300), "d": (480, 142, 400, 300)},
            "abcd", id="two columns, each with its head",
        ),
        pytest.param(
            {"a": (50, 100, 200, 100), "b": (300, 100, 200, 100), "c": (50, 280, 200, 100), "d": (300, 280, 200, 100)},
            "abcd", id="a grid of cards, row by row",
        ),
        pytest.param(
            {"a": (50, 20, 800, 40), "b": (50, 100, 300, 300), "c": (400, 100, 300, 140), "d": (400, 245, 300, 150)},
            "abcd", id="a banner over columns of unlike number",
        ),
        pytest.param({"b": (60, 110, 100, 30), "a": (50, 100, 300, 200), "c": (60, 200, 100, 30)}, "abc", id="overlap"),
    ],
)  # fmt: skip
def test_shapes_are_read_as_people_read_them(path: Path, places: dict[str, Place], order: str) -> None:
    write_slides(path, ["".join(sp(name, at=place) for name, place in places.items())])
    assert "".join(texts(path)) == order


def test_the_title_comes_first_wherever_it_stands(path: Path) -> None:
    write_slides(path, [sp("above", at=(10, 10, 90, 20)) + sp("Title", at=(10, 300, 90, 20), kind="title")])
    assert [(block.kind, block.text) for block in blocks(path)] == [
        (BlockKind.HEADING, "Title"), (BlockKind.PARAGRAPH, "above")
    ]  # fmt: skip


def test_a_large_text_at_the_top_stands_in_for_a_title(path: Path) -> None:
    top = sp(at=(10, 10, 90, 20), body=ap("Large", run='<a:rPr sz="3200"/>'))
    write_slides(path, [sp(at=(10, 100, 90, 20), body=ap("small", run='<a:rPr sz="1800"/>')) + top])
    assert [(block.kind, block.text) for block in blocks(path)] == [
        (BlockKind.HEADING, "Large"), (BlockKind.PARAGRAPH, "small")
    ]  # fmt: skip


def test_places_come_from_the_layout_where_the_slide_says_none(path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "Head", "Body"
    model = {shape.placeholder_format.idx: shape for shape in slide.slide_layout.placeholders}
    deck.save(str(path))
    for index, block in enumerate(blocks(path)):
        shape = model[index]
        assert box(block) == pytest.approx(
            (shape.left.pt, shape.top.pt, shape.left.pt + shape.width.pt, shape.top.pt + shape.height.pt), abs=0.01
        )


def group(inner: str, at: Place, child: Place, rotation: int = 0) -> str:
    def pair(name: str, first: str, second: str, values: tuple[float, float]) -> str:
        return f'<a:{name} {first}="{round(values[0] * 12_700)}" {second}="{round(values[1] * 12_700)}"/>'

    places = pair("off", "x", "y", at[:2]) + pair("ext", "cx", "cy", at[2:])
    places += pair("chOff", "x", "y", child[:2]) + pair("chExt", "cx", "cy", child[2:])
    properties = f'<p:grpSpPr><a:xfrm rot="{rotation * 60_000}">{places}</a:xfrm></p:grpSpPr>'
    return f'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="g"/><p:nvPr/></p:nvGrpSpPr>{properties}{inner}</p:grpSp>'


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [(0, (120.0, 140.0, 140.0, 160.0)), (90, (240.0, 120.0, 260.0, 140.0)), (180, (260.0, 240.0, 280.0, 260.0))],
)
def test_groups_move_scale_and_turn_what_they_hold(path: Path, rotation: int, expected: Place) -> None:
    """A group of 200 by 200 points at (100, 100), whose inside counts in halves from (1000, 1000)."""
    inner = sp("x", at=(1010, 1020, 10, 10))
    write_slides(path, [group(inner, (100, 100, 200, 200), (1000, 1000, 100, 100), rotation)])
    assert box(blocks(path)[0]) == pytest.approx(expected, abs=0.01)


def test_groups_nested_too_deep_are_reported(path: Path) -> None:
    tree = sp("deep", at=(0, 0, 10, 10))
    for _ in range(40):
        tree = group(tree, (0, 0, 10, 10), (0, 0, 10, 10))
    write_slides(path, [tree])
    assert [one.code for one in parsed(path).warnings] == ["nested_too_deep"]


# -- text --------------------------------------------------------------------------------------------


def test_bullets_numbers_and_plain_paragraphs(path: Path) -> None:
    numbered = '<a:pPr><a:buAutoNum type="alphaLcParenR" startAt="3"/></a:pPr>'
    deeper = '<a:pPr lvl="1"><a:buAutoNum type="romanUcPeriod"/></a:pPr>'
    bullet = '<a:pPr><a:buChar char="•"/></a:pPr>'
    body = ap("intro") + ap("one", numbered) + ap("deep", deeper) + ap("two", numbered) + ap("dot", bullet)
    write_slides(path, [sp(at=(0, 0, 90, 90), body=body + ap("again", numbered))])
    assert [(str(block.kind), block.text) for block in blocks(path)] == [
        ("paragraph", "intro"), ("list_item", "c) one"), ("list_item", "I. deep"), ("list_item", "d) two"),
        ("list_item", "dot"), ("list_item", "c) again"),
    ]  # fmt: skip


def test_bullets_that_come_from_the_master(path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.placeholders[1].text = "one\ntwo"
    deck.save(str(path))
    assert [block.kind for block in blocks(path)] == [BlockKind.LIST_ITEM] * 2


def test_links_of_runs_and_of_shapes(path: Path) -> None:
    run = '<a:rPr><a:hlinkClick r:id="rId1"/></a:rPr>'
    body = f"<a:p><a:r><a:t>See </a:t></a:r><a:r>{run}<a:t>this</a:t></a:r></a:p>"
    shape = sp("whole", at=(0, 90, 90, 20)).replace(
        '<p:cNvPr id="2" name="x"/>', '<p:cNvPr id="2" name="x"><a:hlinkClick r:id="rId2"/></p:cNvPr>'
    )
    relations = {1: [("hyperlink", "https://a.example/"), ("hyperlink", "https://b.example/")]}
    write_slides(path, [sp(at=(0, 0, 90, 20), body=body) + shape], relations=relations)
    found = [[(block.text[one.start : one.end], one.url) for one in block.links] for block in blocks(path)]
    assert found == [[("this", "https://a.example/")], [("whole", "https://b.example/")]]


def test_furniture_is_left_out_and_a_footer_said_once(path: Path) -> None:
    number = sp(kind="sldNum", body='<a:p><a:fld id="{x}" type="slidenum"><a:t>3</a:t></a:fld></a:p>')
    write_slides(path, [sp("a") + number + sp("Public", kind="ftr"), sp("b") + number + sp("Public", kind="ftr")])
    assert texts(path) == ["a", "Public", "b"]
    assert [block.text for block in parsed(path, first=2).blocks] == ["b"]


def test_sections_head_their_slides(path: Path) -> None:
    def section(name: str, *ids: int) -> str:
        held = "".join(f'<p14:sldId id="{one}"/>' for one in ids)
        return f'<p14:section name="{name}"><p14:sldIdLst>{held}</p14:sldIdLst></p14:section>'

    sections = section("Default Section", 256) + section("Costs", 257, 258)
    deck = f"<p:extLst><p:ext><p14:sectionLst>{sections}</p14:sectionLst></p:ext></p:extLst>"
    write_slides(path, [sp(name, kind="title") for name in "abc"], deck=deck)
    assert [(block.page, block.level, block.text) for block in blocks(path)] == [
        (1, 2, "a"), (2, 1, "Costs"), (2, 2, "b"), (3, 2, "c")
    ]  # fmt: skip


def test_notes_and_comments_of_both_forms(path: Path) -> None:
    note = element(
        "p:notes", f"<p:cSld><p:spTree>{sp('Smile.', kind='body')}{sp('7', kind='sldNum')}</p:spTree></p:cSld>"
    )
    old = element("p:cmLst", '<p:cm authorId="0"><p:text>Too long?</p:text></p:cm>')
    new = element(
        "p:cmLst",
        '<p:cm authorId="{A}"><p:txBody><a:p><a:r><a:t>Why?</a:t></a:r></a:p></p:txBody><p:replyLst>'
        '<p:reply authorId="{B}"><p:txBody><a:p><a:r><a:t>Because.</a:t></a:r></a:p></p:txBody></p:reply>'
        "</p:replyLst></p:cm>",
    )
    authors = element("p:cmAuthorLst", '<p:cmAuthor id="0" name="Jane Roe"/>')
    modern = element("p:authorLst", '<p:author id="{A}" name="Ann"/><p:author id="{B}" name="Bo"/>')
    parts = {
        "ppt/notesSlides/n1.xml": note, "ppt/comments/c1.xml": old, "ppt/comments/m1.xml": new,
        "ppt/commentAuthors.xml": authors, "ppt/authors.xml": modern,
    }  # fmt: skip
    related = [("notesSlide", "ppt/notesSlides/n1.xml"), *(("comments", f"ppt/comments/{one}1.xml") for one in "cm")]
    deck = [("commentAuthors", "ppt/commentAuthors.xml"), ("authors", "ppt/authors.xml")]
    write_slides(path, [sp("a", kind="title")], parts=parts, relations={1: related}, deck_relations=deck)
    assert texts(path) == ["a", "Smile.", "Jane Roe: Too long?", "Ann: Why?", "Bo: Because."]
