"""A line of JSON as a record: a title with a text, or fields with names."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docqa.core.models import Block, BlockKind
from docqa.parsing.records import MAX_CELL_CHARS, MAX_COLUMNS, MAX_NAME_CHARS

MAX_DEPTH = 8
_MAX_BLOCK_CHARS = 10_000
_TITLE = "title"
_TEXTS = ("text", "content", "contents", "body", "passage")
_NAMES_THE_RECORD = frozenset({"_id", "id"})
_PARAGRAPH_END = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Record:
    """`text` None: nothing but fields, by name in their order, a value nested in another under "outer.inner".

    `deep` and `cut`: values left out for their depth, and those shortened to MAX_CELL_CHARS.
    """

    title: str
    text: str | None
    fields: Mapping[str, str]
    deep: int = 0
    cut: int = 0


def record_of(line: str) -> Record | None:
    """None if the line is no JSON. Numbers stay as they are written; what is not in an object has no name."""
    try:
        value = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return Record("", value, {})
    if not isinstance(value, dict):
        items = value if isinstance(value, list) else [value]
        value = {f"column {place}": item for place, item in enumerate(items, 1)}
    text_name = next((name for name in _TEXTS if isinstance(value.get(name), str)), None)
    if text_name is None:
        return _with_fields("", None, value)
    title = value.get(_TITLE)
    apart = {text_name, *_NAMES_THE_RECORD, *([_TITLE] if isinstance(title, str) else [])}
    rest = {name: item for name, item in value.items() if name not in apart}
    return _with_fields(title if isinstance(title, str) else "", value[text_name], rest)


def record_blocks(record: Record, row: int) -> Iterator[Block]:
    """A heading and paragraphs, then one with the fields; or a ROW where there is no text. All of them have the row."""
    row_text = "; ".join(f"{name}: {value}" for name, value in record.fields.items())
    if record.text is None:
        if row_text:
            yield Block(kind=BlockKind.ROW, text=row_text, row=row)
        return
    if title := _on_one_line(record.title):
        yield Block(kind=BlockKind.HEADING, text=title, level=1, row=row)
    for paragraph in [*_PARAGRAPH_END.split(record.text), row_text]:
        for part in _parts(_on_one_line(paragraph)):
            yield Block(kind=BlockKind.PARAGRAPH, text=part, row=row)


def _with_fields(title: str, text: str | None, value: Mapping[str, Any]) -> Record:
    fields: dict[str, str] = {}
    deep = cut = 0
    for name, item in _leaves(value, "", 1):
        if item is None:
            deep += 1
        elif len(fields) == MAX_COLUMNS or len(item) > MAX_CELL_CHARS:
            cut += 1
        if item and len(fields) < MAX_COLUMNS:
            fields[name] = item[:MAX_CELL_CHARS].rstrip()
    return Record(title, text, fields, deep, cut)


def _leaves(value: Mapping[str, Any], above: str, depth: int) -> Iterator[tuple[str, str | None]]:
    """Name and text of each value; None for one that lies too deep."""
    for key, item in value.items():
        name = _on_one_line(f"{above}{key}")[:MAX_NAME_CHARS].strip() or "value"
        if isinstance(item, list) and any(isinstance(one, (dict, list)) for one in item):
            item = {str(place): one for place, one in enumerate(item, 1)}
        if isinstance(item, dict):
            if depth == MAX_DEPTH:
                yield name, None
            else:
                yield from _leaves(item, f"{name}.", depth + 1)
        elif isinstance(item, list):
            yield name, ", ".join(filter(None, map(_scalar, item)))
        else:
            yield name, _scalar(item)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else _on_one_line(str(value))


def _on_one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _parts(text: str) -> Iterator[str]:
    """The text, cut between words where it is longer than a block."""
    while len(text) > _MAX_BLOCK_CHARS:
        cut = text.rfind(" ", _MAX_BLOCK_CHARS // 2, _MAX_BLOCK_CHARS)
        cut = _MAX_BLOCK_CHARS if cut < 0 else cut
        yield text[:cut]
        text = text[cut:].lstrip()
    if text:
        yield text
