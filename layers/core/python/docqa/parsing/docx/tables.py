"""Tables of a Word file: merged cells, nested tables, tables that only lay out a page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from docqa.core.models import Block, BlockKind, Link
from docqa.parsing.docx.look import fill
from docqa.parsing.docx.names import TRANSPARENT, number, value, w, walk
from docqa.parsing.docx.pieces import Piece
from docqa.parsing.docx.styles import row_repeats
from docqa.parsing.office.tables import MAX_COLUMNS, Cell, grid_blocks
from docqa.parsing.office.text import shifted

if TYPE_CHECKING:
    from docqa.parsing.docx.story import Story

_MAX_SPAN = 63  # columns of a table in Word
_LAYOUT_CHARS = 1_500
_LAYOUT_PARTS = 12
_APART = (BlockKind.TABLE, BlockKind.NOTE)
_ROWS, _CELLS = frozenset({w("tr")}), frozenset({w("tc")})
_TC_PR = w("tcPr")


@dataclass(frozen=True, slots=True)
class _Slot:
    """A cell as it stands in the file. `goes_on`: it continues the cell above it."""

    element: Any
    row: int
    column: int
    columns: int
    goes_on: bool


def table_of(story: "Story", table: Any, background: str | None, depth: int) -> Iterator[Piece]:
    """A table as one block, then what hangs in its cells (tables, notes, hidden text).

    A table of one cell is a frame around a text; one with whole sections in its cells lays out a page, and is read cell
    by cell.
    """
    rows = [row for row in walk(table, _ROWS, TRANSPARENT.__contains__) if not _deleted(row)]
    slots = [slot for number, row in enumerate(rows) for slot in _slots(row, number)]
    under = _background(story, table, background)
    contents = [list(story.pieces(slot.element, _shade(slot.element) or under, depth + 1)) for slot in slots]
    if len(slots) == 1 or any(map(_is_layout, contents)):
        for pieces in contents:
            yield from pieces
        return
    yield from _as_table(story, table, rows, slots, contents)


def _as_table(
    story: "Story", table: Any, rows: list[Any], slots: list[_Slot], contents: list[list[Piece]]
) -> Iterator[Piece]:
    cells: list[Cell] = []
    open_cells: dict[int, int] = {}
    for slot, pieces in zip(slots, contents, strict=True):
        above = open_cells.get(slot.column)
        if slot.goes_on and above is not None:
            cells[above] = replace(cells[above], rows=slot.row - cells[above].row + 1)
            continue
        open_cells[slot.column] = len(cells)
        text, links = _joined([piece.block for piece in pieces if _belongs(piece.block)])
        cells.append(Cell(text, slot.row, slot.column, columns=slot.columns, links=links))
    for block in grid_blocks(cells, head_rows=_marked_rows(story, table, rows)):
        yield Piece(block, inner=True)
    for pieces in contents:
        yield from (piece for piece in pieces if not _belongs(piece.block))


def _belongs(block: Block) -> bool:
    """Whether a block in a cell is text of the cell, not something that follows the table."""
    return block.kind not in _APART and block.hidden is None


def _joined(blocks: list[Block]) -> tuple[str, tuple[Link, ...]]:
    text, links = "", list[Link]()
    for block in blocks:
        start = len(text) + 1 if text else 0
        text = f"{text} {' '.join(block.text.split())}" if text else " ".join(block.text.split())
        links.extend(shifted(link, start) for link in block.links)
    return text, tuple(links)


def _is_layout(pieces: list[Piece]) -> bool:
    """Whether a cell holds a section: a heading with text below it, or more text than a cell has."""
    blocks = [piece.block for piece in pieces if _belongs(piece.block)]
    headed = any(block.kind is BlockKind.HEADING for block in blocks[:-1])
    return headed or len(blocks) > _LAYOUT_PARTS or sum(len(block.text) for block in blocks) > _LAYOUT_CHARS


def _slots(row: Any, row_number: int) -> Iterator[_Slot]:
    column = min(max(number(row.find(f"{w('trPr')}/{w('gridBefore')}")) or 0, 0), _MAX_SPAN)
    for element in walk(row, _CELLS, TRANSPARENT.__contains__):
        properties = element.find(_TC_PR)
        span, goes_on = 1, False
        if properties is not None:
            if properties.find(w("cellDel")) is not None:
                continue
            span = min(max(number(properties.find(w("gridSpan"))) or 1, 1), _MAX_SPAN)
            merge = properties.find(w("vMerge"))
            goes_on = merge is not None and value(merge, "continue") != "restart"
        if column < MAX_COLUMNS:
            yield _Slot(element, row_number, column, span, goes_on)
        column += span


def _deleted(row: Any) -> bool:
    """A row that a tracked change takes out."""
    return row.find(f"{w('trPr')}/{w('del')}") is not None


def _marked_rows(story: "Story", table: Any, rows: list[Any]) -> int | None:
    """The rows that repeat on each page, or that the table's style sets apart; None if neither is said."""
    repeated = 0
    while repeated < len(rows) and row_repeats(rows[repeated]):
        repeated += 1
    if repeated:
        return repeated
    look = table.find(f"{w('tblPr')}/{w('tblLook')}")
    styled = story.document.styles.named(value(table.find(f"{w('tblPr')}/{w('tblStyle')}"))).head_row
    return 1 if styled and look is not None and _first_row(look) and len(rows) > 2 else None


def _first_row(look: Any) -> bool:
    flag = look.get(w("firstRow"))
    if flag is not None:
        return flag in ("1", "true", "on")
    mask = value(look, "0")
    return all(char in "0123456789abcdefABCDEF" for char in mask) and bool(int(mask or "0", 16) & 0x20)


def _background(story: "Story", table: Any, background: str | None) -> str | None:
    """The colour under a table's cells; None where a style may shade some of them."""
    properties = table.find(w("tblPr"))
    if properties is None:
        return background
    if story.document.styles.named(value(properties.find(w("tblStyle")))).shaded:
        return None
    return fill(properties.find(w("shd"))) or background


def _shade(cell: Any) -> str | None:
    properties = cell.find(_TC_PR)
    return fill(properties.find(w("shd"))) if properties is not None else None
