"""Names of WordprocessingML (ECMA-376 part 1, 17), and how its values are read."""

from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any

from docqa.parsing.office.names import ALTERNATE, chosen

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
VAL = f"{{{_W}}}val"
_OFF = frozenset({"0", "false", "off"})


@cache
def w(name: str) -> str:
    """A name of the main namespace, as lxml spells it."""
    return f"{{{_W}}}{name}"


TRANSPARENT = frozenset(map(w, ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "bdo", "dir", "subDoc")))
"""Elements that hold text as if they were not there; what is deleted or moved away is not among them."""


def value(element: Any, default: str = "") -> str:
    """The w:val of an element that may be missing."""
    return default if element is None else element.get(VAL, default)


def number(element: Any) -> int | None:
    """The w:val as a whole number; None where there is none."""
    text = value(element)
    return int(text) if text.lstrip("-").isdigit() and len(text) < 10 else None


def is_on(element: Any) -> bool:
    """A switch: on by being there, unless its value says otherwise."""
    return element is not None and element.get(VAL, "1").lower() not in _OFF


def walk(container: Any, wanted: Collection[str], enters: Callable[[str], bool]) -> Iterator[Any]:
    """Elements of the wanted tags in document order; below others only where `enters` says so. Without recursion."""
    stack = [iter(container)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        tag = element.tag
        if tag in wanted:
            yield element
        elif tag == ALTERNATE:
            branch = chosen(element)
            if branch is not None:
                stack.append(iter(branch))
        elif isinstance(tag, str) and enters(tag):
            stack.append(iter(element))


def story(container: Any) -> Iterator[Any]:
    """The paragraphs and tables of a body, cell or text box in order, also those inside content controls."""
    return walk(container, _STORY, TRANSPARENT.__contains__)


_STORY = frozenset({w("p"), w("tbl")})
