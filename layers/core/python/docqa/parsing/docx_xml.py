"""WordprocessingML read directly: what python-docx leaves out (content controls, text boxes, insertions, equations)."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

_TRANSPARENT = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "AlternateContent", "Choice"})
_SKIPPED = frozenset({"del", "moveFrom", "pPr", "rPr", "Fallback", "txbxContent", "instrText", "delText", "sdtPr"})
_SPACE_MARKS = frozenset({"tab", "ptab", "br", "cr"})
_VISIBLE = _SPACE_MARKS | {"t", "noBreakHyphen"}  # w:t, and m:t of equations


def local_name(element: Any) -> str:
    """Tag without namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _walk(container: Any, wanted: Collection[str], enters: Callable[[str], bool]) -> Iterator[Any]:
    """Elements of the wanted names in document order; below others only where `enters` says so. Without recursion."""
    stack = [iter(container)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        name = local_name(element)
        if name in wanted:
            yield element
        elif enters(name):
            stack.append(iter(element))


def story(container: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body, cell or text box in order, also those inside content controls."""
    return _walk(container, ("p", "tbl"), _TRANSPARENT.__contains__)


def inner_paragraphs(cell: Any) -> Iterator[Any]:
    """The paragraphs of a cell itself, not those of tables inside it."""
    return (element for element in story(cell) if local_name(element) == "p")


def paragraph_text(paragraph: Any) -> str:
    """Visible text of a paragraph: deletions, field codes and text boxes left out; tabs and breaks as spaces."""
    parts = [_visible(element) for element in _walk(paragraph, _VISIBLE, lambda name: name not in _SKIPPED)]
    return " ".join("".join(parts).replace("\u00ad", "").split())


def text_box_contents(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph, each once (Word stores a second form for old readers)."""
    return _walk(paragraph, ("txbxContent",), lambda name: name not in ("Fallback", "del", "moveFrom"))


def _visible(element: Any) -> str:
    name = local_name(element)
    if name in _SPACE_MARKS:
        return " "
    return "-" if name == "noBreakHyphen" else element.text or ""
