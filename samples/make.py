"""Writes the sample documents anew: `python -m samples.make`. They are committed; this shows where they come from."""

import csv
import json
from datetime import date, datetime
from pathlib import Path

import docx
import openpyxl
import pptx
import pymupdf
from openpyxl.comments import Comment
from openpyxl.styles import Font
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from samples import handbook, texts

FOLDER = Path(__file__).parent / "documents"
PAGE = pymupdf.paper_rect("a4")
STYLE = "h1 {font-size: 18pt; font-weight: bold} p {font-size: 11pt; line-height: 1.4; margin-top: 9pt}"


def write_pdf(path: Path) -> None:
    """One section a page, with a running header and a page number, and an outline."""
    document = pymupdf.open()
    for number, (heading, paragraphs) in enumerate(handbook.SECTIONS, start=1):
        page = document.new_page(width=PAGE.width, height=PAGE.height)
        page.insert_text((72, 40), handbook.TITLE, fontsize=8, color=(0.4, 0.4, 0.4))
        page.insert_text((PAGE.width / 2, PAGE.height - 36), str(number), fontsize=8, color=(0.4, 0.4, 0.4))
        text = f"<h1>{heading}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        page.insert_htmlbox(pymupdf.Rect(72, 64, PAGE.width - 72, PAGE.height - 64), text, css=STYLE)
    document.set_toc([[1, heading, number] for number, (heading, _) in enumerate(handbook.SECTIONS, start=1)])
    document.set_metadata({"title": handbook.TITLE, "author": "Halden Ferries"})
    document.subset_fonts()
    document.save(path, garbage=4, deflate=True, no_new_id=True)


def write_docx(path: Path) -> None:
    """The travel policy: headings, a list and a table."""
    document = docx.Document()
    document.add_heading("Travel Policy", 0)
    document.add_paragraph(
        "This policy applies to everybody who travels for Halden Ferries ashore. It came into force on 1 March 2025 and "
        "replaces the policy of 2019."
    )
    document.add_heading("Booking", 1)
    document.add_paragraph(
        "Trips are booked through the office of Marit Aune at least ten days before departure. Trains are preferred for "
        "every journey of less than six hours."
    )
    for rule in (
        "Flights are booked in economy class.",
        "A hotel may cost up to 1,450 crowns a night.",
        "Taxis need a reason, which is written on the receipt.",
    ):
        document.add_paragraph(rule, style="List Bullet")
    document.add_heading("Daily allowance", 1)
    document.add_paragraph("The allowance covers meals and small expenses. It is paid with the next wages.")
    table = document.add_table(rows=1, cols=3)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text, table.rows[0].cells[2].text = "Country", "Day", "Night"
    for row in (
        ("Norway", "634 crowns", "435 crowns"),
        ("Denmark", "712 crowns", "490 crowns"),
        ("Germany", "690 crowns", "520 crowns"),
    ):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_heading("Expense claims", 1)
    document.add_paragraph(
        "Claims are handed in within 30 days after the journey. Receipts are photographed with the app; paper receipts are "
        "not kept. Claims above 25,000 crowns are approved by the finance director, Henrik Dahl."
    )
    document.save(str(path))


def write_pptx(path: Path) -> None:
    """The quarterly review: bullets, a table, a chart and speaker notes."""
    deck = pptx.Presentation()
    title = deck.slides.add_slide(deck.slide_layouts[0])
    title.shapes.title.text = "Third Quarter Review"
    title.placeholders[1].text = "Halden Ferries, October 2025"
    bullets = deck.slides.add_slide(deck.slide_layouts[1])
    bullets.shapes.title.text = "What went well"
    frame = bullets.placeholders[1].text_frame
    frame.text = "Punctuality rose to 97.2 percent, the best quarter since 2016."
    frame.add_paragraph().text = "The new quay at Ytre Vær opened on 14 August."
    frame.add_paragraph().text = "Customer complaints fell from 61 to 38."
    bullets.notes_slide.notes_text_frame.text = "Thank the quay builders of Brødrene Strand by name."
    chart_slide = deck.slides.add_slide(deck.slide_layouts[5])
    chart_slide.shapes.title.text = "Passengers by route"
    data = CategoryChartData()
    data.categories = ["July", "August", "September"]
    data.add_series("Inner route", (61200, 58400, 40100))
    data.add_series("Outer route", (28900, 30500, 17800))
    chart_slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1.8), Inches(8), Inches(4.5), data)
    plan = deck.slides.add_slide(deck.slide_layouts[5])
    plan.shapes.title.text = "Plan for the fourth quarter"
    rows = (
        ("Task", "Owner", "Until"),
        ("Dock the Lomvi", "Chief engineer", "20 November"),
        ("Winter timetable", "Traffic office", "1 December"),
    )
    table = plan.shapes.add_table(3, 3, Inches(1), Inches(2), Inches(8), Inches(1.5)).table
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    deck.save(str(path))


def write_csv(path: Path) -> None:
    """The stock of the workshop."""
    header = ("Part number", "Name", "Ship", "In stock", "Shelf", "Price in crowns", "Supplier")
    rows = (
        ("HF-1001", "Bow visor seal", "Havsula", 4, "A-03", "18900.00", "Norseal AS"),
        ("HF-1002", "Bow visor seal", "Lomvi", 2, "A-03", "18900.00", "Norseal AS"),
        ("HF-1017", "Fuel pump", "Skarv", 3, "B-11", "7450.50", "Marinteknikk"),
        ("HF-1018", "Fuel pump", "Teist", 1, "B-11", "7450.50", "Marinteknikk"),
        ("HF-1040", "Battery module", "Havsula", 6, "E-01", "212000.00", "Voltfjord"),
        ("HF-1041", "Battery cooling fan", "Havsula", 12, "E-02", "3980.00", "Voltfjord"),
        ("HF-1075", "Rudder bearing", "Alke", 2, "C-07", "26300.00", "Stål & Sjø"),
        ("HF-1102", "Life jacket, adult", "All", 310, "D-01", "649.00", "Trygg Redning"),
        ("HF-1103", "Life jacket, child", "All", 85, "D-02", "529.00", "Trygg Redning"),
        ("HF-1120", "Drencher nozzle", "All", 140, "D-09", "212.00", "Brannvern Nord"),
        ("HF-1166", "Radar magnetron", "Lomvi", 1, "F-04", "41750.00", "Sjøradar"),
        ("HF-1190", "Mooring rope 60 m", "All", 9, "G-12", "5860.00", "Tau & Trosse"),
    )
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def write_xlsx(path: Path) -> None:
    """The inspection of the piers: a title, a table with formats, a note, a second table, a hidden column and sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Piers"
    sheet.append(["Inspection of the piers, spring 2025"])
    sheet.merge_cells("A1:H1")
    sheet.append([])
    sheet.append(
        ["Pier", "Municipality", "Inspected on", "Inspector", "Depth in metres", "Repair cost", "Rot", "Ledger code"]
    )
    rows = (
        ("Gåsvik", "Vestøy", date(2025, 3, 11), "Eirik Solem", 4.2, 184500, 0.12, "K-7731"),
        ("Rødskjær", "Vestøy", date(2025, 3, 12), "Eirik Solem", 6.4, 0, 0.01, "K-7732"),
        ("Sandholmen", "Nordfar", date(2025, 3, 18), "Torunn Vik", 3.1, 420000, 0.35, "K-7733"),
        ("Tjuvneset", "Nordfar", date(2025, 3, 19), "Torunn Vik", 5.0, 26750, 0.04, "K-7734"),
        ("Ormøya", "Sørvåg", date(2025, 4, 2), "Eirik Solem", 7.8, 9900, 0.02, "K-7735"),
    )
    for row in rows:
        sheet.append(row)
    for number in range(4, 4 + len(rows)):
        sheet.cell(number, 3).number_format = "d mmmm yyyy"
        sheet.cell(number, 5).number_format = "0.0"
        sheet.cell(number, 6).number_format = '"kr" #,##0'
        sheet.cell(number, 7).number_format = "0%"
    sheet["A6"].comment = Comment("Closed to lorries until the deck is renewed.", "Torunn Vik")
    sheet.column_dimensions["H"].hidden = True
    sheet.append([])
    sheet.append(["Costs are estimates of the divers and hold for one year."])
    sheet.append([])
    sheet.append(["Beacon", "Colour", "Range in miles"])
    for beacon in (("Kobbebåen", "Green", 9), ("Langflua", "Red", 12), ("Storegrunnen", "White", 15)):
        sheet.append(beacon)
    for place in ("A1", *(f"{column}3" for column in "ABCDEFGH"), "A13", "B13", "C13"):
        sheet[place].font = Font(bold=True)
    draft = book.create_sheet("Draft")
    draft.append(["Contractor", "Offer"])
    draft.append(["Fjordbygg", 398000])
    draft.sheet_state = "hidden"
    book.properties.title, book.properties.creator = "Inspection of the piers", "Halden Ferries"
    book.properties.created = datetime(2025, 4, 10)
    book.save(path)


def write_jsonl(path: Path) -> None:
    """Answers to letters: a title, a text and who wrote it, one record a line."""
    records = ({"title": title, "text": text, "answered_by": name} for title, text, name in texts.LETTERS)
    lines = [f"{json.dumps(record, ensure_ascii=False)}\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    write_pdf(FOLDER / "crew-handbook.pdf")
    write_docx(FOLDER / "travel-policy.docx")
    write_pptx(FOLDER / "quarterly-review.pptx")
    write_csv(FOLDER / "workshop-stock.csv")
    for name, text in (
        ("travel-notices.html", texts.NOTICES),
        ("battery-care.md", texts.BATTERIES),
        ("council-minutes.txt", texts.MINUTES),
        ("landing-closed.eml", texts.MAIL),
    ):
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
    write_xlsx(FOLDER / "pier-inspections.xlsx")
    write_jsonl(FOLDER / "letters.jsonl")


if __name__ == "__main__":
    main()
