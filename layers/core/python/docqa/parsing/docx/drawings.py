"""Pictures, shapes, charts and diagrams in a paragraph (DrawingML, and VML of older files)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.docx.names import w, walk
from docqa.parsing.office.names import R_ID, attribute, local_name

_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_V = "{urn:schemas-microsoft-com:vml}"
_DELETED = frozenset(map(w, ("del", "moveFrom")))
_BOX = w("txbxContent")
_DOC_PR = f"{_WP}docPr"
_CHARTS = (
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
    "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart",
)
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_VML_SHAPES = frozenset({f"{_V}shape", f"{_V}rect", f"{_V}roundrect", f"{_V}oval"})
_WANTED = frozenset({_BOX, _DOC_PR, _DIAGRAM, f"{_V}imagedata", *_CHARTS})
_EMU_PER_INCH = 914_400
_FAR = 22 * _EMU_PER_INCH  # no page of Word is larger
_GENERATED = re.compile(r"(?:Description automatically generated|AI-generated content may be incorrect\.?)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that hangs on a paragraph. `kind`: box, alt, chart, diagram, footnote, endnote, comment.

    `what`: the id of a note, comment or relationship, a picture's description, or the element of a text box. `hidden`:
    why a text box does not show; `background`: its fill, None if it cannot be told. `marked`: a note with a mark of its
    own in place of a number.
    """

    kind: str
    what: Any
    hidden: Hidden | None = None
    background: str | None = None
    marked: bool = False


def drawing(element: Any) -> Iterator[Attached]:
    """What a w:drawing, w:pict or w:object holds, each once (Word stores a second form for old readers)."""
    hidden = _hidden(element)
    described: set[str] = set()
    for found in walk(element, _WANTED, lambda tag: tag not in _DELETED):
        name = found.tag
        if name == _BOX:
            yield Attached("box", found, hidden=hidden or _hidden_shape(found), background=_fill(found))
        elif name == _DOC_PR:
            described.update(_texts(found))
        elif name in _CHARTS:
            yield Attached("chart", found.get(R_ID, ""))
        elif name == _DIAGRAM:
            yield Attached("diagram", attribute(found, "dm") or "")
        elif name == f"{_V}imagedata":
            described.update(_vml_texts(found))
    for text in sorted(described):
        yield Attached("alt", text)


def _texts(properties: Any) -> Iterator[str]:
    """Title and description; a nested picture often repeats those of its frame."""
    for text in (properties.get("title", ""), properties.get("descr", "")):
        if text.strip():
            yield _GENERATED.sub("", " ".join(text.split())).strip() or " ".join(text.split())


def _vml_texts(image: Any) -> Iterator[str]:
    parent = image.getparent()
    text = parent.get("alt", "") if parent is not None else ""
    if text.strip():
        yield " ".join(text.split())


def _hidden(element: Any) -> Hidden | None:
    """A frame that is marked hidden, or placed where no page is."""
    for anchor in element.iterchildren(f"{_WP}anchor"):
        properties = anchor.find(_DOC_PR)
        if anchor.get("hidden") in ("1", "true") or (
            properties is not None and properties.get("hidden") in ("1", "true")
        ):
            return Hidden.INVISIBLE
        if any(_is_far(anchor, name, side) for name, side in (("positionH", "cx"), ("positionV", "cy"))):
            return Hidden.OFF_PAGE
    return None


def _is_far(anchor: Any, name: str, side: str) -> bool:
    """Whether an offset leaves the page, whatever it is measured from: by more than a page, or by more than itself."""
    offset = _whole(anchor.findtext(f"{_WP}{name}/{_WP}posOffset"))
    extent = anchor.find(f"{_WP}extent")
    length = _whole(extent.get(side)) if extent is not None else 0
    relative = anchor.find(f"{_WP}{name}").get("relativeFrom", "") if anchor.find(f"{_WP}{name}") is not None else ""
    margin = 0 if relative == "page" else 2 * _EMU_PER_INCH
    return offset > _FAR or (relative in ("page", "margin", "column") and offset + length + margin <= 0 > offset)


def _whole(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.lstrip("-").isdigit() and len(text) < 12 else 0


def _hidden_shape(box: Any) -> Hidden | None:
    """VML says it in the style of the shape."""
    for parent in box.iterancestors(*_VML_SHAPES):
        if re.search(r"visibility\s*:\s*hidden", parent.get("style", "")):
            return Hidden.INVISIBLE
    return None


def _fill(box: Any) -> str | None:
    """The plain fill of the shape around a text box, as "RRGGBB"."""
    for parent in box.iterancestors():
        if parent.tag in _VML_SHAPES:
            match = re.match(r"#([0-9a-fA-F]{6})\b", parent.get("fillcolor", ""))
            return match.group(1).upper() if match else None
        if local_name(parent) == "wsp":
            colour = parent.find(f"{{*}}spPr/{_A}solidFill/{_A}srgbClr")
            return colour.get("val", "").upper() or None if colour is not None and not len(colour) else None
    return None
