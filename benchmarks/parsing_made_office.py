"""Office files, sheets and web pages made on the spot; each writer gives the label of what it wrote."""

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from benchmarks.parsing_prose import ENGLISH, GERMAN, Author, Grid, Head, Items, Para, Part, markdown

# -- Word ------------------------------------------------------------------------------------------


def write_docx(path: Path, seed: str) -> str:
    """Headings by style, paragraphs with runs of all kinds, lists, tables, links, a control, tracked changes."""
    author = Author(seed, GERMAN if seed.endswith("7") else ENGLISH)
    document = docx.Document()
    parts: list[Part] = [author.heading(1)]
    document.add_heading(parts[0].text, level=1)  # type: ignore[union-attr]
    for _ in range(3):
        parts += _docx_section(document, author)
    document.save(str(path))
    return markdown(parts)


def _docx_section(document: Any, author: Author) -> list[Part]:
    head, opening = author.heading(2), author.para()
    document.add_heading(head.text, level=2)
    _runs(document.add_paragraph(), opening.text, author)
    parts: list[Part] = [head, opening]
    for kind in author.dice.sample(("list", "table", "plain", "link", "control", "changes", "deep"), 3):
        match kind:
            case "list":
                items = author.items(ordered=author.dice.random() < 0.5)
                for text in items.texts:
                    document.add_paragraph(text, style="List Number" if items.ordered else "List Bullet")
                # Word goes on counting where a list of the same style stood before: bullets, to be sure of the label
                parts.append(Items(items.texts))
                if items.ordered:
                    _bulleted(document, len(items.texts))
            case "table":
                grid = author.grid(wordy=author.dice.random() < 0.5)
                parts += [_docx_table(document, grid, author)]
            case "link":
                para = author.para((1, 1))
                _link(document.add_paragraph("See "), para.text)
                parts.append(Para(f"See {para.text}"))
            case "control":
                para = author.para((1, 2))
                _control(document, para.text)
                parts.append(para)
            case "changes":
                kept, gone = author.sentence(), author.sentence()
                _changes(document.add_paragraph(), kept, gone)
                parts.append(Para(f"Note: {kept}"))
            case "deep":
                head = author.heading(3)
                document.add_heading(head.text, level=3)
                parts.append(head)
        para = author.para()
        _runs(document.add_paragraph(), para.text, author)
        parts.append(para)
    return parts


def _bulleted(document: Any, count: int) -> None:
    for paragraph in document.paragraphs[-count:]:
        paragraph.style = "List Bullet"


def _runs(paragraph: Any, text: str, author: Author) -> None:
    """A text in several runs, as Word leaves it after editing: cut anywhere, some bold or slanted."""
    while text:
        end = author.dice.randint(3, 60)
        run = paragraph.add_run(text[:end])
        run.bold, run.italic = author.dice.random() < 0.1 or None, author.dice.random() < 0.1 or None
        text = text[end:]


def _docx_table(document: Any, grid: Grid, author: Author) -> Grid:
    """A table; one of three has a cell merged over the last two columns of its last row."""
    rows = [list(row) for row in grid.rows]
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    if author.dice.random() < 0.34 and len(rows[0]) > 2:
        rows[-1][-2:] = ["no data before 1990", ""]
        table.cell(len(rows) - 1, len(rows[0]) - 2).merge(table.cell(len(rows) - 1, len(rows[0]) - 1))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text:
                table.cell(r, c).text = text
    return Grid(tuple(map(tuple, rows)))


def _link(paragraph: Any, text: str) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    relation = paragraph.part.relate_to("https://lights.example/report", kind, is_external=True)
    namespaces = nsdecls("w", "r")
    paragraph._p.append(
        parse_xml(f'<w:hyperlink {namespaces} r:id="{relation}"><w:r><w:t>{escape(text)}</w:t></w:r></w:hyperlink>')
    )


def _control(document: Any, text: str) -> None:
    xml = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def _changes(paragraph: Any, kept: str, gone: str) -> None:
    paragraph.add_run("Note: ")
    told = f'{nsdecls("w")} w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"'
    paragraph._p.append(parse_xml(f"<w:del {told}><w:r><w:delText>{escape(gone)}</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {told}><w:r><w:t>{escape(kept)}</w:t></w:r></w:ins>"))


# -- PowerPoint ------------------------------------------------------------------------------------


def write_pptx(path: Path, seed: str) -> str:
    """Slides with bullets, two columns of text, tables, a chart, groups; shapes were not made in reading order."""
    author = Author(seed)
    deck = pptx.Presentation()
    parts: list[Part] = []
    for kind in author.dice.sample(("bullets", "columns", "table", "chart", "group", "bullets"), 5):
        head = author.heading(1)
        parts.append(head)
        parts += {
            "bullets": _bullet_slide,
            "columns": _column_slide,
            "table": _table_slide,
            "chart": _chart_slide,
            "group": _group_slide,
        }[kind](deck, author, head.text)
    deck.save(str(path))
    return markdown(parts)


def _bullet_slide(deck: Any, author: Author, title: str) -> list[Part]:
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = title
    items = author.items()
    slide.placeholders[1].text = "\n".join(items.texts)
    slide.placeholders[1].text_frame.paragraphs[-1].level = 1
    return [items]


def _titled(deck: Any, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = title
    return slide


def _box(shapes: Any, text: str, left: float, top: float) -> None:
    box = shapes.add_textbox(Inches(left), Inches(top), Inches(4), Inches(2))
    box.text_frame.word_wrap = True
    box.text_frame.text = text


def _column_slide(deck: Any, author: Author, title: str) -> list[Part]:
    slide = _titled(deck, title)
    left, right, below = (author.para((1, 2)) for _ in range(3))
    _box(slide.shapes, below.text, 0.5, 5.5)
    _box(slide.shapes, right.text, 5, 2)
    _box(slide.shapes, left.text, 0.5, 2)
    return [left, right, below]


def _table_slide(deck: Any, author: Author, title: str) -> list[Part]:
    slide = _titled(deck, title)
    grid, above = author.grid(), author.para((1, 1))
    frame = slide.shapes.add_table(len(grid.rows), len(grid.rows[0]), Inches(1), Inches(3), Inches(8), Inches(2))
    for r, row in enumerate(grid.rows):
        for c, text in enumerate(row):
            frame.table.cell(r, c).text = text
    _box(slide.shapes, above.text, 1, 1.6)
    return [above, grid]


def _chart_slide(deck: Any, author: Author, title: str) -> list[Part]:
    slide = _titled(deck, title)
    data = CategoryChartData()
    years = [str(2015 + n) for n in range(4)]
    data.categories = years
    series = {name: [author.dice.randint(10, 999) for _ in years] for name in ("Visits", "Outages")}
    for name, values in series.items():
        data.add_series(name, values)
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(4), data)
    rows = [
        ("Category", *series),
        *((year, *(str(series[name][n]) for name in series)) for n, year in enumerate(years)),
    ]
    return [Grid(tuple(rows))]


def _group_slide(deck: Any, author: Author, title: str) -> list[Part]:
    slide = _titled(deck, title)
    first, second, third = (author.para((1, 1)) for _ in range(3))
    _box(slide.shapes, third.text, 0.5, 5)
    group = slide.shapes.add_group_shape()
    _box(group.shapes, first.text, 0.5, 1.8)
    _box(group.shapes, second.text, 5, 1.8)
    return [first, second, third]


# -- sheets ----------------------------------------------------------------------------------------

_DIALECTS: Sequence[tuple[str, str, str, int]] = (
    # encoding, delimiter, line end, csv's quoting
    ("utf-8", ",", "\n", csv.QUOTE_MINIMAL),
    ("utf-8-sig", ";", "\r\n", csv.QUOTE_MINIMAL),
    ("cp1252", ";", "\r\n", csv.QUOTE_MINIMAL),
    ("utf-16", "\t", "\r\n", csv.QUOTE_MINIMAL),
    ("utf-8", "|", "\n", csv.QUOTE_ALL),
    ("utf-8", "\t", "\n", csv.QUOTE_MINIMAL),
    ("latin-1", ",", "\r\n", csv.QUOTE_NONNUMERIC),
    ("utf-8", ",", "\r", csv.QUOTE_ALL),
)


def write_csv(path: Path, seed: str) -> str:
    """A table in one of several dialects, with quoted delimiters, quotes and line breaks in cells, and empty cells."""
    author = Author(seed)
    encoding, delimiter, end, quoting = _DIALECTS[int(seed.rpartition("-")[2]) % len(_DIALECTS)]
    rows = _records(author, author.dice.randint(20, 60))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    path.write_bytes(buffer.getvalue().encode(encoding))
    return markdown([Grid(tuple(tuple(" ".join(cell.split()) for cell in row) for row in rows))])


def _records(author: Author, count: int) -> list[tuple[str, ...]]:
    dice = author.dice
    rows: list[tuple[str, ...]] = [("No.", "Station", "Inspected", "Remark", "Größe in m", "Open")]
    for number in range(1, count + 1):
        remark = dice.choice(
            ("", author.sentence(), 'the "old" lamp', "none; see above, p. 4", "two\nlines | of it", "café")
        )
        date = f"20{dice.randint(10, 25)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        station = f"{dice.choice(('Cape', 'Port', 'Skerry'))} {chr(65 + number % 26)}{number}"
        rows.append((str(number), station, date, remark, f"{dice.uniform(1, 90):.2f}", dice.choice(("yes", "no", ""))))
    return rows


def write_xlsx(path: Path, seed: str) -> str:
    """Two sheets, the second with numbers as numbers."""
    author = Author(seed)
    book = openpyxl.Workbook()
    parts: list[Part] = []
    for name, rows in (("Stations", _records(author, 25)), ("Figures", _figures(author, 20))):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        shown = (tuple("" if cell is None else " ".join(str(cell).split()) for cell in row) for row in rows)
        parts += [Head(2, name), Grid(tuple(shown))]
    del book["Sheet"]
    book.save(path)
    return markdown(parts)


def _figures(author: Author, count: int) -> list[tuple[Any, ...]]:
    dice = author.dice
    names = ("Year", "Visits", "Rate", "Class")
    body = [(1990 + n, dice.randint(0, 99_999), dice.randint(1, 9999) / 100, dice.choice("ABC")) for n in range(count)]
    return [names, *body]


# -- web pages -------------------------------------------------------------------------------------


def write_html(path: Path, seed: str) -> str:
    """A page with styles, a script, a hidden part and comments around the text."""
    author = Author(seed)
    parts: list[Part] = [author.heading(1), author.para()]
    for _ in range(3):
        parts += [
            author.heading(2),
            author.para(),
            author.items(ordered=author.dice.random() < 0.5),
            author.para(),
            author.grid(),
        ]
    hidden = f'<div style="display:none">{author.sentence()}</div><!-- {author.sentence()} -->'
    head = "<meta charset='utf-8'><title>Lights</title><style>p {color: #333}</style>"
    head += "<script>var hidden = 'not shown';</script>"
    body = html_body(parts).replace("</h1>", f"</h1>{hidden}", 1)
    path.write_text(
        f"<!DOCTYPE html>\n<html lang='en'><head>{head}</head><body>\n{body}</body></html>\n", encoding="utf-8"
    )
    return markdown(parts)


def html_body(parts: Iterable[Part]) -> str:
    return "\n".join(map(_html, parts)) + "\n"


def _html(part: Part) -> str:
    match part:
        case Head(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Para(text):
            return f"<p>{escape(text)}</p>"
        case Items(texts, ordered):
            tag = "ol" if ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</{tag}>"
        case Grid(rows):
            head = "".join(f"<th>{escape(cell)}</th>" for cell in rows[0])
            body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows[1:])
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    raise ValueError(part)
