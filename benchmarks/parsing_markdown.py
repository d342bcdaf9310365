"""Markdown as things to count: words, headings, tables, blocks. The same rules for every reader and for the labels.

What no reader can be held to is left out: comments, pictures and their placeholders, emphasis, check boxes, bullets.
A merged cell counts once: where a cell says what the cell to its left or above says, it is taken for its continuation,
so that repeating its text and leaving it empty are the same.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from itertools import chain

Table = tuple[tuple[str, ...], ...]
"""Rows of cells; a cell is its normal words joined by spaces, "" where it is empty."""

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.S | re.I)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|\*\*==>.*?<==\*\*|-{3,} (?:Start|End) of picture text -{3,}")
_LINK = re.compile(r"\[([^\]]*)\]\((?:[^()]|\([^)]*\))*\)")
_TAG = re.compile(r"<br\s*/?>|</?[a-zA-Z][^<>]*>")
_HARD_BREAK = re.compile(r"(?:  |\\)$")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_CHECK_BOX = re.compile(r"(?<!\S)(?:\[[xX ]?\]|[\u2610-\u2612\u25a1\u2751])(?!\w)")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*+|~~|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`+)")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"^[\s|:+=-]*-[\s|:+=-]*$")
_QUOTE = r"^\s*(?:>\s*)*"
_ITEM = re.compile(
    _QUOTE + r"(?:[-*+\u2013]\s+|[\u2022\u25cf\u25aa\u25e6\u2023\uff0a\uf0b7\u00b7]\s*|o\s+)(?=\S)"
    rf"|{_QUOTE}(?=\(?\d{{1,3}}[.)]\s)|^\s*(?:>\s*)+"
)
_CELL_BREAK = re.compile(r"(?<!\\)\|")

_IGNORED = dict.fromkeys(
    map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Soft hyphens, zero width and direction marks."""
_IGNORED |= dict.fromkeys([0x640, *range(0x64B, 0x660), 0x670])
"""Arabic tatweel and vowel signs, which labels and readers place at will."""
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_CJK}]|\d+(?:[.,]\d+)*|(?:(?![{_CJK}\d_])\w)+|\d+")


@dataclass(frozen=True)
class Heading:
    """`level` as written; only the order of levels within one document counts."""

    text: str
    level: int


@dataclass(frozen=True)
class Reading:
    """What a text says, in its order."""

    blocks: tuple[str, ...]
    """Paragraphs, list items and headings as normal words."""
    headings: tuple[Heading, ...]
    tables: tuple[Table, ...]
    words: tuple[str, ...]

    @cached_property
    def ranked(self) -> tuple[Heading, ...]:
        """Headings with levels counted from 1, none left out."""
        ranks = {level: rank for rank, level in enumerate(sorted({h.level for h in self.headings}), start=1)}
        return tuple(Heading(heading.text, ranks[heading.level]) for heading in self.headings)


def words(text: str) -> list[str]:
    """Normal words: compatibility forms resolved, case folded, no punctuation; each CJK or Thai letter is a word."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_IGNORED)
    return _WORD.findall(folded)


def read(markdown: str) -> Reading:
    """A Markdown text taken apart."""
    blocks: list[str] = []
    headings: list[Heading] = []
    tables: list[Table] = []
    said: list[list[str]] = []
    for kind, level, content in _parts(_COMMENT.sub(" ", markdown.replace("\r\n", "\n"))):
        if kind == "table":
            table = _normal_table(content)
            if table:
                tables.append(table)
                said.extend(cell.split() for row in table for cell in row)
            continue
        found = words(_plain(" ".join(content)))
        if not found:
            continue
        said.append(found)
        blocks.append(" ".join(found))
        if kind == "heading":
            headings.append(Heading(" ".join(found), level))
    return Reading(tuple(blocks), tuple(headings), tuple(tables), tuple(chain.from_iterable(said)))


def _parts(text: str) -> Iterator[tuple[str, int, Sequence[str]]]:
    """("text" | "heading" | "table", level, lines or, for an HTML table, itself)."""
    place = 0
    for match in _HTML_TABLE.finditer(text):
        yield from _line_parts(text[place : match.start()].split("\n"))
        yield "table", 0, [match.group()]
        place = match.end()
    yield from _line_parts(text[place:].split("\n"))


def _line_parts(lines: Sequence[str]) -> Iterator[tuple[str, int, Sequence[str]]]:
    held: list[str] = []
    table: list[str] = []
    fence = ""
    for line in [*lines, ""]:
        row = not fence and line.lstrip().startswith("|") and line.count("|") > 1
        if table and not row:
            yield "table", 0, table
            table = []
        opening, heading = _FENCE.match(line), None if fence else _HEADING.match(line)
        ends = row or bool(opening) or bool(heading) or bool(_ITEM.match(line)) or not line.strip() or bool(fence)
        if held and ends:
            yield "text", 0, held
            held = []
        if row:
            table.append(line)
        elif opening:
            fence = "" if fence else opening.group(1)
        elif heading:
            yield "heading", len(heading.group(1)), [heading.group(2)]
        elif line.strip():
            held.append(_ITEM.sub("", line, count=1))
            if _HARD_BREAK.search(line):
                yield "text", 0, held
                held = []
    if table:
        yield "table", 0, table


def _plain(text: str) -> str:
    """A line without the marks of Markdown and HTML."""
    text = _LINK.sub(r"\1", _PICTURE.sub(" ", text))
    text = _CHECK_BOX.sub(" ", _TAG.sub(" ", text))
    return unescape(_ESCAPED.sub(r"\1", _EMPHASIS.sub("", text)))


# -- tables ----------------------------------------------------------------------------------------


def _normal_table(lines: Sequence[str]) -> Table:
    rows = _html_rows(lines[0]) if lines[0].lower().startswith("<table") else list(_pipe_rows(lines))
    plain = [[" ".join(words(_plain(cell))) for cell in row] for row in rows]
    return tuple(tuple(row) for row in _merged_once(plain) if any(row))


def _pipe_rows(lines: Sequence[str]) -> Iterator[list[str]]:
    for line in lines:
        if not _RULE.match(line):
            cells = _CELL_BREAK.split(line.strip())
            yield [cell.strip() for cell in (cells[1:-1] if not cells[-1].strip() else cells[1:])]


def _merged_once(rows: list[list[str]]) -> list[list[str]]:
    def continues(r: int, c: int) -> bool:
        cell = rows[r][c]
        return (c > 0 and cell == rows[r][c - 1]) or (r > 0 and c < len(rows[r - 1]) and cell == rows[r - 1][c])

    return [["" if continues(r, c) else cell for c, cell in enumerate(row)] for r, row in enumerate(rows)]


class _Cells(HTMLParser):
    """Cells of one HTML table; a cell over several columns is followed by empty ones."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            span = dict(attrs).get("colspan") or "1"
            self.rows = self.rows or [[]]
            self.rows[-1].extend([""] * (int(span) if span.isdigit() and len(span) < 3 else 1))
            self._place = len(self.rows[-1]) - (int(span) if span.isdigit() and len(span) < 3 else 1)
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][self._place] += f" {data}"


def _html_rows(text: str) -> list[list[str]]:
    parser = _Cells()
    parser.feed(text)
    return parser.rows
