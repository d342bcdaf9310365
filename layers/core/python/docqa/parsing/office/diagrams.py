"""SmartArt: the texts of a diagram in the order of its outline (ECMA-376 part 1, 21.4)."""

from collections.abc import Iterator
from typing import Any

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_NODES = ("node", "asst")
_MAX_NODES = 10_000


def diagram_texts(root: Any) -> list[str]:
    """One text a node that holds any, parents before their children."""
    nodes = {point.get("modelId", ""): point for point in root.iter("{*}pt") if point.get("type", "node") in _NODES}
    children: dict[str, list[tuple[int, str]]] = {}
    placed = set()
    for link in root.iter("{*}cxn"):
        source, target, order = link.get("srcId", ""), link.get("destId", ""), link.get("srcOrd", "0")
        if link.get("type", "parOf") == "parOf" and target in nodes:
            children.setdefault(source, []).append((int(order) if order.isdigit() else 0, target))
            placed.add(target)
    starts = [source for source in children if source not in placed]
    order = dict.fromkeys([*_outline(starts, children), *nodes])
    texts = (_text(nodes[name]) for name in order if name in nodes)
    return [text for text in texts if text]


def _outline(starts: list[str], children: dict[str, list[tuple[int, str]]]) -> Iterator[str]:
    """Depth first, without recursion; circles are cut."""
    stack, seen = list(reversed(starts)), set[str]()
    while stack and len(seen) < _MAX_NODES:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            yield name
            stack.extend(child for _, child in sorted(children.get(name, []), reverse=True))


def _text(point: Any) -> str:
    paragraphs = ("".join(run.text or "" for run in body.iter(f"{_A}t")) for body in point.iter(f"{_A}p"))
    return " ".join(" ".join(paragraphs).split())
