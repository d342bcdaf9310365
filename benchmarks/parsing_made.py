"""Documents made on the spot, whose label is what they were made from. The same content every time.

PDFs differ in columns, type, rules, furniture, hyphenation and in how text is put on the page; Office files, sheets and
web pages in what their formats offer. Nothing here knows a parser.
"""

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pymupdf

from benchmarks import parsing_made_office as office
from benchmarks.parsing_cases import Case
from benchmarks.parsing_prose import CHINESE, ENGLISH, GERMAN, Author, Head, Items, Language, Para, Part, markdown
from benchmarks.parsing_typeset import Style, typeset

_SANS = {"font": "helv", "bold": "hebo"}
_STYLES: dict[str, tuple[Style, Language]] = {
    "report": (Style(running="Annual report on navigation", number="Page {} of {}"), ENGLISH),
    "report-sans": (Style(font="helv", bold="hebo", rules="some", number="{}", bullet="-", size=9.5), ENGLISH),
    "report-words": (
        Style(font="helv", bold="hebo", put="words", rules="none", running="Draft for consultation"),
        ENGLISH,
    ),
    "report-pieces": (Style(put="pieces", rules="shades", number="- {} -", paragraphs="indent"), ENGLISH),
    "report-numbered": (
        Style(heads="numbered", rules="some", running="Harbour statistics", number="{}", outline=True),
        ENGLISH,
    ),
    "report-bold": (Style(heads="bold", size=11, leading=1.15, rules="all", bullet="*"), ENGLISH),
    "report-narrow": (Style(margin=130, hyphenated=True, justified=True, number="{}"), ENGLISH),
    "report-rotated": (Style(rotated=True, rules="all", number="{}"), ENGLISH),
    "report-letter": (Style(page=(612, 792), font="cour", bold="cobo", size=9, leading=1.4, rules="none"), ENGLISH),
    "paper": (
        Style(
            columns=2,
            size=9,
            hyphenated=True,
            justified=True,
            paragraphs="indent",
            rules="some",
            number="{}",
            running="Journal of Lights, vol. 12",
        ),
        ENGLISH,
    ),
    "paper-ragged": (Style(columns=2, size=9.5, font="helv", bold="hebo", rules="all", number="{} / {}"), ENGLISH),
    "paper-numbered": (Style(columns=2, size=9, heads="numbered", justified=True, put="words", rules="none"), ENGLISH),
    "paper-bold": (
        Style(columns=2, size=9, heads="bold", paragraphs="indent", rules="shades", hyphenated=True),
        ENGLISH,
    ),
    "newsletter": (
        Style(columns=3, size=8.5, margin=40, hyphenated=True, font="helv", bold="hebo", rules="some"),
        ENGLISH,
    ),
    "bericht": (Style(hyphenated=True, justified=True, running="Jahresbericht", number="Seite {}"), GERMAN),
    "bericht-spalten": (Style(columns=2, size=9, hyphenated=True, justified=True, rules="some", number="{}"), GERMAN),
    "baogao": (Style(font="cjk", bold="cjk", put="lines", rules="all", number="{}"), CHINESE),
    "baogao-lan": (Style(font="cjk", bold="cjk", columns=2, size=9, rules="some"), CHINESE),
}
_OFFICE: dict[str, tuple[Callable[[Path, str], str], int]] = {
    "docx": (office.write_docx, 8),
    "pptx": (office.write_pptx, 6),
    "csv": (office.write_csv, 8),
    "xlsx": (office.write_xlsx, 4),
    "html": (office.write_html, 4),
}


def made(folder: Path, formats: frozenset[str]) -> list[Case]:
    """Write the documents of these formats into a folder."""
    return list(_made(folder, formats))


def _made(folder: Path, formats: frozenset[str]) -> Iterator[Case]:
    if "pdf" in formats:
        for name, (style, language) in _STYLES.items():
            parts = essay(Author(name, language), style)
            data, label = typeset(parts, style, name)
            yield _case(folder / f"{name}.pdf", markdown(label), data)
        for number in range(1, 4):
            parts = [p for p in essay(Author(f"flow-{number}"), Style()) if isinstance(p, Head | Items | Para)]
            parts = [replace(p, note="", mark=0) if isinstance(p, Para) else p for p in parts]
            yield _case(folder / f"flow-{number}.pdf", markdown(parts), flowed(parts, number))
    for format, (write, count) in _OFFICE.items():
        for number in range(1, count + 1 if format in formats else 1):
            path = folder / f"made-{number}.{format}"
            yield _case(path, write(path, f"{format}-{number}"))


def _case(path: Path, label: str, data: bytes | None = None) -> Case:
    if data is not None:
        path.write_bytes(data)
    return Case(path, "made", label, complete=True)


def essay(author: Author, style: Style) -> list[Part]:
    """A title and sections with paragraphs, lists, tables and footnotes: two to four pages."""
    dice = random.Random(f"{author.language.end}{style}")
    parts: list[Part] = [author.heading(1), author.para()]
    for _ in range(dice.randint(3, 5)):
        parts += [author.heading(2), author.para(noted=dice.random() < 0.3)]
        for _ in range(dice.randint(1, 3)):
            kind = dice.random()
            if kind < 0.3:
                parts += [author.para((1, 2)), author.items(ordered=dice.random() < 0.4), author.para()]
            elif kind < 0.6:
                columns = 3 if style.columns > 1 else 0
                parts += [author.para((1, 2)), author.grid(wordy=dice.random() < 0.3, columns=columns), author.para()]
            elif kind < 0.8:
                parts += [author.heading(3), author.para(), author.para()]
            else:
                parts += [author.para(noted=dice.random() < 0.3), author.para()]
    return parts


def flowed(parts: list[Part], number: int) -> bytes:
    """The same by MuPDF's own layout of HTML, as another producer."""
    css = (
        "* {font-family: serif}",
        "* {font-family: sans-serif; font-size: 10px}",
        "p {text-align: justify; margin: 0}",
    )[number - 1]
    story = pymupdf.Story(office.html_body(parts), user_css=css)
    buffer, more = io.BytesIO(), 1
    writer = pymupdf.DocumentWriter(buffer)
    while more:
        device = writer.begin_page(pymupdf.Rect(0, 0, 595, 842))
        more, _ = story.place(pymupdf.Rect(60, 60, 535, 782))
        story.draw(device)
        writer.end_page()
    writer.close()
    with pymupdf.open("pdf", buffer.getvalue()) as document:
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))
