"""The blocks of a PDF page: drafts of its columns in order, paragraphs joined over columns, hidden text, notes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from docqa.core.models import Block, BlockKind, Link, Span
from docqa.parsing.pdf.column import Column, Draft, row_text
from docqa.parsing.pdf.headings import Style
from docqa.parsing.pdf.kinds import ends_sentence
from docqa.parsing.pdf.lines import Line, PageText, Rect
from docqa.parsing.pdf.order import Row, columns, rows
from docqa.parsing.pdf.text import Printed, running
from docqa.parsing.tables import around, page_box, table_block

_MAX_LABELS = 8
_FLOATS = (BlockKind.TABLE, BlockKind.CAPTION)


def page_blocks(page: PageText, style: Style, outline: dict[str, int]) -> Iterator[Block]:
    """The blocks of one page. `outline`: titles of the PDF's outline that point to this page, squeezed, with levels."""
    bodies: list[Draft] = []
    for turn in _turns(page.lines):
        turned = [line for line in page.lines if line.turn == turn]
        if turn < 0:
            bodies.extend(Draft(BlockKind.PARAGRAPH, [Row((line,))]) for line in turned)
            continue
        top, height = (0.0, page.height) if turn == 0 else (turned[0].y0, float("inf"))
        by_column = [list(Column(style, outline, top, height).drafts(rows(column))) for column in columns(turned)]
        bodies.extend(_joined_over_columns(by_column))
    notes = [draft for draft in bodies if draft.kind is BlockKind.NOTE]
    ordered = [draft for draft in bodies if draft.kind is not BlockKind.NOTE] + notes
    found = [block for draft in ordered if (block := _finished(draft, page, style)) is not None]
    yield from _with_hidden(found, page)
    yield from page.notes


def _turns(lines: Iterable[Line]) -> list[int]:
    """Directions of text on the page, the one with most characters first."""
    amounts: Counter[int] = Counter()
    for line in lines:
        amounts[line.turn] += len(line.text) + (1_000 if line.cells else 0)
    return sorted(amounts, key=lambda turn: (turn < 0, -amounts[turn], turn))


def _joined_over_columns(by_column: Sequence[list[Draft]]) -> list[Draft]:
    """All drafts in order; a paragraph that goes on at the top of a following column is one, floats come after it."""
    found: list[Draft] = []
    open_draft: Draft | None = None
    for column in by_column:
        body = [draft for draft in column if draft.kind is not BlockKind.NOTE]
        first = next((draft for draft in body if draft.kind not in _FLOATS), None)
        if open_draft is not None and first is not None and _goes_on(open_draft, first):
            open_draft.rows.extend(first.rows)
            column = [draft for draft in column if draft is not first]
            body = [draft for draft in body if draft is not first] or [open_draft]
        found.extend(column)
        last = _last_of_text(body)
        if last is not None:
            open_draft = last
    return found


def _last_of_text(body: Sequence[Draft]) -> Draft | None:
    """The draft at the end of a column that may go on in the next: below it only floats, and labels of pictures."""
    rest = [draft for draft in body if draft.kind not in _FLOATS]
    if not rest:
        return None
    right = max(row.x1 for draft in rest for row in draft.rows)
    for draft in rest[: -_MAX_LABELS - 1 : -1]:
        if draft.kind is BlockKind.HEADING or ends_sentence(row_text(draft.rows[-1])):
            return draft
        if draft.rows[-1].x1 > right - 3 * _type_size(draft):
            return draft
    return rest[-1]


def _type_size(draft: Draft) -> float:
    return draft.rows[-1].cells[0].size


def _goes_on(upper: Draft, lower: Draft) -> bool:
    if upper.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) or lower.kind is not BlockKind.PARAGRAPH:
        return False
    above, below = row_text(upper.rows[-1]), row_text(lower.rows[0])
    if ends_sentence(above) or len(above) < 12 or abs(upper.rows[-1].cells[0].size - lower.rows[0].cells[0].size) > 1:
        return False
    return below[:1].islower() or (not below[:1].isascii() and not below[:1].isupper() and below[:1].isalpha())


def _finished(draft: Draft, page: PageText, style: Style) -> Block | None:
    boxes = (page_box(page.number, around([line.box for line in draft.lines])),)
    confidence = _mean([(line.confidence, len(line.text)) for line in draft.lines if line.confidence is not None])
    if draft.cells is not None:
        table = table_block(draft.cells, page=page.number, boxes=boxes)
        links = table and _cell_links(table.spans, page.targets)
        return table and table.model_copy(update={"links": links, "confidence": confidence})
    text = draft.text(style.words)
    if not text.text:
        return None
    return Block(
        kind=draft.kind,
        text=text.text,
        page=page.number,
        level=draft.level,
        boxes=boxes,
        spans=_spans(text.places, page.number),
        links=tuple(Link(start=start, end=end, url=url) for start, end, url in text.links),
        confidence=confidence,
    )


def _cell_links(spans: Iterable[Span], targets: Sequence[tuple[Rect, str]]) -> tuple[Link, ...]:
    """A cell whose middle a link's box holds leads there."""
    return tuple(
        Link(start=span.start, end=span.end, url=url)
        for span in spans
        for (x0, y0, x1, y1), url in targets
        if x0 <= (span.box.x0 + span.box.x1) / 2 <= x1 and y0 <= (span.box.y0 + span.box.y1) / 2 <= y1
    )


def _spans(places: Iterable[tuple[int, int, Rect]], page: int) -> tuple[Span, ...]:
    return tuple(Span(start=start, end=end, box=page_box(page, box)) for start, end, box in places)


def _mean(confidences: Sequence[tuple[float, int]]) -> float | None:
    """By the number of characters."""
    total = sum(count for _, count in confidences)
    return round(sum(value * count for value, count in confidences) / total, 4) if total else None


# -- hidden text -----------------------------------------------------------------------------------


def _with_hidden(found: list[Block], page: PageText) -> Iterator[Block]:
    """The blocks with those of the hidden lines in their places."""
    after: dict[int, list[Block]] = {}
    for group in _hidden_groups(page.hidden):
        text = running([Printed(line.text, line.box) for line in group])
        if not text.text:
            continue
        box = around([line.box for line in group])
        after.setdefault(_place(box, found), []).append(
            Block(
                kind=BlockKind.PARAGRAPH,
                text=text.text,
                page=page.number,
                boxes=(page_box(page.number, box),),
                spans=_spans(text.places, page.number),
                hidden=group[0].hidden,
            )
        )
    for index in range(len(found) + 1):
        yield from after.get(index, ())
        if index < len(found):
            yield found[index]


def _place(box: Rect, found: Sequence[Block]) -> int:
    """After how many blocks a hidden text comes: after the last that begins above it in its column, or else at all."""
    middle = (box[1] + box[3]) / 2
    above = [i for i, block in enumerate(found) if block.boxes and block.boxes[0].y0 < middle]
    column = [i for i in above if found[i].boxes[0].x0 < box[2] and box[0] < found[i].boxes[0].x1]
    return max(column or above, default=-1) + 1


def _hidden_groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Hidden lines that follow each other, for one reason, in the order of the file."""
    found: list[list[Line]] = []
    for line in lines:
        last = found[-1][-1] if found else None
        near = last is not None and abs(line.y0 - last.y0) <= 3 * max(line.size, last.size, 4.0)
        if near and last is not None and last.hidden is line.hidden and last.turn == line.turn:
            found[-1].append(line)
        else:
            found.append([line])
    return found
