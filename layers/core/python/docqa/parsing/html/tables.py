"""HTML tables: which hold data, and their cells as a grid."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from docqa.core.models import Block, BlockKind, Link
from docqa.parsing.html.inline import Inline
from docqa.parsing.html.lists import integer
from docqa.parsing.tables import table_block

MAX_COLUMNS = 1_000
MAX_CELLS = 500_000
_GROUPS = ("thead", "tbody", "tfoot")
_STRUCTURE = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "form", "article", "section", "main", "header", "footer")
_MOST_PARAGRAPHS = 3


def rows_of(table: Any) -> Iterator[Any]:
    """The rows of a table itself, not those of tables in its cells. The foot comes last, wherever it is written."""
    feet = []
    for child in table.iterchildren():
        if child.tag == "tr":
            yield child
        elif child.tag == "tfoot":
            feet.extend(child.iterchildren("tr"))
        elif child.tag in _GROUPS:
            yield from child.iterchildren("tr")
    yield from feet


def is_data_table(table: Any) -> bool:
    """Whether rows and columns mean something. Tables that only place things on the page are read as text."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return False
    rows = list(islice(rows_of(table), 50))
    widths = [sum(1 for _ in row.iterchildren("td", "th")) for row in rows]
    if max(widths, default=0) < 2:
        return False
    named = any(next(row.iterchildren("th"), None) is not None for row in rows)
    cells = [cell for row in rows for cell in row.iterchildren("td", "th")]
    if any(next(cell.iterdescendants(*_STRUCTURE), None) is not None for cell in cells):
        return named and not any(next(cell.iterdescendants("table"), None) is not None for cell in cells)
    if named or next(table.iterchildren("caption", "thead"), None) is not None:
        return True
    paragraphs = max(sum(1 for _ in islice(cell.iterdescendants("p"), _MOST_PARAGRAPHS + 1)) for cell in cells)
    return len(rows) > 1 and paragraphs <= _MOST_PARAGRAPHS


def table_blocks(table: Any, read: Callable[[Any], Inline]) -> tuple[list[Block], list[Inline], bool]:
    """Caption and table; the cells as they were read, with what is hidden in them; whether rows were left out."""
    blocks: list[Block] = []
    caption = next(table.iterchildren("caption"), None)
    title = read(caption) if caption is not None else Inline()
    if title.length:
        blocks.append(Block(kind=BlockKind.CAPTION, text=title.text(), links=title.links()))
    rows = list(rows_of(table))
    grid, cells, cut = _grid(rows, read)
    if not any(sum(map(bool, line)) > 1 for line in grid):  # one text a row: nothing stands beside it
        blocks += [
            Block(kind=BlockKind.PARAGRAPH, text=cell.text(), links=cell.links()) for cell in cells if cell.length
        ]
        return blocks, [title, *cells], cut
    heads = _head_rows(rows)
    lines = [_merged(grid[:heads]), *grid[heads:]] if heads else grid
    block = table_block(lines, header=True if heads and len(lines) > 1 else None)
    if block is not None:
        blocks.append(block.model_copy(update={"links": _links(block.text, cells)}))
    return blocks, [title, *cells], cut


def _head_rows(rows: list[Any]) -> int:
    """How many rows from the top name the columns."""
    count = 0
    for row in rows:
        in_head = row.getparent().tag == "thead"
        if not in_head and (
            next(row.iterchildren("td"), None) is not None or next(row.iterchildren("th"), None) is None
        ):
            break
        count += 1
    return count if count < len(rows) else 0


def _grid(rows: list[Any], read: Callable[[Any], Inline]) -> tuple[list[list[str]], list[Inline], bool]:
    """Texts by row and column. A cell over several rows is said in each of them, one over several columns once, save in
    the rows that name the columns.
    """
    heads = _head_rows(rows)
    grid: list[list[str]] = []
    cells: list[Inline] = []
    above: dict[int, tuple[int, str]] = {}  # column → rows still to fill, text
    filled = 0
    for number, row in enumerate(rows):
        line: list[str] = []
        for cell in row.iterchildren("td", "th"):
            _fill_from_above(line, above)
            inline = read(cell)
            cells.append(inline)
            across = min(max(integer(cell.get("colspan")) or 1, 1), MAX_COLUMNS)
            down = integer(cell.get("rowspan"))
            down = len(rows) - number if down == 0 else min(max(down or 1, 1), len(rows) - number)
            for index in range(across):
                text = inline.text() if index == 0 or number < heads else ""
                if down > 1:
                    above[len(line)] = (down - 1, text)
                line.append(text)
            if len(line) > MAX_COLUMNS:
                break
        _fill_from_above(line, above)
        filled += len(line)
        if filled > MAX_CELLS:
            return grid, cells, True
        grid.append(line)
    return grid, cells, False


def _fill_from_above(line: list[str], above: dict[int, tuple[int, str]]) -> None:
    while len(line) in above:
        column = len(line)
        left, text = above.pop(column)
        if left > 1:
            above[column] = (left - 1, text)
        line.append(text)


def _merged(heads: list[list[str]]) -> list[str]:
    """The names of the columns on one line, each name of a column once."""
    width = max(len(line) for line in heads)
    columns = ([line[index] for line in heads if index < len(line)] for index in range(width))
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _links(text: str, cells: list[Inline]) -> tuple[Link, ...]:
    """Where the links of the cells stand in the text of the table, which has the cells in the same order."""
    found: list[Link] = []
    cursor = 0
    for cell in cells:
        for link in cell.links():
            words = cell.text()[link.start : link.end].replace("|", "/")
            start = text.find(words, cursor) if words else -1
            if start >= 0:
                found.append(Link(start=start, end=start + len(words), url=link.url))
                cursor = start + len(words)
    return tuple(found)
