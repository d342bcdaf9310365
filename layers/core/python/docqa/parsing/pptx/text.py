"""The paragraphs of a text body: runs, links, numbers, which of them are items of a list (ECMA-376 part 1, 21.1.2)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.office.math import linear
from docqa.parsing.office.names import ALTERNATE, MATH, R_ID, chosen
from docqa.parsing.office.numerals import numeral
from docqa.parsing.office.package import Relation
from docqa.parsing.office.symbols import as_unicode
from docqa.parsing.office.text import Run, safe_url
from docqa.parsing.pptx.shapes import A, Master, P, Shape

_BULLETS = {f"{A}buNone": "none", f"{A}buChar": "bullet", f"{A}buBlip": "bullet", f"{A}buAutoNum": "number"}
_NUMBERED = re.compile(
    r"(arabic(?:Db)?|alphaLc|alphaUc|romanLc|romanUc|circleNum\w*|ea1\w*?)(Period|ParenR|ParenBoth|Plain|Minus)"
)
_FORMATS = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}
_STYLES = {"title": "titleStyle", "body": "bodyStyle"}
_MATH_HOLDER = "{http://schemas.microsoft.com/office/drawing/2010/main}m"
_MAX_LEVEL = 8
HiddenBy = Callable[[Any, int], Hidden | None]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`label`: its number as shown. `listed`: it has a bullet or a number. `typed`: not all of it are fields."""

    runs: list[Run]
    label: str
    listed: bool
    level: int
    typed: bool


def paragraphs(
    body: Any,
    shape: Shape | None,
    masters: list[Master],
    relations: dict[str, Relation],
    *,
    hidden_by: HiddenBy = lambda properties, level: None,
    url: str | None = None,
) -> Iterator[Paragraph]:
    """`hidden_by`: why a run of these properties and this level does not show. `url`: where the whole shape leads."""
    counts: dict[int, tuple[str, int]] = {}
    for element in body.iterchildren(f"{A}p"):
        properties = element.find(f"{A}pPr")
        level = _level(properties)
        runs, typed = _runs(element, level, relations, hidden_by, url)
        bullet = _bullet(properties, level, body, shape, masters)
        kind = _BULLETS.get(bullet.tag, "none") if bullet is not None else "none"
        label = ""
        if any(run.text.strip() for run in runs):
            label = _counted(counts, level, bullet if kind == "number" else None)
        yield Paragraph(runs, label, kind in ("bullet", "number"), level, typed)


def _level(properties: Any) -> int:
    text = properties.get("lvl", "0") if properties is not None else "0"
    return min(int(text), _MAX_LEVEL) if text.isdigit() and len(text) < 3 else 0


def _runs(
    paragraph: Any, level: int, relations: dict[str, Relation], hidden_by: HiddenBy, url: str | None
) -> tuple[list[Run], bool]:
    runs: list[Run] = []
    typed = False
    for element in paragraph:
        tag = element.tag
        if tag == ALTERNATE:
            branch = chosen(element)
            element = branch[0] if branch is not None and len(branch) else element
            tag = element.tag
        if tag in (f"{A}r", f"{A}fld"):
            properties = element.find(f"{A}rPr")
            text = as_unicode("".join(part.text or "" for part in element.iterchildren(f"{A}t")), _font(properties))
            runs.append(Run(text, _target(properties, relations) or url, hidden_by(properties, level)))
            typed = typed or (tag == f"{A}r" and bool(text.strip()))
        elif tag == f"{A}br":
            runs.append(Run(" "))
        elif tag == _MATH_HOLDER or tag in MATH:
            runs.append(Run(f" {linear(element)} "))
            typed = True
    return runs, typed


def _font(properties: Any) -> str | None:
    """The font that is meant where a symbol font is named."""
    font = properties.find(f"{A}sym") if properties is not None else None
    latin = properties.find(f"{A}latin") if properties is not None else None
    found = latin if latin is not None else font
    return found.get("typeface") if found is not None else None


def _target(properties: Any, relations: dict[str, Relation]) -> str | None:
    link = properties.find(f"{A}hlinkClick") if properties is not None else None
    relation = relations.get(link.get(R_ID, "")) if link is not None else None
    return safe_url(relation.url) if relation else None


def shape_url(shape: Shape, relations: dict[str, Relation]) -> str | None:
    """Where a click on the whole shape leads."""
    return _target(shape.properties, relations)


def level_styles(body: Any, shape: Shape | None, masters: list[Master], level: int) -> Iterator[Any]:
    """The paragraph properties that a level inherits, nearest first: of the shape, its models, the master's styles."""
    name = f"{A}lvl{level + 1}pPr"
    bodies = [body, *(model.find(f"{P}txBody") for model in (shape.models if shape else ()))]
    for one in bodies:
        found = one.find(f"{A}lstStyle/{name}") if one is not None else None
        if found is not None:
            yield found
    if shape is not None and shape.placeholder is not None and masters:
        style = _STYLES.get(shape.placeholder.style, "otherStyle")
        found = masters[-1].root.find(f"{P}txStyles/{P}{style}/{name}")
        if found is not None:
            yield found


def _bullet(properties: Any, level: int, body: Any, shape: Shape | None, masters: list[Master]) -> Any:
    """The nearest word on bullets."""
    for found in (properties, *level_styles(body, shape, masters, level)):
        bullet = next((child for child in found if child.tag in _BULLETS), None) if found is not None else None
        if bullet is not None:
            return bullet
    return None


def _counted(counts: dict[int, tuple[str, int]], level: int, numbered: Any) -> str:
    """The number of a paragraph; numbering goes on while paragraphs of its level have the same kind of number."""
    for deeper in [other for other in counts if other > level]:
        del counts[deeper]
    if numbered is None:
        counts.pop(level, None)
        return ""
    kind, start = numbered.get("type", ""), numbered.get("startAt", "1")
    first = int(start) if start.isdigit() and len(start) < 6 else 1
    before = counts.get(level)
    count = before[1] + 1 if before and before[0] == kind + start else first
    counts[level] = (kind + start, count)
    match = _NUMBERED.fullmatch(kind)
    if not match:
        return f"{count}."
    form, around = match.groups()
    text = numeral(count, "decimalEnclosedCircle" if form.startswith("circle") else _FORMATS.get(form, "decimal"))
    return {"Period": f"{text}.", "ParenR": f"{text})", "ParenBoth": f"({text})", "Minus": f"- {text} -"}.get(
        around, text
    )
