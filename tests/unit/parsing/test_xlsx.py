"""XLSX: what a person sees in the cells, tables on a sheet, what is hidden, ranges of large sheets."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font

from docqa.core.errors import DocumentRejected, NoText, UnsafeFile
from docqa.core.models import BlockKind, DocumentWarning, Format, Hidden, ParsedRange
from docqa.core.noticed import combined
from docqa.core.profiles import merged, summary_text
from docqa.parsing.files import read_range
from docqa.parsing.xlsx import blocks as xlsx_blocks
from docqa.parsing.xlsx import plan as xlsx_plan
from docqa.parsing.xlsx.formats import formatter, hides
from docqa.parsing.xlsx.parser import XlsxParser
from tests.fakes.documents import sheet_data, workbook_xml, write_parts

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def ranges(path: Path) -> list[ParsedRange]:
    parser = XlsxParser()
    return [parser.parse(path, pages) for pages in parser.plan(path, max_pages=1).ranges]


def texts(path: Path) -> list[str]:
    return [block.text for found in ranges(path) for block in found.blocks]


def rows(path: Path) -> list[tuple[str | None, int | None, str]]:
    blocks = [block for found in ranges(path) for block in found.blocks]
    return [(block.sheet, block.row, block.text) for block in blocks if block.kind is BlockKind.ROW]


def noticed(path: Path) -> dict[str, int]:
    plan = XlsxParser().plan(path, max_pages=1)
    warnings: list[DocumentWarning] = [*plan.warnings, *(one for found in ranges(path) for one in found.warnings)]
    return {f"{one.code}: {one.detail}" if one.detail else one.code: one.count for one in combined(warnings)}


def write(path: Path, sheets: Mapping[str, str], extra: Mapping[str, str | bytes] | None = None, **how: object) -> None:
    write_parts(path, {**workbook_xml(sheets, **how), **(extra or {})})  # type: ignore[arg-type]


def styles(*formats: str, fonts: str = "<font/>") -> str:
    """A styles part whose cell styles are these number formats, in order."""
    codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    xfs = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(formats)))
    inner = f"<numFmts>{codes}</numFmts><fonts>{fonts}</fonts><cellXfs>{xfs}</cellXfs>"
    return f'<styleSheet xmlns="{NAMESPACE}">{inner}</styleSheet>'


# -- cells -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("General", 0.1 + 0.2, "0.3"),
        ("General", 1e20, "1e+20"),
        ("General", 123456789012345, "123456789012345"),
        ("0", 2.5, "3"),
        ("0.00", 2.675, "2.68"),
        ("#,##0", 1234567.2, "1,234,567"),
        ("#,##0.00", -1234.5, "-1,234.50"),
        ("#.##", 3.5, "3.5"),
        ("00000", 42, "00042"),
        ("0%", 0.256, "26%"),
        ("0.0%", 0.2565, "25.7%"),
        ("0.00E+00", 12345, "1.23E+04"),
        ("#,##0,", 1234567, "1,235"),
        ('#,##0.00 "€"', 1234.5, "1,234.50 €"),
        ("[$€-407] #,##0.00", 3.5, "€ 3.50"),
        ("$#,##0;($#,##0)", -1234, "($1,234)"),
        ('0;-0;"none"', 0, "none"),
        ("[Red]-0.0;0.0", 1, "-1.0"),
        ("# ?/?", 1.5, "1.5"),
        ('"No. "0', 7, "No. 7"),
        ("yyyy\\-mm\\-dd", 45000, "2023-03-15"),
        ("m/d/yy", 45000, "2023-03-15"),
        ("[$-409]d-mmm-yyyy;@", 45000, "2023-03-15"),
        ("d.m.yyyy h:mm", 45000.75, "2023-03-15 18:00"),
        ("mmmm yyyy", 45000, "2023-03-15"),
        ("dd/mm/yyyy", 59, "1900-02-28"),
        ("dd/mm/yyyy", 61, "1900-03-01"),
        ("h:mm AM/PM", 0.5, "12:00"),
        ("[h]:mm", 1.5, "36:00"),
        ("mm:ss", 0.01, "00:14:24"),
        ("dd/mm/yyyy", -5, "-5"),
        ("dd/mm/yyyy", 1e9, "1000000000"),
    ],
)
def test_numbers_as_a_person_sees_them(code: str, value: float, shown: str) -> None:
    assert formatter(code)(value) == shown


def test_dates_counted_from_1904() -> None:
    assert formatter("yyyy-mm-dd", from_1904=True)(43538) == "2023-03-15"


def test_a_format_that_shows_nothing() -> None:
    assert hides(";;;")
    assert not hides("0;-0;0")
    assert not hides("General")


def test_every_type_of_cell(path: Path) -> None:
    strings = (
        f'<sst xmlns="{NAMESPACE}"><si><t>plain</t></si><si/><si><r><t xml:space="preserve">rich </t></r>'
        "<r><rPr><b/></rPr>"
        "<t>text &amp; more</t></r><rPh><t>reading</t></rPh></si><si><t>two_x000D_\nlines</t></si></sst>"
    )
    cells = [
        '<c r="A2" t="s"><v>0</v></c>',
        '<c r="B2" t="s"><v>2</v></c>',
        '<c r="C2" t="s"><v>3</v></c>',
        '<c r="D2" t="b"><v>1</v></c>',
        '<c r="E2" t="e"><v>#REF!</v></c>',
        '<c r="F2" t="str"><f>A2&amp;"x"</f><v>plainx</v></c>',
        '<c r="G2" s="1"><v>45000</v></c>',
        '<c r="H2"><f>1+1</f></c>',
        '<c r="I2"><f>1+1</f><v></v></c>',
        '<c r="J2" s="2"><f>SUM(A1)</f><v>0.5</v></c>',
        '<c r="K2" t="d"><v>2024-01-05T00:00:00</v></c>',
        '<c r="L2" t="s"><v>99</v></c>',
    ]
    header = [f"c{n}" for n in range(1, 13)]
    data = sheet_data([header]).replace("</sheetData>", f'<row r="2">{"".join(cells)}</row></sheetData>')
    write(path, {"S": data}, {"xl/sharedStrings.xml": strings, "xl/styles.xml": styles("General", "d/m/yy", "0%")})
    assert rows(path) == [
        (
            "S",
            1,
            "c1: plain; c2: rich text & more; c3: two lines; c4: TRUE; c5: #REF!; c6: plainx; c7: 2023-03-15; "
            "c10: 50%; c11: 2024-01-05",
        )
    ]
    assert noticed(path) == {"formula_without_value": 2}


def test_cells_and_rows_without_references_and_with_a_prefix(path: Path) -> None:
    inner = "".join(
        f'<x:row><x:c t="str"><x:v>{a}</x:v></x:c><x:c><x:v>{b}</x:v></x:c></x:row>' for a, b in (("k", "v"), ("a", 1))
    )
    inner = inner.replace("<x:c><x:v>v<", '<x:c t="str"><x:v>v<')
    parts = workbook_xml({"S": ""})
    parts["xl/worksheets/sheet1.xml"] = (
        f'<?xml version="1.0"?>\n<x:worksheet xmlns:x="{NAMESPACE}"><x:sheetData>{inner}</x:sheetData></x:worksheet>'
    )
    write_parts(path, parts)
    assert rows(path) == [("S", 1, "k: a; v: 1")]


def test_the_quick_and_the_thorough_way_read_the_same(path: Path) -> None:
    dice = random.Random(3)
    table = [["a", "b", "c"], *([f"t{dice.random()}", dice.randrange(99), round(dice.random(), 3)] for _ in range(50))]
    write(path, {"S": sheet_data(table)})
    quick = rows(path)
    slow = sheet_data(table).replace('t="inlineStr"', 'cm="1" t="inlineStr"').replace("<v>", '<v xml:space="preserve">')
    write(path, {"S": slow})
    assert rows(path) == quick
    assert len(quick) == 50


# -- tables on a sheet -----------------------------------------------------------------------------


def test_titles_leading_blanks_and_a_second_table_below(path: Path) -> None:
    book = [
        [None, None, None],
        [None, "Stock of the workshop", None, None],
        [None, "Part", "Price", "Bought"],
        [None, "Pump", 7, "2024"],
        [None, "Valve", 9, "2023"],
        [],
        [None, "Lamp", 3, "2022"],
        [],
        [None, "All prices without tax."],
        [],
        [None, "Supplier", "Town"],
        [None, "Norseal", "Oslo"],
        [None, "Voltfjord", "Halden"],
    ]
    write(path, {"Stock": sheet_data(book)})
    (found,) = ranges(path)
    assert [(block.kind.value, block.row, block.text) for block in found.blocks] == [
        ("heading", None, "Stock"),
        ("paragraph", None, "Stock of the workshop"),
        ("paragraph", None, "Columns: Part, Price, Bought."),
        ("row", 1, "Part: Pump; Price: 7; Bought: 2024"),
        ("row", 2, "Part: Valve; Price: 9; Bought: 2023"),
        ("row", 3, "Part: Lamp; Price: 3; Bought: 2022"),
        ("paragraph", None, "All prices without tax."),
        ("paragraph", None, "Columns: Supplier, Town."),
        ("row", 4, "Supplier: Norseal; Town: Oslo"),
        ("row", 5, "Supplier: Voltfjord; Town: Halden"),
    ]
    summaries = [summary_text(profile) for profile in merged(found.profiles)]
    assert summaries[0].startswith("Table of 3 rows and 3 columns (sheet Stock). Columns: Part, Price, Bought.")
    assert summaries[1].startswith("Table of 2 rows and 2 columns (table 2 of sheet Stock).")


def test_sheets_in_the_order_of_their_tabs_each_counting_its_rows(path: Path) -> None:
    write(path, {"B": sheet_data([["x", "y"], ["p", 1], ["q", 2]]), "A & C": sheet_data([["x", "y"], ["r", 3]])})
    assert rows(path) == [("B", 1, "x: p; y: 1"), ("B", 2, "x: q; y: 2"), ("A & C", 1, "x: r; y: 3")]
    assert [text for text in texts(path) if text in ("B", "A & C")] == ["B", "A & C"]


def test_a_cell_far_to_the_right_does_not_make_thousands_of_columns(path: Path) -> None:
    far = '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" t="str"><v>stray</v></c></row></sheetData>'
    write(path, {"S": sheet_data([["x", "y"]]).replace("</sheetData>", far)})
    assert texts(path) == ["S", "Columns: x, y, column 16384.", "x: 1; column 16384: stray"]
    (found,) = ranges(path)
    assert len(found.profiles[0].columns) == 3


def test_prose_on_a_sheet_is_prose(path: Path) -> None:
    lines = [
        ["Read me first."],
        ["This workbook holds the stock of the workshop and of both ships, counted in March."],
        ["Ask Marit."],
    ]
    write(path, {"Notes": sheet_data(lines)})
    (found,) = ranges(path)
    assert [block.kind for block in found.blocks] == [BlockKind.HEADING, *[BlockKind.PARAGRAPH] * 3]


def test_merged_cells(path: Path) -> None:
    book = [
        ["Region", "2023", None, "2024", None],
        [None, "Q1", "Q2", "Q1", "Q2"],
        ["North", 1, 2, 3, 4],
        [None, 5, 6, 7, 8],
        ["South", 9, 10, 11, 12],
    ]
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in ("A1:A2", "B1:C1", "D1:E1", "A3:A4"))
    write(path, {"S": f"{sheet_data(book)}<mergeCells>{merges}</mergeCells>"})
    assert [text for _, _, text in rows(path)] == [
        "Region: North; 2023 Q1: 1; 2023 Q2: 2; 2024 Q1: 3; 2024 Q2: 4",
        "Region: North; 2023 Q1: 5; 2023 Q2: 6; 2024 Q1: 7; 2024 Q2: 8",
        "Region: South; 2023 Q1: 9; 2023 Q2: 10; 2024 Q1: 11; 2024 Q2: 12",
    ]


def test_links_stand_at_their_text(path: Path) -> None:
    book = sheet_data([["Name", "Site"], ["Ada", "home"], ["Bo", "evil"]])
    links = '<hyperlinks><hyperlink ref="B2" r:id="l1"/><hyperlink ref="B3" r:id="l2"/></hyperlinks>'
    relation = (
        '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        'Target="{}" TargetMode="External"/>'
    )
    related = relation.format("l1", "https://example.org/ada") + relation.format("l2", "javascript:alert(1)")
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>'
    )
    write(path, {"S": book + links}, {"xl/worksheets/_rels/sheet1.xml.rels": rels})
    blocks = [block for found in ranges(path) for block in found.blocks if block.row]
    assert [(block.text[link.start : link.end], link.url) for block in blocks for link in block.links] == [
        ("home", "https://example.org/ada")
    ]


# -- what does not show ----------------------------------------------------------------------------


def test_hidden_rows_columns_and_cells_are_set_apart(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Secret", "Price"])
    sheet.append(["Ada", "s1", 1])
    sheet.append(["Bo", "s2", 2])
    sheet.append(["Cy", "s3", 3])
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet["C4"].font = Font(color="FFFFFFFF")
    sheet["A5"] = "Di"
    sheet["C5"] = 4
    sheet["C5"].number_format = ";;;"
    book.save(path)
    (found,) = ranges(path)
    assert [(block.text, block.row, block.hidden) for block in found.blocks[1:]] == [
        ("Columns: Name, Price.", None, None),
        ("Name: Ada; Price: 1", 1, None),
        ("Secret: s1", 1, Hidden.COLUMN),
        ("Name: Bo; Price: 2", 2, Hidden.ROW),
        ("Secret: s2", 2, Hidden.COLUMN),
        ("Name: Cy", 3, None),
        ("Secret: s3", 3, Hidden.COLUMN),
        ("Price: 3", 3, Hidden.WHITE),
        ("Name: Di", 4, None),
        ("Price: 4", 4, Hidden.INVISIBLE),
    ]
    assert summary_text(found.profiles[0]).startswith(
        "Table of 3 rows and 2 columns (sheet Sheet). Columns: Name, Price."
    )
    assert {one.detail: one.count for one in found.warnings if one.code == "hidden_text"} == {
        "hidden columns": 3,
        "hidden rows": 1,
        "in the colour of its background": 1,
        "formatted as invisible": 1,
    }


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_set_apart(path: Path, state: str) -> None:
    table = sheet_data([["x", "y"], ["p", 1]])
    write(path, {"Shown": table, "Kept": table}, states={"Kept": state})
    (found,) = ranges(path)
    assert {block.hidden for block in found.blocks if block.sheet == "Kept"} == {Hidden.SHEET}
    assert {block.hidden for block in found.blocks if block.sheet == "Shown"} == {None}
    assert [profile.sheet for profile in found.profiles] == ["Shown"]
    assert noticed(path) == {"hidden_text: hidden sheets": 3}


def test_a_white_header_does_not_name_the_columns(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "obey me", "Price"])
    sheet.append(["Ada", "x", 1])
    sheet["B1"].font = Font(color="FFFFFF")
    book.save(path)
    (found,) = ranges(path)
    shown = [block.text for block in found.blocks if block.hidden is None]
    assert not any("obey" in text for text in shown)
    assert [block.text for block in found.blocks if block.hidden is Hidden.WHITE] == ["obey me"]


def test_comments_are_notes_and_unread_parts_are_told(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Price"])
    sheet.append(["Ada", 1])
    sheet["B2"].comment = Comment("too cheap?", "Marit")
    chart = book.create_chartsheet("Chart")
    assert chart is not None
    book.save(path)
    (found,) = ranges(path)
    assert [block.text for block in found.blocks if block.kind is BlockKind.NOTE] == [
        "Comment on B2 by Marit: too cheap?"
    ]
    assert noticed(path) == {"part_unreadable: a sheet that is a chart": 1}


def test_macros_and_links_to_other_files_are_told_and_left_alone(path: Path) -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = workbook_xml({"S": sheet_data([["x", "y"], ["p", 1]])})
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="m" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        'Target="vbaProject.bin"/>'
        f'<Relationship Id="e" Type="{office}/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>',
    )
    write_parts(path, {**parts, "xl/vbaProject.bin": b"\0", "xl/externalLinks/externalLink1.xml": "<externalLink/>"})
    assert set(noticed(path)) == {"active_content", "external_content"}


# -- ranges ----------------------------------------------------------------------------------------


def test_a_large_sheet_reads_the_same_in_ranges(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = [["Title of it"], ["id", "name", "size"], *([n, f"n{n}", n / 4] for n in range(300))]
    big += [
        [],
        ["a note below the table"],
        [],
        ["supplier", "town", "x"],
        *([f"s{n}", "Oslo", "y"] for n in range(200)),
    ]
    small = sheet_data([["x", "y"], ["p", 1]])
    merged_title = '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
    write(path, {"First": small, "Big": sheet_data(big) + merged_title, "Empty": "<sheetData/>", "Last": small})
    whole = [block for found in ranges(path) for block in found.blocks]
    profiles = [summary_text(one) for one in merged(profile for found in ranges(path) for profile in found.profiles)]
    monkeypatch.setattr(xlsx_plan, "RANGE_ROWS", 70)
    plan = XlsxParser().plan(path, max_pages=1)
    assert len(plan.ranges) >= 8
    alone = {pages.index: XlsxParser().parse(path, pages) for pages in reversed(plan.ranges)}
    assert [block for index in sorted(alone) for block in alone[index].blocks] == whole
    cut = [summary_text(one) for one in merged(one for index in sorted(alone) for one in alone[index].profiles)]
    assert [text.split(".")[0] for text in cut] == [text.split(".")[0] for text in profiles]
    assert len(alone) == len({(pages.first, pages.last) for pages in plan.ranges})


CELLS = st.one_of(st.none(), st.integers(-99, 99), st.sampled_from(["oak", "ash & elm", "fir", "yew tree", "1.5"]))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=260),
    range_rows=st.integers(1, 120),
    most_segments=st.sampled_from([2, 300]),
)
def test_any_sheet_reads_the_same_in_any_ranges(
    path: Path, table: Sequence[Sequence[object]], range_rows: int, most_segments: int
) -> None:
    write(path, {"S": sheet_data(table)})
    if not any(cell is not None for row in table for cell in row):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_plan, "_MAX_SEGMENTS", most_segments)
        patch.setattr(xlsx_plan, "SAMPLE_ROWS", 60)
        patch.setattr(xlsx_plan, "RANGE_ROWS", range_rows)
        cut = [block for found in ranges(path) for block in found.blocks]
        patch.setattr(xlsx_plan, "RANGE_ROWS", 10_000)
        whole = [block for found in ranges(path) for block in found.blocks]
    if most_segments == 300:
        assert cut == whole
    held = " ".join(block.text for block in cut)
    for row in table:
        for cell in row:
            assert cell is None or str(cell) in held


# -- hostile and broken ----------------------------------------------------------------------------


def test_a_string_shown_a_million_times_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_blocks, "MAX_CHARS", 1_000_000)
    strings = f'<sst xmlns="{NAMESPACE}"><si><t>{"x" * 30_000}</t></si></sst>'
    row = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 100))
    write(path, {"S": f"<sheetData>{row}</sheetData>"}, {"xl/sharedStrings.xml": strings})
    with pytest.raises(UnsafeFile):
        ranges(path)


def test_entities_are_not_expanded(path: Path) -> None:
    parts = workbook_xml({"S": sheet_data([["x", "y"], ["p", 1]])})
    parts["xl/worksheets/sheet1.xml"] = '<!DOCTYPE w [<!ENTITY e "boom">]>' + parts["xl/worksheets/sheet1.xml"].replace(
        "<t>p</t>", "<t>&e;</t>"
    )
    write_parts(path, parts)
    with pytest.raises(DocumentRejected):
        ranges(path)


def test_a_workbook_without_sheets_has_no_text(path: Path) -> None:
    write_parts(path, workbook_xml({}))
    with pytest.raises(NoText):
        ranges(path)


def test_a_broken_sheet_is_refused_with_a_reason(path: Path) -> None:
    write(path, {"S": "<sheetData><row r='1'><c r='A1'><v>1</c></row></sheetData>"})
    with pytest.raises(DocumentRejected):
        ranges(path)


def test_characters_that_do_not_show_are_removed_and_told(path: Path) -> None:
    write(path, {"S": sheet_data([["x", "y"], ["pay\u200bpal", 1]])})
    (pages,) = XlsxParser().plan(path, max_pages=1).ranges
    found = read_range(path, Format.XLSX, pages)
    assert found.blocks[-1].text == "x: paypal; y: 1"
    assert [one.code for one in found.warnings] == ["control_characters"]
