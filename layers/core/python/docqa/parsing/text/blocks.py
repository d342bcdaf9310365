"""From plain text to blocks: paragraphs, headings, lists, tables drawn with spaces, code and logs.

A line ends where its writer ended it, or where the next word would not have fitted (Knuth and Plass call the latter a
feasible break); only lines that end for want of room are joined. The width is that of the text as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from docqa.core.models import Block, BlockKind
from docqa.core.scripts import script_of
from docqa.parsing.tables import table_block
from docqa.parsing.text.lines import (
    Line,
    cells,
    code_share,
    heading_level,
    is_grid,
    is_log_record,
    is_rule,
    item_mark,
    section_number,
    underlined,
    without_bullet,
)

_BREAKS = re.compile(r"\r\n|[\n\r\x0b\u2028\u2029\x85]")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\-_])")  # ECMA-48
_OVERSTRUCK = re.compile(r"[^\n\x08]\x08")
_NARROWEST, _WIDEST = 40, 120
_LEAST_WRAPPED = 0.7
_MAX_BLOCK_CHARS = 10_000
_MAX_CODE_LINES = 60
_UNSPACED = frozenset({"Han", "Kana", "Thai", "Lao", "Khmer", "Burmese"})


def text_blocks(text: str) -> Iterator[Block]:
    """The blocks of a text in order. Escape codes of terminals are removed."""
    if "\x1b" in text or "\x08" in text:
        text = _OVERSTRUCK.sub("", _ESCAPES.sub("", text))
    lines = [Line.of(raw) for raw in _BREAKS.split(text.replace("\x0c", "\n\n"))]
    groups = list(_groups(lines))
    width = _width(lines)
    for index, group in enumerate(groups):
        following = groups[index + 1] if index + 1 < len(groups) else []
        before = groups[index - 1] if index else []
        for block in _group_blocks(group, before, following, width):
            yield from _bounded(block)


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines between blank lines."""
    group: list[Line] = []
    for line in lines:
        if line.text:
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _width(lines: Sequence[Line]) -> int:
    """The length that lines were broken at, by the longest twentieth of those that are not paragraphs on one line."""
    lengths = sorted(length for line in lines if _NARROWEST < (length := len(line.text) + line.indent) <= _WIDEST)
    return lengths[int(len(lengths) * 0.95)] if lengths else 0


def _group_blocks(group: list[Line], before: list[Line], following: list[Line], width: int) -> Iterator[Block]:
    texts = [line.text for line in group]
    if len(group) >= 2 and (level := underlined(texts[0], texts[1])):
        yield Block(kind=BlockKind.HEADING, text=_one_line(texts[0]), level=level)
        yield from _group_blocks(group[2:], [], following, width) if group[2:] else ()
    elif len(group) == 1 and (level := _lone_heading(texts[0], before, following)):
        yield Block(kind=BlockKind.HEADING, text=_one_line(texts[0]), level=level)
    elif sum(map(is_log_record, texts)) * 2 > len(texts) > 1:
        yield from _kept(texts)
    elif (table := _table(texts)) is not None:
        yield table
    elif _is_code_group(group):
        least = min(line.indent for line in group)
        yield from _kept([" " * (line.indent - least) + line.text for line in group])
    elif any(item_mark(text) for text in texts):
        yield from _list(group, width)
    else:
        yield from _paragraphs(group, width)


def _lone_heading(text: str, before: list[Line], following: list[Line]) -> int | None:
    """A line between blank lines, with text under it; numbered lines in a row are a list."""
    level = heading_level(text)
    if level is None or not following:
        return None
    number = section_number(text)
    if number is not None and "." not in number:
        for group in (before, following):
            other = section_number(group[0].text) if len(group) == 1 else None
            if other is not None and "." not in other:
                return None
    return level


def _is_code_group(group: list[Line]) -> bool:
    """Lines of a program: nearly all by their signs, or half of them where the lines are indented as programs are."""
    texts = [line.text for line in group]
    share = code_share(texts)
    if all(line.indent >= 4 for line in group):
        return share >= 0.5
    return len(group) > 1 and share > (0.5 if len({line.indent for line in group}) > 1 else 0.8)


def _kept(lines: list[str]) -> Iterator[Block]:
    """Lines that mean something as they stand."""
    for start in range(0, len(lines), _MAX_CODE_LINES):
        text = "\n".join(lines[start : start + _MAX_CODE_LINES]).strip()
        if text:
            yield Block(kind=BlockKind.CODE, text=text)


def _table(texts: list[str]) -> Block | None:
    """Lines with the same number of columns, which wide gaps, tabs or bars set apart."""
    drawn = [text for text in texts if not is_grid(text)]
    rows = [cells(text) for text in drawn]
    widths = [len(row) for row in rows]
    width = max(widths, default=0)
    if len(rows) < 2 or width < 2 or any(item_mark(text) for text in drawn):
        return None
    if min(widths) < 2 or sum(count == width for count in widths) < max(2, 0.7 * len(rows)):
        return None
    if width == 2 and sum(row[0].endswith(":") for row in rows) * 2 > len(rows):
        return None  # "Date:   3 March", a form
    if any(len(cell) > 80 for row in rows for cell in row):
        return None
    return table_block([row + [""] * (width - len(row)) for row in rows], header=True if is_grid(texts[1]) else None)


def _list(group: list[Line], width: int) -> Iterator[Block]:
    """Items with what is wrapped under them; lines before the first item are a paragraph."""
    first = next(index for index, line in enumerate(group) if item_mark(line.text))
    yield from _paragraphs(group[:first], width)
    item: list[Line] = []
    for line in group[first:]:
        if item_mark(line.text) and item:
            yield _item(item)
            item = []
        elif item and line.indent < item[0].indent and not _fills(item[-1], line, width):
            yield _item(item)
            yield from _paragraphs([line], width)
            item = []
            continue
        item.append(line)
    if item:
        yield _item(item) if item_mark(item[0].text) else _paragraph([line.text for line in item])


def _item(lines: list[Line]) -> Block:
    joined = _joined([line.text for line in lines])
    return Block(kind=BlockKind.LIST_ITEM, text=_one_line(without_bullet(joined)))


def _paragraphs(group: list[Line], width: int) -> Iterator[Block]:
    """A wrapped paragraph, or several whose first lines are indented; else each line by itself."""
    kept = [line for line in group if not is_rule(line.text)]
    if not kept:
        return
    breaks = [_fills(line, after, width) for line, after in pairwise(kept)]
    wrapped = bool(breaks) and sum(breaks) >= _LEAST_WRAPPED * len(breaks)
    if not wrapped and not _reads_on(kept):
        for line in kept:
            yield _paragraph([line.text])
        return
    current = [kept[0]]
    for line, after in pairwise(kept):
        opens = after.indent >= line.indent + 2 or (
            after.indent < line.indent and len(current) > 1 and _ends(line.text)
        )
        if opens and not _fills(line, after, width):
            yield _paragraph([one.text for one in current])
            current = []
        current.append(after)
    yield _paragraph([one.text for one in current])


def _fills(line: Line, after: Line, width: int) -> bool:
    """Whether the first word of the next line would not have fitted on this one."""
    length = line.indent + len(line.text)
    if not width or length > _WIDEST:
        return False
    return length + 1 + len(after.text.split(None, 1)[0]) > width - 1 or length >= 0.92 * width


def _reads_on(lines: list[Line]) -> bool:
    """Whether the lines are one sentence that goes on in small letters, however short they are."""
    if len(lines) < 2 or any(len(line.text) < _NARROWEST // 2 for line in lines[:-1]):
        return False
    return all(after.text[0].islower() and not _ends(line.text) for line, after in pairwise(lines))


def _ends(text: str) -> bool:
    return text.rstrip("\"')”’»").endswith((".", "!", "?", ":", "。", "！", "？", "…"))


def _paragraph(texts: list[str]) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=_one_line(_joined(texts)))


def _joined(texts: list[str]) -> str:
    """Lines put together; no space after a hyphen, or between letters of scripts that have none between words."""
    line = texts[0]
    for text in texts[1:]:
        hyphen = len(line) > 1 and line[-1] == "-" and line[-2].isalpha() and text[0].islower()
        unspaced = _is_unspaced(line[-1]) and _is_unspaced(text[0])
        line = line + text if hyphen or unspaced else f"{line} {text}"
    return line


def _is_unspaced(char: str) -> bool:
    return script_of(char) in _UNSPACED or "\u3001" <= char <= "\u303f" or "\uff01" <= char <= "\uff0f"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bounded(block: Block) -> Iterator[Block]:
    """A block of a line that has no end in several, cut between words."""
    if len(block.text) <= _MAX_BLOCK_CHARS or block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
        yield block
        return
    text = block.text
    start = 0
    while start < len(text):
        end = start + _MAX_BLOCK_CHARS
        cut = text.rfind(" ", start + _MAX_BLOCK_CHARS // 2, end) if end < len(text) else len(text)
        cut = end if cut < 0 else cut
        piece = text[start:cut].strip()
        if piece:
            yield block.model_copy(update={"text": piece})
        start = cut
