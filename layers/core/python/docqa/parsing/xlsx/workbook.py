"""A workbook's parts: its sheets in order, its styles, what stands beside the cells, what is not read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any

from docqa.core.errors import CorruptFile
from docqa.parsing.office.metadata import notice_passengers
from docqa.parsing.office.package import Package
from docqa.parsing.office.text import safe_url
from docqa.parsing.xlsx.rows import area, string_text
from docqa.parsing.xlsx.styles import Style, styles

_MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")
_OUTSIDE = ("externalLink", "externalLinkPath", "connections", "queryTable")
_MAX_LINKED_CELLS = 1_000
_THREAD_NOTICE = re.compile(r"^\s*\[Threaded comment\]")


@dataclass(frozen=True)
class Sheet:
    """A worksheet. `hidden`: not among the tabs."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Note:
    """A comment on a cell such as "B7"."""

    cell: str
    author: str | None
    text: str


@dataclass
class Workbook:
    """An open workbook. Raises CorruptFile where its main part cannot be read."""

    package: Package
    part: str = field(init=False)
    root: Any = field(init=False)

    def __post_init__(self) -> None:
        self.part = self.package.main()
        self.root = self.package.required(self.part)

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The worksheets that are there, in the order of their tabs."""
        relations = self.package.relations(self.part)
        found: list[Sheet] = []
        for element in self.root.iterfind("{*}sheets/{*}sheet"):
            relation = relations.get(_relation_id(element))
            if relation and relation.kind == "worksheet" and relation.target and self.package.has(relation.target):
                name = " ".join(element.get("name", "").split()) or f"Sheet {len(found) + 1}"
                found.append(Sheet(name, relation.target, element.get("state", "visible") != "visible"))
        return tuple(found)

    def notice_unread(self) -> None:
        """Warn of what a workbook holds besides sheets of cells."""
        relations = self.package.relations(self.part)
        notice_passengers(self.package, self.part)
        for element in self.root.iterfind("{*}sheets/{*}sheet"):
            relation = relations.get(_relation_id(element))
            if relation is None or (relation.kind == "worksheet" and not self.package.has(relation.target or "")):
                self.package.notice("part_unreadable", "a sheet")
            elif relation.kind == "chartsheet":
                self.package.notice("part_unreadable", "a sheet that is a chart")
            elif relation.kind in _MACRO_SHEETS and relation.kind != "xlMacrosheet":
                self.package.notice("active_content")
            elif relation.kind == "dialogsheet":
                self.package.notice("part_unreadable", "a sheet that is a dialog")
        if any(relation.kind in _OUTSIDE and relation.url is None for relation in relations.values()):
            self.package.notice("external_content")
        for sheet in self.sheets:
            notice_passengers(self.package, sheet.part)

    @cached_property
    def from_1904(self) -> bool:
        properties = self.root.find("{*}workbookPr")
        return properties is not None and properties.get("date1904", "0") in ("1", "true")

    @cached_property
    def styles(self) -> list[Style]:
        found = self.package.of_kind(self.part, "styles")
        root = self.package.optional(found[0], "styles") if found else None
        return styles(root, from_1904=self.from_1904)

    def open_sheet(self, sheet: Sheet) -> IO[bytes]:
        return self.package.archive.open(self.package.names[sheet.part.lower()])

    def open_strings(self) -> IO[bytes] | None:
        for name in self.package.of_kind(self.part, "sharedStrings"):
            if self.package.has(name):
                return self.package.archive.open(self.package.names[name.lower()])
        return None

    def notes(self, sheet: Sheet) -> list[Note]:
        """The comments on a sheet's cells; of a thread all its parts."""
        threads = [
            Note(element.get("ref", ""), None, " ".join("".join(element.itertext()).split()))
            for name in self.package.of_kind(sheet.part, "threadedComment")
            for element in _children(self.package.optional(name, "comments"), "{*}threadedComment")
        ]
        notes: list[Note] = []
        for name in self.package.of_kind(sheet.part, "comments"):
            root = self.package.optional(name, "comments")
            authors = [author.text or "" for author in _found(root, "{*}authors/{*}author")]
            notes += [
                note for element in _found(root, "{*}commentList/{*}comment") if (note := _note(element, authors))
            ]
        return [*(note for note in notes if not (threads and _THREAD_NOTICE.match(note.text))), *threads]

    def texts(self, sheet: Sheet) -> list[str]:
        """What stands in text boxes and shapes on a sheet."""
        return [
            text
            for name in self.package.of_kind(sheet.part, "drawing")
            for body in _iterate(self.package.optional(name, "drawings"), "{*}txBody")
            if (text := " ".join(" ".join(_paragraphs(body)).split()))
        ]

    def table_heads(self, sheet: Sheet) -> frozenset[int]:
        """Rows that are the headers of what Excel calls tables."""
        heads: set[int] = set()
        for name in self.package.of_kind(sheet.part, "table"):
            root = self.package.optional(name, "tables")
            place = area(root.get("ref", "")) if root is not None else None
            if place and root.get("headerRowCount", "1") != "0":
                heads.add(place[0])
        return frozenset(heads)

    def links(self, sheet: Sheet, elements: Iterable[Any]) -> dict[tuple[int, int], str]:
        """Addresses by (row, column) from a sheet's hyperlink elements."""
        relations = self.package.relations(sheet.part)
        found: dict[tuple[int, int], str] = {}
        for element in elements:
            relation = relations.get(_relation_id(element))
            url = safe_url(relation.url if relation else None)
            place = area(element.get("ref", ""))
            if url and place and (place[2] - place[0] + 1) * (place[3] - place[1] + 1) <= _MAX_LINKED_CELLS:
                for row in range(place[0], place[2] + 1):
                    found.update({(row, column): url for column in range(place[1], place[3] + 1)})
        return found


def open_workbook(package: Package) -> Workbook:
    """Raises CorruptFile where there is no sheet at all."""
    workbook = Workbook(package)
    if workbook.root.find("{*}sheets") is None:
        raise CorruptFile("The workbook has no sheets.")
    return workbook


def _note(element: Any, authors: list[str]) -> Note | None:
    body = element.find("{*}text")
    text = " ".join(string_text(body).split()) if body is not None else ""
    number = element.get("authorId", "")
    author = authors[int(number)].strip() if number.isdecimal() and int(number) < len(authors) else ""
    text = text.removeprefix(f"{author}:").strip() if author else text
    return Note(element.get("ref", ""), author or None, text) if text else None


def _paragraphs(body: Any) -> list[str]:
    return ["".join(text.text or "" for text in part.iter("{*}t")) for part in body.iterfind("{*}p")]


def _relation_id(element: Any) -> str:
    return next((value for name, value in element.attrib.items() if name.endswith("}id")), "")


def _children(root: Any, name: str) -> Iterable[Any]:
    return root.iterchildren(name) if root is not None else ()


def _found(root: Any, path: str) -> Iterable[Any]:
    return root.iterfind(path) if root is not None else ()


def _iterate(root: Any, name: str) -> Iterable[Any]:
    return root.iter(name) if root is not None else ()
