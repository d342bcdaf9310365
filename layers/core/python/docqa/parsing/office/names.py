"""Names that Word files and presentations share, and the choice between versions of one content."""

from typing import Any

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
R_ID = f"{{{_R}}}id"
MATH = frozenset({f"{{{_M}}}oMath", f"{{{_M}}}oMathPara"})
ALTERNATE = f"{{{_MC}}}AlternateContent"


def local_name(element: Any) -> str:
    """Tag without namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def chosen(alternate: Any) -> Any:
    """The branch of a choice that a present-day reader takes: the first, the one for old readers if there is no other.

    ECMA-376 part 3, 7.6.
    """
    first = alternate.find(f"{{{_MC}}}Choice")
    return first if first is not None else alternate.find(f"{{{_MC}}}Fallback")


def alike(one: str, other: str) -> bool:
    """Whether two colours ("RRGGBB") cannot be told apart."""
    return all(abs(int(one[i : i + 2], 16) - int(other[i : i + 2], 16)) <= _NEAR for i in (0, 2, 4))


_NEAR = 12  # of 255: colours that differ by less on every channel are one to the eye
