"""Mails by the standard library: subject, header lines, the best form of the text, attachments, forwarded messages."""

from email.message import Message
from pathlib import Path
from typing import ClassVar

from docqa.core.errors import FileEmpty
from docqa.core.models import DocumentMetadata, DocumentPlan, Format, PageRange, ParsedRange
from docqa.core.noticed import combined, warning
from docqa.parsing.boundary import reading
from docqa.parsing.eml.headers import header
from docqa.parsing.eml.parts import Reader, parsed
from docqa.parsing.html.meta import moment

MAX_BYTES = 64 * 1024 * 1024
_HEAD_BYTES = 256 * 1024


class EmlParser:
    """Parser of mails; see the module."""

    format: ClassVar[Format] = Format.EML
    version: ClassVar[str] = "eml-1"

    def plan(self, path: Path, *, max_pages: int) -> DocumentPlan:
        """One range, and what the header says. Raises FileEmpty, CorruptFile."""
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head.strip():
            raise FileEmpty
        with reading("a mail"):
            ranges = (PageRange(index=0, first=1, last=1),)
            return DocumentPlan(page_count=None, ranges=ranges, metadata=_metadata(parsed(head)))

    def parse(self, path: Path, pages: PageRange) -> ParsedRange:
        """Raises CorruptFile."""
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        with reading("a mail"):
            reader = Reader()
            reader.message(parsed(data[:MAX_BYTES]))
        if len(data) > MAX_BYTES:
            reader.warnings.append(warning("truncated", detail=f"{MAX_BYTES // 2**20} MiB of a mail were read"))
        return ParsedRange(index=pages.index, blocks=tuple(reader.blocks), warnings=combined(reader.warnings))


def _metadata(message: Message) -> DocumentMetadata:
    return DocumentMetadata(
        title=header(message, "Subject") or None,
        author=header(message, "From") or None,
        created_at=moment(header(message, "Date")),
    )
