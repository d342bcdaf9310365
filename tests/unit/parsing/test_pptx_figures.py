"""PPTX tables, charts and diagrams: their cells, and where these stand."""

from datetime import date
from pathlib import Path

import pptx
import pytest
from pptx.chart.data import BubbleChartData, CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from docqa.core.models import Block, BlockKind, PageRange, ParsedRange
from docqa.parsing.pptx.parser import PptxParser
from tests.fakes.office import element, sp, write_slides


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.pptx"


def parsed(path: Path, first: int = 1, last: int = 99) -> ParsedRange:
    return PptxParser().parse(path, PageRange(index=0, first=first, last=last))


def blocks(path: Path) -> list[Block]:
    return list(parsed(path).blocks)


def texts(path: Path) -> list[str]:
    return [block.text for block in blocks(path)]


def box(block: Block) -> tuple[float, float, float, float]:
    [found] = block.boxes
    return found.x0, found.y0, found.x1, found.y1


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
