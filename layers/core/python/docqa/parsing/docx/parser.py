"""DOCX, read from its XML: headings, lists with their numbers, tables, notes, text boxes, in document order."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docqa.core.models import Block, BlockKind, DocumentPlan, Format, PageRange, ParsedRange
from docqa.core.noticed import combined
from docqa.parsing.boundary import reading
from docqa.parsing.docx.fields import codes
from docqa.parsing.docx.names import is_on, w
from docqa.parsing.docx.notes import Notes
from docqa.parsing.docx.numbering import Numbering
from docqa.parsing.docx.outline import finished
from docqa.parsing.docx.pieces import Piece
from docqa.parsing.docx.story import Document, Story
from docqa.parsing.docx.styles import Styles
from docqa.parsing.office.metadata import metadata, notice_passengers
from docqa.parsing.office.names import R_ID
from docqa.parsing.office.package import Package, opened
from docqa.parsing.office.text import Noticing

_PASSENGER_PARTS = (
    "header",
    "footer",
    "footnotes",
    "endnotes",
    "comments",
    "settings",
    "webSettings",
    "glossaryDocument",
)
_PAGE_WORDS = re.compile(
    r"[\W\d_]*(?:(?:page|seite|p[áa]gina|pagina|sida|side|strona|of|von|de|sur|di|av|z|no|nr)[\W\d_]*)*", re.IGNORECASE
)
_WHITE = "FFFFFF"


class DocxParser:
    """Parser of Word documents; see the module."""

    format: ClassVar[Format] = Format.DOCX
    version: ClassVar[str] = "docx-2"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range: pages exist only once Word lays the text out."""
        with reading("a Word document"), opened(path) as package:
            main = package.main()
            body = _body(package.required(main))
            styles = _styles(package, main)
            for part in [main, *package.of_kind(main, *_PASSENGER_PARTS)]:
                notice_passengers(package, part)
            reached = codes(body)
            if "active" in reached:
                package.notice("active_content")
            if "external" in reached:
                package.notice("external_content")
            return DocumentPlan(
                page_count=None,
                ranges=(PageRange(index=0, first=1, last=1),),
                metadata=metadata(package, language=styles.language),
                warnings=combined(package.noticed),
            )

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, UnsafeFile."""
        with reading("a Word document"), opened(path) as package:
            document, main, root = _document(package)
            blocks = finished(list(_pieces(document, main, root)))
            noticed = combined([*package.noticed, *document.noticing.warnings])
            return ParsedRange(index=pages.index, blocks=tuple(blocks), warnings=noticed)


def _body(root: Any) -> Any:
    body = root.find(w("body"))
    return root if body is None else body


def _styles(package: Package, main: str) -> Styles:
    parts = package.of_kind(main, "styles")
    return Styles(package.root(parts[0], "styles") if parts else None)


def _document(package: Package) -> tuple[Document, str, Any]:
    main = package.main()
    root = package.required(main)
    styles = _styles(package, main)
    lists = package.of_kind(main, "numbering")
    settings = _settings(package, main)
    noticing = Noticing()
    document = Document(
        package=package,
        styles=styles,
        numbering=Numbering(package.root(lists[0], "numbering") if lists else None, styles),
        notes=Notes(package, main, styles, noticing, settings),
        noticing=noticing,
        page_colour=_page_colour(root, settings),
    )
    return document, main, root


def _settings(package: Package, main: str) -> Any:
    parts = package.of_kind(main, "settings")
    return package.root(parts[0], "settings") if parts else None


def _page_colour(root: Any, settings: Any) -> str:
    """White, unless a colour is set and shown (17.2.1)."""
    background = root.find(w("background"))
    shown = settings is not None and is_on(settings.find(w("displayBackgroundShape")))
    colour = background.get(w("color"), "") if background is not None and shown else ""
    return colour.upper() if re.fullmatch("[0-9A-Fa-f]{6}", colour) else _WHITE


def _pieces(document: Document, main: str, root: Any) -> Iterator[Piece]:
    headers, footers = _running_texts(document, main, root)
    yield from headers
    yield from Story(document, main).pieces(_body(root), document.page_colour)
    for line in document.notes.left_over():
        yield Piece(Block(kind=BlockKind.NOTE, text=line.text, links=line.links))
    yield from footers


def _running_texts(document: Document, main: str, root: Any) -> tuple[list[Piece], list[Piece]]:
    """Page headers and footers that are shown, each text once for the whole document, page numbers left out."""
    seen: set[tuple[str, str]] = set()
    found: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, part in _running_parts(document.package, main, root):
        content = document.package.root(part, kind)
        if content is None:
            continue
        for piece in Story(document, part, running=True).pieces(content, _under(document, content)):
            key = (piece.block.text, str(piece.block.hidden))
            if key not in seen and not _PAGE_WORDS.fullmatch(piece.block.text):
                seen.add(key)
                found[kind == "footer"].append(_as_running(piece))
    return found


def _running_parts(package: Package, main: str, root: Any) -> Iterator[tuple[str, str]]:
    """The header and footer parts that some section shows: first pages and even pages only where they differ."""
    relations = package.relations(main)
    settings = _settings(package, main)
    even = settings is not None and is_on(settings.find(w("evenAndOddHeaders")))
    seen: set[str] = set()
    for section in root.iter(w("sectPr")):
        first = is_on(section.find(w("titlePg")))
        for reference in section.iterchildren(w("headerReference"), w("footerReference")):
            kind = reference.get(w("type"), "default")
            relation = relations.get(reference.get(R_ID, ""))
            shown = (kind == "default") or (kind == "first" and first) or (kind == "even" and even)
            if shown and relation and relation.target and relation.target not in seen:
                seen.add(relation.target)
                yield reference.tag.rpartition("}")[2].removesuffix("Reference"), relation.target


def _under(document: Document, content: Any) -> str | None:
    """The colour under a header; unknown where a picture or shape may lie behind it."""
    drawn = next(content.iter(w("drawing"), w("pict")), None) is not None
    return None if drawn else document.page_colour


def _as_running(piece: Piece) -> Piece:
    """Headings in page headers head nothing."""
    if piece.block.kind is not BlockKind.HEADING:
        return Piece(piece.block)
    return Piece(piece.block.model_copy(update={"kind": BlockKind.PARAGRAPH, "level": None}))
