"""Documents made on the spot, so that tests know every word that is in them."""

import io
import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pptx
import pymupdf
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from docqa.core.models import Format

PROSE = (
    "The lighthouse on Gull Island was built in 1874 by the engineer Maria Okafor. "
    "Its lamp could be seen from twenty miles away on a clear night. "
    "The keeper wrote down the weather every morning at six."
)
TABLE = (("Year", "Ships", "Storms"), ("1875", "120", "14"), ("1876", "133", "9"))
A4 = (595.0, 842.0)


def write_pdf(path: Path, pages: int = 3, *, password: str | None = None, running: bool = True) -> None:
    """Pages with a title, prose, a ruled table on the first, a running header and page numbers."""
    with pymupdf.open() as document:
        for number in range(1, pages + 1):
            page = document.new_page(width=A4[0], height=A4[1])
            if running:
                page.insert_text((72, 40), "Annals of Gull Island", fontsize=8)
                page.insert_text((300, 810), str(number), fontsize=8)
            page.insert_text((72, 110), f"Chapter {number} of the lamp", fontsize=20, fontname="hebo")
            page.insert_textbox((72, 140, 520, 260), f"{PROSE} This is page {number}.", fontsize=11)
            if number == 1:
                draw_table(page, TABLE, (72, 300))
        if password is None:
            document.save(path)
        else:
            document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password + "o")


def draw_table(page: pymupdf.Page, rows: Sequence[Sequence[str]], at: tuple[float, float]) -> None:
    """A table with all its rules, cells of 100 by 20 points."""
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            x, y = at[0] + 100 * c, at[1] + 20 * r
            page.draw_rect((x, y, x + 100, y + 20))
            page.insert_text((x + 4, y + 14), text, fontsize=10)


LOGBOOK = "Logbook of the schooner"
_SYLLABLES = ("ba", "do", "fe", "gu", "la", "mo", "ne", "pa", "ra", "so", "ta", "vo")


def code_word(number: int) -> str:
    """A word that stands on one page of a logbook only; letters that recognition tells apart well."""
    parts = [_SYLLABLES[number // len(_SYLLABLES) ** power % len(_SYLLABLES)] for power in range(3)]
    return "".join(parts).capitalize() + "rin"


def logbook_entry(number: int) -> str:
    """The sentence of page `number` of `write_scanned_pdf`."""
    return f"Logbook entry {number}: the schooner Meridian met the brig {code_word(number)} off Gull Island."


def write_scanned_pdf(path: Path, pages: int = 3, *, dpi: int = 150) -> None:
    """Pages that are pictures of one bit a pixel: a running head, a title, an entry, prose, a page number.

    About 6 KB and 40 ms a page.
    """
    with pymupdf.open() as written, pymupdf.open() as scanned:
        for number in range(1, pages + 1):
            page = written.new_page(width=A4[0], height=A4[1])
            page.insert_text((72, 50), LOGBOOK, fontsize=10)
            page.insert_text((72, 110), f"Watch {number}", fontsize=20)
            page.insert_textbox((72, 140, 520, 200), logbook_entry(number), fontsize=12)
            page.insert_textbox((72, 210, 520, 300), PROSE, fontsize=12)
            page.insert_text((290, 805), str(number), fontsize=10)
            add_scan(scanned, page, dpi=dpi)
            written.delete_page(0)
        scanned.save(path, deflate=True, deflate_images=True)


def add_scan(
    document: pymupdf.Document, page: pymupdf.Page, *, dpi: int = 150, turn: int = 0, skew: float = 0.0
) -> None:
    """A page that is nothing but the picture of `page`, turned counter-clockwise by quarters, then skewed (degrees)."""
    picture = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    image = Image.frombytes("L", (picture.width, picture.height), picture.samples).rotate(turn, expand=True)
    if skew:
        image = image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    add_picture(document, image.point(lambda value: 255 if value > 150 else 0).convert("1"), dpi=dpi)


def add_picture(document: pymupdf.Document, image: Image.Image, *, dpi: int = 150) -> pymupdf.Page:
    """A page that a picture fills."""
    data = io.BytesIO()
    image.save(data, "PNG")
    page = document.new_page(width=image.width * 72 / dpi, height=image.height * 72 / dpi)
    page.insert_image(page.rect, stream=data.getvalue())
    return page


def write_docx(path: Path) -> None:
    """A title, two sections, a list, a table."""
    document = docx.Document()
    document.add_heading("Annals of Gull Island", level=0)
    document.add_heading("The lamp", level=1)
    document.add_paragraph(PROSE)
    document.add_heading("Ships", level=2)
    document.add_paragraph("the Amity", style="List Bullet")
    document.add_paragraph("the Bounty", style="List Bullet")
    table = document.add_table(rows=len(TABLE), cols=3)
    for r, row in enumerate(TABLE):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    document.save(str(path))


def write_pptx(path: Path, slides: int = 3) -> None:
    """Slides with a title, text, notes; a table on the second and a chart on the third."""
    deck = pptx.Presentation()
    for number in range(1, slides + 1):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Chapter {number} of the lamp"
        slide.placeholders[1].text = PROSE
        slide.notes_slide.notes_text_frame.text = f"Say hello on slide {number}."
        if number == 2:
            _add_table(slide)
        if number == 3:
            _add_chart(slide)
    deck.save(str(path))


def _add_table(slide: pptx.slide.Slide) -> None:
    frame = slide.shapes.add_table(len(TABLE), 3, Inches(1), Inches(5), Inches(6), Inches(1))
    for r, row in enumerate(TABLE):
        for c, text in enumerate(row):
            frame.table.cell(r, c).text = text


def _add_chart(slide: pptx.slide.Slide) -> None:
    data = CategoryChartData()
    data.categories = ["1875", "1876"]
    data.add_series("Ships", (120, 133))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(5), Inches(6), Inches(2), data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Ships a year"


def write_csv(path: Path, rows: int = 40) -> None:
    """Ships by name, with a quoted cell that holds the delimiter."""
    lines = ["Name,Year,Captain", *(f'Ship {n},{1870 + n},"Okafor, M. {n}"' for n in range(1, rows + 1))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_html(path: Path) -> None:
    """A page with a menu, two sections, a list and a table."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in TABLE[1:])
    heads = "".join(f"<th>{cell}</th>" for cell in TABLE[0])
    path.write_text(
        "<!DOCTYPE html><html lang='en'><head><title>Annals of Gull Island</title></head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/lamp'>The lamp</a></li></ul></nav>"
        f"<h1>Annals of Gull Island</h1><h2>The lamp</h2><p>{PROSE}</p>"
        f"<h2>Ships</h2><ul><li>the Amity</li><li>the Bounty</li></ul><table><tr>{heads}</tr>{rows}</table>"
        "</body></html>",
        encoding="utf-8",
    )


def write_markdown(path: Path) -> None:
    """A title, two sections, a list, a table."""
    rows = "\n".join(f"| {' | '.join(row)} |" for row in (TABLE[0], ("---",) * 3, *TABLE[1:]))
    path.write_text(
        f"# Annals of Gull Island\n\n## The lamp\n\n{PROSE}\n\n## Ships\n\n- the Amity\n- the Bounty\n\n{rows}\n",
        encoding="utf-8",
    )


def write_text(path: Path) -> None:
    """A title in capitals, a wrapped paragraph, a list, a table drawn with spaces."""
    rows = "\n".join("".join(f"{cell:10}" for cell in row).rstrip() for row in TABLE)
    prose = textwrap.fill(PROSE, 72)
    path.write_text(
        f"ANNALS OF GULL ISLAND\n\n{prose}\n\nShips\n-----\n\n* the Amity\n* the Bounty\n\n{rows}\n", encoding="utf-8"
    )


def write_eml(path: Path) -> None:
    """A message in two forms with a table attached."""
    message = EmailMessage()
    message["Subject"], message["Date"] = "Annals of Gull Island", "Mon, 03 Mar 2025 09:00:00 +0100"
    message["From"], message["To"] = "Maria Okafor <maria@example.org>", "Ada Lund <ada@example.org>"
    message.set_content(f"Dear Ada,\n\n{textwrap.fill(PROSE, 72)}\n")
    message.add_alternative(f"<html><body><p>Dear Ada,</p><p>{PROSE}</p></body></html>", subtype="html")
    table = "\n".join(",".join(row) for row in TABLE)
    message.add_attachment(table.encode(), maintype="text", subtype="csv", filename="ships.csv")
    path.write_bytes(message.as_bytes())


_WORKBOOK_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '{rels}<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
}
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook_xml(
    sheets: Mapping[str, str], *, workbook: str = "", states: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The parts of a workbook by name, from what stands inside each sheet's <worksheet>."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}" state="{(states or {}).get(name, "visible")}"/>'
        for n, name in enumerate(names, start=1)
    )
    related = "".join(
        f'<Relationship Id="s{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    styles = f'<Relationship Id="st" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    strings = f'<Relationship Id="ss" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    return {
        **{
            name: text.format(rels=_RELS, office=_OFFICE) if "{rels}" in text else text
            for name, text in _WORKBOOK_PARTS.items()
        },
        "xl/workbook.xml": (
            f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">{workbook}<sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f"{_RELS}{related}{styles}{strings}</Relationships>",
        **{
            f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}">{inner}</worksheet>'
            for n, inner in enumerate(sheets.values(), start=1)
        },
    }


def sheet_data(rows: Sequence[Sequence[object]], *, first: int = 1, column: int = 0) -> str:
    """<sheetData> with text inline; None leaves a cell out, a row of none is left out too."""
    lines = []
    for number, row in enumerate(rows, start=first):
        cells = [
            _cell(f"{chr(65 + column + place)}{number}", value) for place, value in enumerate(row) if value is not None
        ]
        if cells:
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<sheetData>{''.join(lines)}</sheetData>"


def _cell(place: str, value: object) -> str:
    if isinstance(value, str):
        return value if value.startswith("<c ") else f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def write_parts(path: Path, parts: Mapping[str, str | bytes]) -> None:
    """A zip file of these parts."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def write_xlsx(path: Path, rows: int = 40) -> None:
    """Ships by name on one sheet, storms by year on another."""
    ships = [("Name", "Year", "Captain"), *((f"Ship {n}", 1870 + n, f"Okafor, M. {n}") for n in range(1, rows + 1))]
    storms = [TABLE[0], *((row[0], int(row[1]), int(row[2])) for row in TABLE[1:])]
    write_parts(path, workbook_xml({"Ships": sheet_data(ships), "Storms": sheet_data(storms)}))


def write_jsonl(path: Path, rows: int = 40) -> None:
    """Two texts with titles, then ships as records of fields."""
    texts = [{"_id": "a1", "title": "The lamp", "text": PROSE}, {"title": "Ships", "text": "the Amity\n\nthe Bounty"}]
    ships = [
        {"Name": f"Ship {n}", "Year": 1870 + n, "Crew": {"Captain": f"Okafor, M. {n}"}} for n in range(1, rows + 1)
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in [*texts, *ships]), encoding="utf-8")


WRITERS: dict[Format, Callable[[Path], None]] = {
    Format.PDF: write_pdf,
    Format.DOCX: write_docx,
    Format.PPTX: write_pptx,
    Format.CSV: write_csv,
    Format.HTML: write_html,
    Format.MARKDOWN: write_markdown,
    Format.TEXT: write_text,
    Format.EML: write_eml,
    Format.XLSX: write_xlsx,
    Format.JSONL: write_jsonl,
}
SENTENCE: dict[Format, str] = {
    Format.PDF: "Its lamp could be seen from twenty miles away on a clear night.",
    Format.DOCX: "Its lamp could be seen from twenty miles away on a clear night.",
    Format.PPTX: "Its lamp could be seen from twenty miles away on a clear night.",
    Format.CSV: "Name: Ship 7; Year: 1877; Captain: Okafor, M. 7",
    **dict.fromkeys((Format.HTML, Format.MARKDOWN, Format.TEXT, Format.EML), PROSE.split(". ")[1] + "."),
    Format.XLSX: "Name: Ship 7; Year: 1877; Captain: Okafor, M. 7",
    Format.JSONL: "Name: Ship 7; Year: 1877; Crew.Captain: Okafor, M. 7",
}
