"""Equations (OMML, ECMA-376 part 1, 22.1) as one readable line: "x=(-b±√(b^2-4ac))/(2a)".

After the linear format of Unicode Technical Note 28, with as few brackets as can be.
"""

import re
from collections.abc import Callable
from typing import Any

_SIMPLE = re.compile(r"[^\W_]+(?:[.,]\d+)?|[^\W\d_]", re.UNICODE)
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NO_TEXT = frozenset({"ctrlPr", "rPr", "deg"})
_MAX_DEPTH = 40
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


def linear(element: Any, depth: int = 0) -> str:
    """The text of an equation or of a part of it; what is nested too deep is read without structure."""
    if depth > _MAX_DEPTH:
        return "".join(text.text or "" for text in element.iter(f"{_MATH}t"))
    return "".join(_one(child, depth + 1) for child in element)


def _one(element: Any, depth: int) -> str:
    tag = element.tag
    name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
    if name == "t":
        return element.text or ""
    if name in _NO_TEXT or name.endswith("Pr"):
        return ""
    shape = _SHAPES.get(name)
    return shape(element, depth) if shape else linear(element, depth)


def _part(element: Any, name: str, depth: int) -> str:
    found = element.find(f"{_MATH}{name}")
    return linear(found, depth).strip() if found is not None else ""


def _property(element: Any, name: str, default: str) -> str:
    """The value of a setting such as the sign of a sum; set but empty means none."""
    found = element.find(f"{_MATH}{element.tag.rpartition('}')[2]}Pr/{_MATH}{name}")
    return found.get(f"{_MATH}val", "") if found is not None else default


def _grouped(text: str) -> str:
    return text if len(text) == 1 or _SIMPLE.fullmatch(text) else f"({text})"


def _fraction(element: Any, depth: int) -> str:
    above, below = _part(element, "num", depth), _part(element, "den", depth)
    if _property(element, "type", "bar") == "noBar":
        return f"({above} over {below})"
    return f"{_grouped(above)}/{_grouped(below)}"


def _scripts(element: Any, depth: int) -> str:
    base = _part(element, "e", depth)
    sub, sup = _part(element, "sub", depth), _part(element, "sup", depth)
    return base + _raised("_", sub) + _raised("^", sup)


def _raised(mark: str, text: str) -> str:
    return f"{mark}{_grouped(text)}" if text else ""


def _before(element: Any, depth: int) -> str:
    marks = _raised("_", _part(element, "sub", depth)) + _raised("^", _part(element, "sup", depth))
    return marks + _part(element, "e", depth)


def _root(element: Any, depth: int) -> str:
    degree = _part(element, "deg", depth)
    sign = _ROOTS.get(degree) or f"√[{degree}]"
    return sign + _grouped(_part(element, "e", depth))


def _nary(element: Any, depth: int) -> str:
    limits = _raised("_", _part(element, "sub", depth)) + _raised("^", _part(element, "sup", depth))
    return f"{_property(element, 'chr', '∫')}{limits} {_part(element, 'e', depth)}"


def _brackets(element: Any, depth: int) -> str:
    inner = [linear(part, depth).strip() for part in element.iterchildren(f"{_MATH}e")]
    opening, closing = _property(element, "begChr", "("), _property(element, "endChr", ")")
    return opening + _property(element, "sepChr", "|").join(inner) + closing


def _function(element: Any, depth: int) -> str:
    argument = _part(element, "e", depth)
    return f"{_part(element, 'fName', depth)} {argument}"


def _limit(mark: str) -> Callable[[Any, int], str]:
    return lambda element, depth: _part(element, "e", depth) + _raised(mark, _part(element, "lim", depth))


def _matrix(element: Any, depth: int) -> str:
    rows = (
        ", ".join(linear(cell, depth).strip() for cell in row.iterchildren(f"{_MATH}e"))
        for row in element.iterchildren(f"{_MATH}mr")
    )
    return f"[{'; '.join(rows)}]"


def _lines(element: Any, depth: int) -> str:
    return "; ".join(linear(part, depth).strip() for part in element.iterchildren(f"{_MATH}e"))


def _accent(element: Any, depth: int) -> str:
    base = _part(element, "e", depth)
    mark = _property(element, "chr", "\u0302")
    return base + mark if len(base) == 1 else f"({base}){mark}"


_SHAPES: dict[str, Callable[[Any, int], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _before,
    "rad": _root,
    "nary": _nary,
    "d": _brackets,
    "func": _function,
    "limLow": _limit("_"),
    "limUpp": _limit("^"),
    "m": _matrix,
    "eqArr": _lines,
    "acc": _accent,
}
