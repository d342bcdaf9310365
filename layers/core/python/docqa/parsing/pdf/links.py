"""Which words of a PDF page lead where: the addresses of its link rectangles, laid onto lines of text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pymupdf

from docqa.parsing.pdf.lines import Line, Rect, clean

_MAX_LINKS = 2_000
_MAX_URL = 2_000


def page_links(page: Any) -> list[dict[str, Any]]:
    """The links of a page as PyMuPDF gives them, at most _MAX_LINKS."""
    return list(page.get_links()[:_MAX_LINKS])


def addresses(page: Any, links: Sequence[dict[str, Any]]) -> list[tuple[Rect, str]]:
    """(box on the displayed page, address) of the links that lead out of the file by an address."""
    found = []
    for link in links:
        url = str(link.get("uri") or "")
        if link["kind"] == pymupdf.LINK_URI and url and len(url) <= _MAX_URL:
            found.append((tuple(pymupdf.Rect(link["from"]) * page.rotation_matrix), url))
    return found


def with_links(page: Any, lines: Sequence[Line], targets: Sequence[tuple[Rect, str]]) -> list[Line]:
    """The lines with the links that lie on their words. `targets`: of `addresses`."""
    if not targets:
        return list(lines)
    matrix = page.rotation_matrix if page.rotation else None
    words = [(_displayed(matrix, word), clean(word[4])) for word in page.get_text("words")]
    linked: dict[int, list[tuple[int, int, str]]] = {}
    for box, url in targets:
        inside = [word for word in words if word[1] and _within(box, word[0])]
        for index, line in enumerate(lines):
            own = [word for word in inside if _within(_grown(line.box), word[0])]
            if own:
                linked.setdefault(index, []).extend(_found(line, own, url))
    return [
        replace(line, links=tuple(sorted(set(linked[index])))) if index in linked else line
        for index, line in enumerate(lines)
    ]


def _found(line: Line, words: Sequence[tuple[Rect, str]], url: str) -> Iterator[tuple[int, int, str]]:
    """Where the words stand in the line's text: of several places the one nearest to where they are printed."""
    length = max(line.box[2] - line.box[0], line.box[3] - line.box[1], 0.01)
    for box, word in words:
        text = line.text
        places = [i for i in range(len(text) - len(word) + 1) if text.startswith(word, i)]
        along = (box[0] - line.box[0]) if line.turn in (0, -1) else (line.box[3] - box[3])
        wanted = along / length * len(text)
        if places:
            start = min(places, key=lambda place: abs(place - wanted))
            yield start, start + len(word), url


def _displayed(matrix: Any, word: Sequence[Any]) -> Rect:
    if matrix is None:
        return word[0], word[1], word[2], word[3]
    box: Rect = tuple(pymupdf.Rect(word[:4]) * matrix)
    return box


def _grown(box: Rect) -> Rect:
    return box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1


def _within(box: Rect, word: Rect) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
