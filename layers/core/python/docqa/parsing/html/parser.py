"""HTML by lxml: headings, paragraphs, lists, tables, code and captions in the order of the page.

Nothing is fetched or run: scripts, frames and embedded objects are counted and left out. What a browser would not show
is kept apart as hidden.
"""

from pathlib import Path
from typing import ClassVar

from docqa.core.errors import FileEmpty
from docqa.core.models import Block, DocumentPlan, DocumentWarning, Format, PageRange, ParsedRange
from docqa.core.noticed import combined, hidden_text, warning
from docqa.parsing.boundary import reading
from docqa.parsing.html.blocks import Counts, html_blocks
from docqa.parsing.html.meta import base_of, metadata_of, page_language
from docqa.parsing.html.tree import decoded_page, read_bounded, tree

MAX_BYTES = 16 * 1024 * 1024
"""Without embedded pictures. A second of work and ten megabytes of memory for each megabyte."""
_HEAD_BYTES = 256 * 1024


class HtmlParser:
    """Parser of web pages; see the module."""

    format: ClassVar[Format] = Format.HTML
    version: ClassVar[str] = "html-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range, and what the head of the page says. Raises FileEmpty, CorruptFile."""
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head.strip():
            raise FileEmpty
        with reading("a web page"):
            root, _ = tree(decoded_page(head)[0])
            ranges = (PageRange(index=0, first=1, last=1),)
            if root is None:
                return DocumentPlan(page_count=None, ranges=ranges)
            return DocumentPlan(page_count=None, ranges=ranges, metadata=metadata_of(root))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile."""
        data, is_cut = read_bounded(path, MAX_BYTES)
        with reading("a web page"):
            blocks, warnings = read_html_bytes(data)
        if is_cut:
            warnings.append(_truncated())
        return ParsedRange(index=pages.index, blocks=tuple(blocks), warnings=combined(warnings))


def read_html_bytes(data: bytes, *, declared: str | None = None) -> tuple[list[Block], list[DocumentWarning]]:
    """The blocks of a page in any encoding; `declared` is the one that a mail around it names."""
    text, broken = decoded_page(data[:MAX_BYTES], declared)
    blocks, warnings = read_html(text)
    if len(data) > MAX_BYTES:
        warnings.append(_truncated())
    if broken:
        warnings.append(warning("undecodable_characters", count=broken))
    return blocks, warnings


def read_html(markup: str) -> tuple[list[Block], list[DocumentWarning]]:
    """The blocks of a page and what was noticed."""
    root, too_deep = tree(markup)
    if root is None:
        return [], []
    blocks, counts = html_blocks(root, base=base_of(root), language=page_language(root))
    return blocks, _warnings(blocks, counts, too_deep=too_deep)


def _truncated() -> DocumentWarning:
    return warning("truncated", detail=f"{MAX_BYTES // 2**20} MiB of a web page were read")


def _warnings(blocks: list[Block], counts: Counts, *, too_deep: bool) -> list[DocumentWarning]:
    found = [hidden_text(block.hidden) for block in blocks if block.hidden is not None]
    if counts.scripts:
        found.append(warning("active_content", count=counts.scripts))
    if counts.elsewhere:
        found.append(warning("external_content", count=counts.elsewhere))
    if counts.cut:
        found.append(warning("truncated", detail="text or a table of a web page"))
    if too_deep:
        found.append(warning("nested_too_deep"))
    return list(combined(found))
