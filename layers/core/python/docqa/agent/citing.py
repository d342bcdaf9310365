"""From a found piece to a citation: the page, row and boxes of a quote within its passage.

A passage says where parts of its text (lines, cells) are printed; the boxes of a citation are those of its quote's own
parts, on the page that the quote begins on. Where the passage does not say it of the quote, there is no box: none is
better than a wrong one.
"""

from docqa.agent.evidence import Candidate
from docqa.core.models import Box, Citation, Hit, Span


def cite(candidate: Candidate, marker: int) -> Citation:
    """A citation of the piece, word for word."""
    hit, quote = candidate.hit, candidate.piece.text
    start = _start_of(hit.text, quote, candidate.piece.line)
    page, boxes = _place_of(hit, start, start + len(quote))
    return Citation(
        marker=marker,
        document_id=hit.document_id,
        version=hit.version,
        filename=hit.filename,
        page=page,
        row=row_of(hit, candidate.piece.line),
        sheet=hit.sheet,
        boxes=boxes,
        quote=quote,
    )


def _start_of(text: str, quote: str, line: int) -> int:
    """Where the quote stands in the passage: in the line it was taken from, as it may stand in others too."""
    lines = text.split("\n")
    begin = sum(len(before) + 1 for before in lines[:line])
    found = text.find(quote, begin)
    return found if found >= 0 else max(0, text.find(quote))


def _place_of(hit: Hit, start: int, end: int) -> tuple[int | None, tuple[Box, ...]]:
    covering = sorted((s for s in hit.spans if s.start < end and s.end > start), key=lambda s: s.start)
    pages = list(dict.fromkeys(span.box.page for span in covering))
    if not covering:
        page = _page_by_area(hit, start)
        # A passage without spans was stored by an earlier release, whose boxes are all there is.
        return page, () if hit.spans else _on(page, hit.boxes)
    page = pages[0]
    if len(pages) > 1 and covering[0].start == covering[-1].start:
        page = _page_within(covering, start)
    return page, _on(page, [span.box for span in covering])


def _page_within(covering: list[Span], start: int) -> int:
    """The page of a place within a part that is known to lie on several pages, and no closer."""
    boxes = [span.box for span in covering]
    share = (start - covering[0].start) / max(1, covering[0].end - covering[0].start)
    return _by_area(boxes, share)


def _page_by_area(hit: Hit, start: int) -> int | None:
    if hit.page_from is None or hit.page_to in (None, hit.page_from) or not hit.boxes:
        return hit.page_from
    return _by_area(hit.boxes, start / len(hit.text))


def _by_area(boxes: list[Box] | tuple[Box, ...], share: float) -> int:
    """The page that this share of a text falls on, the text taken to lie over the boxes evenly, in page order."""
    pages = sorted({box.page for box in boxes})
    total = sum(_area(box) for box in boxes)
    passed = 0.0
    for page in pages:
        passed += sum(_area(box) for box in boxes if box.page == page)
        if share * total < passed:
            return page
    return pages[-1]


def _on(page: int | None, boxes: list[Box] | tuple[Box, ...]) -> tuple[Box, ...]:
    return tuple(dict.fromkeys(box for box in boxes if page is None or box.page == page))


def _area(box: Box) -> float:
    return max(0.0, box.x1 - box.x0) * max(0.0, box.y1 - box.y0)


def row_of(hit: Hit, line: int) -> int | None:
    """The CSV record of a line. Each record is one line, save a very long one, whose continuation lines do not begin
    with the name of the first column."""
    if hit.row_from is None:
        return None
    lines = hit.text.split("\n")
    last = hit.row_to if hit.row_to is not None else hit.row_from
    if len(lines) == last - hit.row_from + 1:
        return hit.row_from + line
    first_column = lines[0].partition(":")[0] + ":"
    begun = sum(text.startswith(first_column) for text in lines[1 : line + 1])
    return min(hit.row_from + begun, last)
