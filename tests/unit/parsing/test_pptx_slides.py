"""PPTX slides: reading order, places, lists, tables, charts, notes, and what does not show."""

from pathlib import Path

import pptx
import pytest
from pptx.chart.data import BubbleChartData, CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt

from docqa.core.models import Block, BlockKind, Hidden, PageRange, ParsedRange
from docqa.parsing.pptx import PptxParser
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


# -- order -----------------------------------------------------------------------------------------


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


# -- text ------------------------------------------------------------------------------------------


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


# -- tables, charts, diagrams ----------------------------------------------------------------------


def test_cells_of_a_table_have_their_places(path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_table(3, 3, Inches(1), Inches(2), Inches(6), Inches(3))
    table = frame.table
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 1).merge(table.cell(1, 2))
    for r, c, text in (
        (0, 0, "Zone"),
        (0, 1, "Day"),
        (0, 2, "Night"),
        (1, 0, "North"),
        (1, 1, "all"),
        (2, 1, "4"),
        (2, 2, "5"),
    ):
        table.cell(r, c).text = text
    deck.save(str(path))
    [block] = blocks(path)
    assert block.text == "Zone | Day | Night\nNorth | all | all\nNorth | 4 | 5"
    assert block.has_header
    assert box(block) == (72, 144, 504, 360)
    places = [(block.text[s.start : s.end], (s.box.x0, s.box.y0, s.box.x1, s.box.y1)) for s in block.spans]
    assert places[0] == ("Zone", (72, 144, 216, 216))
    assert places[3] == ("North", (72, 216, 216, 360))
    assert places[4] == places[5] == ("all", (216, 216, 504, 288))
    assert places[8] == ("5", (360, 288, 504, 360))


def chart_text(path: Path, kind: XL_CHART_TYPE, data: object) -> str:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_chart(kind, Inches(1), Inches(1), Inches(6), Inches(4), data)
    deck.save(str(path))
    return next(block.text for block in blocks(path) if block.kind is BlockKind.TABLE)


def test_charts_with_categories_of_several_levels_and_percentages(path: Path) -> None:
    data = CategoryChartData(number_format="0%")
    for year in ("2024", "2025"):
        category = data.add_category(year)
        category.add_sub_category("Q1")
        category.add_sub_category("Q2")
    data.add_series("Share", (0.25, 0.5, 0.125, 1))
    text = chart_text(path, XL_CHART_TYPE.COLUMN_CLUSTERED, data)
    assert text == "Category | Share\n2024 Q1 | 25%\n2024 Q2 | 50%\n2025 Q1 | 12%\n2025 Q2 | 100%"


def test_scatter_and_bubble_charts(path: Path) -> None:
    xy = XyChartData()
    for name, points in (("a", [(1, 2), (3, 4)]), ("b", [(5, 6)])):
        series = xy.add_series(name)
        for point in points:
            series.add_data_point(*point)
    assert chart_text(path, XL_CHART_TYPE.XY_SCATTER, xy) == "Series | X | Y\na | 1 | 2\na | 3 | 4\nb | 5 | 6"
    bubbles = BubbleChartData()
    bubbles.add_series("c").add_data_point(1, 2, 30)
    assert chart_text(path, XL_CHART_TYPE.BUBBLE, bubbles) == "Series | X | Y | Size\nc | 1 | 2 | 30"


def test_dates_of_a_chart_are_dates(path: Path) -> None:
    from datetime import date

    data = CategoryChartData()
    data.categories = [date(2025, 1, 31), date(2025, 2, 28)]
    data.add_series("Ships", (1.5, 0.1 + 0.2))
    text = chart_text(path, XL_CHART_TYPE.LINE, data)
    assert text == "Category | Ships\n2025-01-31 | 1.5\n2025-02-28 | 0.3"


def frame(inner: str) -> str:
    place = '<p:xfrm><a:off x="0" y="0"/><a:ext cx="127000" cy="127000"/></p:xfrm>'
    names = '<p:nvGraphicFramePr><p:cNvPr id="4" name="f"/><p:nvPr/></p:nvGraphicFramePr>'
    return (
        f"<p:graphicFrame>{names}{place}<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def test_a_chart_without_its_data_is_reported(path: Path) -> None:
    chart = element(
        "c:chartSpace", "<c:chart><c:plotArea><c:barChart><c:ser><c:val/></c:ser></c:barChart></c:plotArea></c:chart>"
    )
    write_slides(
        path, [sp("a", at=(0, 50, 9, 9)) + frame('<c:chart r:id="rId1"/>')],
        parts={"ppt/charts/c.xml": chart}, relations={1: [("chart", "ppt/charts/c.xml")]},
    )  # fmt: skip
    found = parsed(path)
    assert [block.text for block in found.blocks] == ["a"]
    assert [(one.code, one.detail, one.pages) for one in found.warnings] == [
        ("part_unreadable", "data of a chart", (1,))
    ]


def test_charts_of_2016_with_levels(path: Path) -> None:
    levels = (
        '<x:lvl><x:pt idx="0">Oslo</x:pt><x:pt idx="1">Bergen</x:pt></x:lvl><x:lvl><x:pt idx="0">Norway</x:pt></x:lvl>'
    )
    values = '<x:lvl><x:pt idx="0">7</x:pt><x:pt idx="1">8</x:pt></x:lvl>'
    data = f"<x:data><x:strDim>{levels}</x:strDim><x:numDim>{values}</x:numDim></x:data>"
    names = "<x:series><x:tx><x:txData><x:v>Ships</x:v></x:txData></x:tx></x:series>"
    namespace = 'xmlns:x="http://schemas.microsoft.com/office/drawing/2014/chartex"'
    chart = f"<x:chartSpace {namespace}><x:chartData>{data}</x:chartData><x:chart>{names}</x:chart></x:chartSpace>"
    reference = f'<x:chart {namespace} r:id="rId1"/>'
    write_slides(path, [frame(reference)], parts={"ppt/c.xml": chart}, relations={1: [("chartEx", "ppt/c.xml")]})
    assert texts(path) == ["Category | Ships\nNorway Oslo | 7\nNorway Bergen | 8"]


def test_diagrams_in_the_order_of_their_outline(path: Path) -> None:
    def point(name: str, text: str, kind: str = "node") -> str:
        return f'<dgm:pt modelId="{name}" type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'

    def link(source: str, target: str, order: int) -> str:
        return f'<dgm:cxn srcId="{source}" destId="{target}" srcOrd="{order}"/>'

    points = point("r", "", "doc") + point("b", "second") + point("a", "first") + point("c", "below first")
    links = link("r", "a", 0) + link("r", "b", 1) + link("a", "c", 0) + link("c", "a", 0)
    data = element("dgm:dataModel", f"<dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>")
    relations = {1: [("diagramData", "ppt/d.xml")]}
    write_slides(path, [frame('<dgm:relIds r:dm="rId1"/>')], parts={"ppt/d.xml": data}, relations=relations)
    assert texts(path) == ["first", "below first", "second"]


# -- what does not show ----------------------------------------------------------------------------


WHITE = '<a:rPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr>'
DARK = '<a:solidFill><a:srgbClr val="203864"/></a:solidFill>'
RECT = '<a:prstGeom prst="rect"/>'
HERE = (100.0, 100.0, 200.0, 50.0)


def hidden(path: Path) -> list[tuple[str, Hidden | None]]:
    return [(block.text, block.hidden) for block in blocks(path)]


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


def test_what_an_animation_uncovers_is_not_hidden(path: Path) -> None:
    tree = sp("shown", at=HERE, number=5) + sp(at=(90, 90, 300, 80), properties=DARK + RECT, number=6)
    timing = '<p:timing><p:spTgt spid="6"/></p:timing>'
    write_slides(path, [tree], after=timing)
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


# -- damage ----------------------------------------------------------------------------------------


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
