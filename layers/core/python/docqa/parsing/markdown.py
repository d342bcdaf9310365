"""Markdown by markdown-it: CommonMark with tables, footnotes and front matter, read as the page that it makes.

The page goes through the HTML reader, which knows what to do with HTML that stands in the text.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from docqa.core.errors import FileEmpty
from docqa.core.models import DocumentMetadata, DocumentPlan, Format, PageRange, ParsedRange
from docqa.core.noticed import combined, warning
from docqa.parsing.boundary import reading
from docqa.parsing.encoding import detect_encoding
from docqa.parsing.html.fields import language_code
from docqa.parsing.html.meta import moment
from docqa.parsing.html.parser import read_html
from docqa.parsing.html.tree import read_bounded

MAX_BYTES = 6 * 1024 * 1024
"""Without embedded pictures. Two to three seconds of work for each megabyte."""
MAX_NESTING = 50
_HEAD_BYTES = 64 * 1024
_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_FIELD = re.compile(r"([A-Za-z][\w-]*):[ \t]*(.*)")
_FOOTNOTE = re.compile(r"^\[\^([^\]\s]{1,40})\]:[ \t]+", re.M)
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,40})\](?!:)")
# Tags that would swallow or run what follows them; GitHub Flavored Markdown, section 6.11, shows them as text.
_RAW = re.compile(r"<(?=/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)\b)", re.I)


class MarkdownParser:
    """Parser of Markdown; see the module."""

    format: ClassVar[Format] = Format.MARKDOWN
    version: ClassVar[str] = "md-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range, and what the front matter says. Raises FileEmpty."""
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head.strip():
            raise FileEmpty
        fields = front_matter(_decoded(head))[0]
        return DocumentPlan(page_count=None, ranges=(PageRange(index=0, first=1, last=1),), metadata=_metadata(fields))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile."""
        data, is_cut = read_bounded(path, MAX_BYTES)
        with reading("Markdown"):
            text = _decoded(data)
            blocks, warnings = read_html(rendered(front_matter(text)[1]))
        if "\ufffd" in text:
            warnings.append(warning("undecodable_characters", count=text.count("\ufffd")))
        if is_cut:
            warnings.append(warning("truncated", detail=f"{MAX_BYTES // 2**20} MiB of Markdown were read"))
        return ParsedRange(index=pages.index, blocks=tuple(blocks), warnings=combined(warnings))


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields between two lines of dashes at the beginning, and the text after them."""
    found = _FRONT.match(text)
    lines = found.group(1).splitlines() if found else []
    if not found or not any(_FIELD.match(line) for line in lines):
        return {}, text
    fields = (_FIELD.match(line) for line in lines)
    said = {field.group(1).lower(): field.group(2).strip().strip("\"'") for field in fields if field}
    return {name: value for name, value in said.items() if value}, text[found.end() :]


def rendered(text: str) -> str:
    """The page that a text makes, in HTML."""
    reader = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    reader.add_render_rule("html_inline", _html_inline)
    reader.add_render_rule("html_block", _html_block)
    body = reader.render(_REFERENCE.sub(r"[\1]", _FOOTNOTE.sub(r"\\[\1\\] ", text)))
    return f"<html><body>{body}</body></html>"


def _html_inline(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return _RAW.sub("&lt;", tokens[index].content)


def _html_block(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """As it stands, if what it opens is closed in it."""
    content = tokens[index].content
    for opened in _RAW.finditer(content):
        name = re.match(r"\w+", content[opened.end() :])
        if name and f"</{name.group().lower()}" not in content.lower():
            return f"<p>{escape(content)}</p>"
    return content


def _decoded(data: bytes) -> str:
    text = data.decode(detect_encoding(data), "replace").removeprefix("\ufeff").replace("\x00", "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _metadata(fields: dict[str, str]) -> DocumentMetadata:
    def first(*names: str) -> str | None:
        return next((fields[name] for name in names if name in fields), None)

    def when(*names: str) -> datetime | None:
        return moment(first(*names))

    return DocumentMetadata(
        title=first("title"),
        author=first("author", "authors", "by"),
        created_at=when("date", "created", "published"),
        modified_at=when("updated", "modified", "lastmod", "last_modified_at"),
        language=language_code(first("lang", "language")),
    )
