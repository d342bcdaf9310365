"""WordprocessingML read directly: what python-docx leaves out (content controls, text boxes, insertions, equations)."""

from collections.abc import Iterator
from typing import Any

_TRANSPARENT = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent", "Choice"})
_SKIPPED = frozenset({"del", "moveFrom", "pPr", "rPr", "Fallback", "txbxContent", "instrText", "delText", "sdtPr"})
_SPACE_MARKS = frozenset({"tab", "ptab", "br", "cr"})


def local_name(element: Any) -> str:
    """Tag without namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def story(container: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body, cell or text box in order, also those inside content controls."""
    stack = [iter(container)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        name = local_name(element)
        if name in ("p", "tbl"):
            yield element
        elif name in _TRANSPARENT:
            stack.append(iter(element))


def inner_paragraphs(cell: Any) -> Iterator[Any]:
    """The paragraphs of a cell itself, not those of tables inside it."""
    return (element for element in story(cell) if local_name(element) == "p")


def paragraph_text(paragraph: Any) -> str:
    """Visible text of a paragraph: deletions, field codes and text boxes left out; tabs and breaks as spaces."""
    parts: list[str] = []
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        name = local_name(element)
        if name == "t":  # w:t, and m:t of equations
            parts.append(element.text or "")
        elif name in _SPACE_MARKS:
            parts.append(" ")
        elif name == "noBreakHyphen":
            parts.append("-")
        elif name not in _SKIPPED:
            stack.append(iter(element))
    return " ".join("".join(parts).replace("\u00ad", "").split())


def text_box_contents(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, each once (Word stores a second form for old readers)."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        name = local_name(element)
        if name == "txbxContent":
            yield element
        elif name not in ("Fallback", "del", "moveFrom"):
            stack.append(iter(element))
