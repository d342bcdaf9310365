"""From a found piece to a citation: the page, row and boxes of a quote within its passage."""

from docqa.agent.evidence import Candidate
from docqa.core.models import Box, Citation, Hit


def cite(candidate: Candidate, marker: int) -> Citation:
    """A citation of the piece, word for word."""
    hit, quote = candidate.hit, candidate.piece.text
    page = _page_of(hit, quote)
    return Citation(
        marker=marker,
        document_id=hit.document_id,
        version=hit.version,
        filename=hit.filename,
        page=page,
        row=row_of(hit, candidate.piece.line),
        boxes=tuple(box for box in hit.boxes if page is None or box.page == page),
        quote=quote,
    )


def _page_of(hit: Hit, quote: str) -> int | None:
    """The page that a quote begins on. In a passage over several pages its place in the text decides: the text is taken
    to lie over the boxes evenly, in page order."""
    if hit.page_from is None or hit.page_to in (None, hit.page_from) or not hit.boxes:
        return hit.page_from
    position = max(0, hit.text.find(quote)) / len(hit.text)
    total = sum(_area(box) for box in hit.boxes)
    passed = 0.0
    for page in sorted({box.page for box in hit.boxes}):
        passed += sum(_area(box) for box in hit.boxes if box.page == page)
        if position * total < passed:
            return page
    return hit.page_to


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
