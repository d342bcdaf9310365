"""Speaker's notes and comments of a slide."""

from collections.abc import Iterator
from typing import Any

from docqa.parsing.office.package import Package
from docqa.parsing.office.text import Line, Noticing
from docqa.parsing.pptx.shapes import A, P, Shape, ShapeReader
from docqa.parsing.pptx.text import paragraphs

_FURNITURE = frozenset({"sldImg", "hdr", "ftr", "dt", "sldNum"})


def notes(package: Package, slide: str, noticing: Noticing) -> Iterator[Line]:
    """The paragraphs of a slide's notes page."""
    for part in package.of_kind(slide, "notesSlide"):
        root = package.root(part, "notes", pages=noticing.pages)
        tree = root.find(f"{P}cSld/{P}spTree") if root is not None else None
        for shape in ShapeReader([]).shapes(tree):
            for one in shape.flat():
                if one.placeholder is None or one.placeholder.type not in _FURNITURE:
                    yield from _lines(package, part, one, noticing)


def _lines(package: Package, part: str, shape: Shape, noticing: Noticing) -> Iterator[Line]:
    body = shape.element.find(f"{P}txBody")
    for paragraph in paragraphs(body, None, [], package.relations(part)) if body is not None else ():
        line = noticing.line(paragraph.runs).after(paragraph.label)
        if line.text:
            yield line


def authors(package: Package, main: str) -> dict[str, str]:
    """Names of those who comment, by id, in the old form and in that of 2021."""
    found: dict[str, str] = {}
    for part in package.of_kind(main, "commentAuthors", "authors"):
        root = package.root(part, "authors of comments")
        for element in root.iterchildren("{*}cmAuthor", "{*}author") if root is not None else ():
            found[element.get("id", "")] = " ".join(element.get("name", "").split())
    return found


def comments(package: Package, slide: str, names: dict[str, str], noticing: Noticing) -> Iterator[Line]:
    """The comments on a slide with their authors, answers behind what they answer."""
    for part in package.of_kind(slide, "comments"):
        root = package.root(part, "comments", pages=noticing.pages)
        for element in root.iter("{*}cm", "{*}reply") if root is not None else ():
            text = " ".join(_text(element).split())
            name = names.get(element.get("authorId", ""), "")
            if text:
                yield Line(f"{name}: {text}" if name else text)


def _text(comment: Any) -> str:
    plain = comment.findtext(f"{P}text")
    if plain is not None:
        return str(plain)
    body = comment.find("{*}txBody")
    lines = body.iter(f"{A}p") if body is not None else ()
    return " ".join("".join(run.text or "" for run in line.iter(f"{A}t")) for line in lines)
