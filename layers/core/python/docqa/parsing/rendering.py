"""What a parser read, as Markdown: for people to look at, and to compare with other readers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from docqa.core.models import Block, BlockKind
from docqa.parsing.tables import SEPARATOR

_DEEPEST = 6  # levels that Markdown has
_OPENING = re.compile(r"^(?:[#>+|=~-]|\d{1,9}[.)](?=\s|$))")
_MARKUP = re.compile(r"[*`\\]|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|\[(?=[^\]]*\]\()")
_ANNOUNCEMENT = "Columns: "
_NAMELESS = re.compile(r"column [1-9]\d{0,5}")  # what the readers of sheets call a column without a name
_NUMBERED = re.compile(r"\d{1,9}[.)]\s")


def render_markdown(blocks: Iterable[Block], *, include_hidden: bool = False, include_summaries: bool = False) -> str:
    """The blocks in order, one blank line between them; "" for none.

    Records of a sheet become one table: their columns are found again from "name: value; name: value", and the
    paragraph that names the columns becomes its header. Summaries are ours and not the document's words, and hidden
    text does not show on the page: both are left out unless asked for.
    """
    shown = (
        block
        for block in blocks
        if (include_hidden or block.hidden is None) and (include_summaries or block.kind is not BlockKind.SUMMARY)
    )
    groups = groupby(
        shown, key=lambda block: (block.kind in (BlockKind.ROW, BlockKind.LIST_ITEM), block.kind, block.sheet)
    )
    parts: list[str] = []
    announced: list[str] = []
    for (_, kind, _), group in groups:
        members = list(group)
        if kind is BlockKind.ROW:
            if announced and _announces(announced, members[0]):
                parts.pop()
            else:
                announced = []
            parts.append(_table(list(_record_rows(members, announced))))
        elif kind is BlockKind.LIST_ITEM:
            parts.append("\n".join(_item(block.text) for block in members))
        else:
            parts.extend(map(_one, members))
        announced = _announced(members[-1])
    return "\n\n".join(parts) + "\n" if parts else ""


def _one(block: Block) -> str:
    if block.kind is BlockKind.HEADING:
        return f"{'#' * min(block.level or 1, _DEEPEST)} {_escaped(block.text)}"
    if block.kind is BlockKind.TABLE:
        rows = [_row(line) for line in block.text.splitlines()]
        return _table(rows if block.has_header else [[], *rows])
    if block.kind is BlockKind.CODE:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", block.text)), default=0))
        return f"{fence}\n{block.text}\n{fence}"
    if block.kind in (BlockKind.NOTE, BlockKind.SUMMARY):
        return f"> {_line(block.text)}"
    return _line(block.text)


def _row(line: str) -> list[str]:
    """The cells of a line of a table, which has lost the space before a first cell that is empty."""
    return (f" {line}" if line.startswith("|") else line).split(SEPARATOR)


def _item(text: str) -> str:
    return _escaped(text) if _NUMBERED.match(text) else f"- {_line(text)}"


def _line(text: str) -> str:
    """A text that stays a paragraph, whatever it begins with."""
    escaped = _escaped(text)
    opening = _OPENING.match(escaped)
    if not opening:
        return escaped
    return f"{escaped[: opening.end() - 1]}\\{escaped[opening.end() - 1 :]}"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _table(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the header; rows are filled up to the width of the widest."""
    width = max(map(len, rows))
    filled = [[*(_escaped(cell).replace("|", "\\|") for cell in row), *[""] * (width - len(row))] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in filled]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])


# -- records ---------------------------------------------------------------------------------------


def _announced(block: Block) -> list[str]:
    """The names in "Columns: one, two."; [] for any other text."""
    if block.kind is not BlockKind.PARAGRAPH or not block.text.startswith(_ANNOUNCEMENT):
        return []
    return block.text.removeprefix(_ANNOUNCEMENT).removesuffix(".").split(", ")


def _announces(names: Sequence[str], record: Block) -> bool:
    """Whether the names are those of a record's columns. They are not where a name holds a comma."""
    return all(name in names for name, _ in _cells(record.text, names))


def _record_rows(blocks: Iterable[Block], announced: Sequence[str]) -> Iterator[list[str]]:
    """Header and rows of records whose empty cells are left out."""
    records = [list(_cells(block.text, announced)) for block in blocks]
    names = list(announced)
    for record in records:
        _take_in(names, [name for name, _ in record if not _NAMELESS.fullmatch(name)])
    nameless = {name for record in records for name, _ in record if _NAMELESS.fullmatch(name)} - set(names)
    for name in sorted(nameless, key=lambda name: int(name[7:])):
        names.insert(int(name[7:]) - 1, name)
    yield ["" if name == f"column {position}" else name for position, name in enumerate(names, start=1)]
    for record in records:
        values = dict(record)
        yield [values.get(name, "") for name in names]


def _cells(record: str, known: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Names and values. A part without a name (or one of the known names) belongs to the value before it."""
    name, value = "", ""
    for part in record.split("; "):
        before, colon, after = part.partition(": ")
        if not name or (colon and (not known or before in known or _NAMELESS.fullmatch(before))):
            if name:
                yield name, value
            name, value = (before, after) if colon else (part, "")
        else:
            value = f"{value}; {part}"
    if name:
        yield name, value


def _take_in(names: list[str], record: Sequence[str]) -> None:
    """Put names that are new where the record has them: behind the one before."""
    if len(record) <= len(names) and set(record) <= set(names):
        return
    place = 0
    for name in record:
        if name in names:
            place = names.index(name) + 1
        else:
            names.insert(place, name)
            place += 1
