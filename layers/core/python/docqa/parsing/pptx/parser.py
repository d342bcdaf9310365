"""PPTX, read from its XML: slide by slide, title first, then the shapes as they are read, then notes and comments."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from docqa.core.errors import NoPages, TooManyPages
from docqa.core.models import Block, BlockKind, DocumentPlan, DocumentWarning, Format, PageRange, ParsedRange
from docqa.core.noticed import combined
from docqa.parsing.boundary import reading
from docqa.parsing.office.metadata import metadata, notice_passengers
from docqa.parsing.office.names import R_ID
from docqa.parsing.office.package import Package, opened
from docqa.parsing.pptx.geometry import EMU_PER_POINT, Area
from docqa.parsing.pptx.notes import authors
from docqa.parsing.pptx.shapes import P
from docqa.parsing.pptx.slides import Deck, SlideReader, footer

_SLIDES_PER_RANGE = 50
_USUAL_SIZE = (9_144_000, 6_858_000)  # EMU
_UNNAMED = frozenset({"", "default section", "untitled section", "standardabschnitt", "abschnitt ohne titel"})
_OFF = ("0", "false")


class PptxParser:
    """Parser of presentations; a slide is a page."""

    format: ClassVar[Format] = Format.PPTX
    version: ClassVar[str] = "pptx-2"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """Ranges of up to 50 slides. Raises NoPages, TooManyPages."""
        with reading("a presentation"), opened(path) as package:
            outline = _outline(package)
            count = len(outline.slides)
            if count == 0:
                raise NoPages("The presentation has no slides.")
            if count > max_pages:
                raise TooManyPages(f"The presentation has {count} slides; {max_pages} are allowed.")
            notice_passengers(package, outline.main)
            for number, part in enumerate(outline.slides, start=1):
                if part:
                    notice_passengers(package, part, pages=(number,))
            firsts = range(1, count + 1, _SLIDES_PER_RANGE)
            ranges = (
                PageRange(index=index, first=first, last=min(first + _SLIDES_PER_RANGE - 1, count))
                for index, first in enumerate(firsts)
            )
            return DocumentPlan(
                page_count=count,
                ranges=tuple(ranges),
                metadata=metadata(package),
                warnings=combined(package.noticed),
            )

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile, UnsafeFile."""
        with reading("a presentation"), opened(path) as package:
            outline = _outline(package)
            noticed: list[DocumentWarning] = []
            blocks = list(_blocks(package, outline, pages, noticed))
            warnings = combined([*package.noticed, *noticed])
            return ParsedRange(index=pages.index, blocks=tuple(blocks), warnings=warnings)


@dataclass
class _Outline:
    """The main part, the parts of the slides (None where one is missing), and sections by the slide they begin on."""

    main: str
    root: Any
    slides: list[str | None]
    sections: dict[int, str]


def _outline(package: Package) -> _Outline:
    main = package.main()
    root = package.required(main)
    relations = package.relations(main)
    entries = root.findall(f"{P}sldIdLst/{P}sldId")
    slides = [relations[name].target if (name := entry.get(R_ID, "")) in relations else None for entry in entries]
    numbers = {entry.get("id", ""): number for number, entry in enumerate(entries, start=1)}
    return _Outline(main, root, slides, _sections(root, numbers))


def _sections(root: Any, numbers: dict[str, int]) -> dict[int, str]:
    """Named sections (p14:sectionLst); none where there is only one."""
    found: dict[int, str] = {}
    sections = list(root.iterfind(f"{P}extLst/{P}ext/{{*}}sectionLst/{{*}}section"))
    for section in sections:
        name = " ".join(section.get("name", "").split())
        held = [numbers[entry.get("id", "")] for entry in section.iter("{*}sldId") if entry.get("id", "") in numbers]
        if held and name.casefold() not in _UNNAMED:
            found.setdefault(min(held), name)
    return found if len(sections) > 1 else {}


def _blocks(package: Package, outline: _Outline, pages: PageRange, noticed: list[DocumentWarning]) -> Iterator[Block]:
    names = authors(package, outline.main)
    deck = Deck(package, _size(outline.root), names, title_level=2 if outline.sections else 1)
    before = ""
    if pages.first > 1 and pages.first - 1 not in pages.skip:
        previous = outline.slides[pages.first - 2] if pages.first - 2 < len(outline.slides) else None
        before = footer(_quietly(package, previous))
    for number in range(pages.first, min(pages.last, len(outline.slides)) + 1):
        if number in pages.skip:
            before = ""
            continue
        if number in outline.sections:
            yield Block(kind=BlockKind.HEADING, text=outline.sections[number], page=number, level=1)
        part = outline.slides[number - 1]
        root = package.root(part, None, pages=(number,), code="page_unreadable")
        if root is None or part is None:
            before = ""
            continue
        if root.get("show") in _OFF:
            package.notice("hidden_slide", pages=(number,))
        reader = SlideReader(deck, part, root, number, before)
        yield from reader.blocks()
        noticed.extend(reader.warnings)
        before = footer(root)


def _quietly(package: Package, part: str | None) -> Any:
    """A slide of another range, whose faults are reported there."""
    kept = len(package.noticed)
    root = package.root(part, None, code="page_unreadable")
    del package.noticed[kept:]
    return root


def _size(root: Any) -> Area:
    """The size of the slides in points."""
    found = root.find(f"{P}sldSz")
    sides = [found.get(key, "") if found is not None else "" for key in ("cx", "cy")]
    width, height = (
        int(side) if side.isdigit() and 0 < len(side) < 10 else usual
        for side, usual in zip(sides, _USUAL_SIZE, strict=True)
    )
    return Area(0.0, 0.0, width / EMU_PER_POINT, height / EMU_PER_POINT)
