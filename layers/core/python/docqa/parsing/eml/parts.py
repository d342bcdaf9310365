"""The parts of a mail, in order: of several forms of one text the one that is shown, then what is attached.

`policy.compat32` parses: it fails on nothing, while the newer policies raise on header fields that are wrong and take
quadratic time on long ones. What is attached is read by the parser of its format, in this process and its limits.
"""

import tempfile
from collections.abc import Iterator, Sequence
from email import policy
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from docqa.core.errors import DocQAError
from docqa.core.formats import advice
from docqa.core.models import Block, BlockKind, DocumentWarning, Format, extension_of
from docqa.core.noticed import warning
from docqa.parsing.charsets import decoded
from docqa.parsing.eml.headers import address_line, filename, header
from docqa.parsing.eml.text import ENCRYPTED, field_blocks, plain_blocks
from docqa.parsing.html.parser import read_html_bytes
from docqa.parsing.registry import PARSERS, parser_for
from docqa.parsing.sniff import check
from docqa.parsing.sniff_text import is_mail

MAX_DEPTH = 8
MAX_PARTS = 500
MAX_ATTACHMENTS = 50
MAX_ATTACHED_BYTES = 24 * 1024 * 1024
MAX_ATTACHED_PAGES = 150
"""A mail is one range, with the time of one."""
MAX_TEXT_BYTES = 8 * 1024 * 1024
_MAX_BLOCKS = 200_000
_SHIFT = 2
_HEAD_BYTES = 64 * 1024
_TYPES = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_FIELDS = frozenset({"text/calendar", "application/ics", "text/vcard", "text/x-vcard"})
_TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


def parsed(data: bytes) -> Message:
    """A mail's parts. A line that stands before each mail of a mailbox file is passed over."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    data = data.partition(b"\n")[2] if data.startswith((b"From ", b">From ")) else data
    return BytesParser(policy=policy.compat32).parsebytes(data)


class Reader:
    """Gathers the blocks and warnings of a message and of all that is in it, within bounds."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.warnings: list[DocumentWarning] = []
        self._parts = 0
        self._within = 0
        self._attachments = 0
        self._bytes = 0

    def message(self, message: Message, depth: int = 0) -> None:
        """Subject, header lines and parts. A message in another begins a section of its own."""
        self._within += 1
        subject = header(message, "Subject")
        if subject:
            self.blocks.append(Block(kind=BlockKind.HEADING, text=subject, level=self._within))
        addresses = address_line(message)
        if addresses:
            self.blocks.append(Block(kind=BlockKind.PARAGRAPH, text=addresses))
        self._part(message, depth)
        self._within -= 1

    def _part(self, part: Message, depth: int) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS or len(self.blocks) > _MAX_BLOCKS:
            self.warnings.append(warning("truncated", detail=f"a mail of more than {MAX_PARTS} parts"))
            return
        kind = part.get_content_type()
        if depth > MAX_DEPTH:
            self.warnings.append(warning("nested_too_deep"))
        elif kind == "multipart/alternative":
            self._alternative(_children(part), depth)
        elif kind == "multipart/encrypted" or kind in _SEALED:
            self.warnings.append(warning("part_unreadable", detail="a signed or encrypted message"))
        elif kind == "message/rfc822" or (kind == "message/external-body" and part.is_multipart()):
            for child in _children(part):
                self.message(child, depth + 1)
        elif part.is_multipart():
            for child in _children(part):
                self._part(child, depth + 1)
        else:
            self._leaf(part, kind, depth)

    def _alternative(self, forms: Sequence[Message], depth: int) -> None:
        """The last form is the richest (RFC 2046, section 5.1.4): a page, unless it says much less than the text."""
        found: list[tuple[list[Block], list[DocumentWarning]]] = []
        for form in forms:
            inner = Reader()
            inner._parts = self._parts
            inner._part(form, depth + 1)
            self._parts = inner._parts
            if _words(inner.blocks):
                found.append((inner.blocks, inner.warnings))
            else:
                self.warnings += [one for one in inner.warnings if one.code != "hidden_text"]
        if found:
            most = max(_words(blocks) for blocks, _ in found)
            blocks, warnings = next(one for one in reversed(found) if _words(one[0]) * 2 >= most)
            self.blocks += blocks
            self.warnings += warnings

    def _leaf(self, part: Message, kind: str, depth: int) -> None:
        name = filename(part)
        attached = part.get_content_disposition() == "attachment" or (bool(name) and not kind.startswith("text/"))
        if kind in _SIGNATURES:
            self._skip("a signature, which was not checked")
        elif kind in _TNEF or name.lower() == "winmail.dat":
            self._skip("winmail.dat, a form of attachment that only Outlook reads")
        elif kind in _FIELDS:
            self.blocks += field_blocks(_text(part)[0])
        elif attached or not (kind.startswith("text/") or kind == "message/delivery-status"):
            self._attachment(part, kind, name, depth)
        elif kind == "text/html":
            blocks, warnings = read_html_bytes(_payload(part), declared=part.get_content_charset())
            self.blocks += blocks
            self.warnings += warnings
        elif kind != "text/rfc822-headers":
            self._plain(part)

    def _plain(self, part: Message) -> None:
        text, broken = _text(part)
        if ENCRYPTED in text:
            self.warnings.append(warning("part_unreadable", detail="a signed or encrypted message"))
            text = text.partition(ENCRYPTED)[0]
        if len(text) > MAX_TEXT_BYTES:
            self.warnings.append(
                warning("truncated", detail=f"{MAX_TEXT_BYTES // 2**20} MiB of a mail's text were read")
            )
            text = text[:MAX_TEXT_BYTES]
        if broken:
            self.warnings.append(warning("undecodable_characters", count=broken))
        flowed = str(part.get_param("format", "")).lower() == "flowed"
        self.blocks += plain_blocks(text, flowed=flowed, delete_space=str(part.get_param("delsp", "")).lower() == "yes")

    # -- attachments ---------------------------------------------------------------------------------

    def _attachment(self, part: Message, kind: str, name: str, depth: int) -> None:
        """What is attached, under a heading with its name; what cannot be read is named in a warning."""
        if kind.startswith(("image/", "audio/", "video/")):
            self._skip(f"a picture: {name}" if kind.startswith("image/") and name else kind.partition("/")[0])
            return
        format = Format.of_filename(name) or Format.of_filename(f"a.{_TYPES.get(kind, '')}")
        if format is None or format not in PARSERS:
            hint = advice(extension_of(name))
            self._skip(f"{name or kind}, which is not supported{'. ' + hint.rstrip('.') if hint else ''}")
            return
        data = _payload(part)
        self._attachments += 1
        self._bytes += len(data)
        if self._attachments > MAX_ATTACHMENTS or self._bytes > MAX_ATTACHED_BYTES:
            self._skip("there are more, or larger ones, than can be read")
            return
        if format is Format.EML and is_mail(data[:_HEAD_BYTES].decode("latin-1")):
            self.message(parsed(data), depth + 1)
            return
        try:
            blocks, warnings = _read(data, format)
        except DocQAError as error:
            self._skip(f"{name or kind}: {error.message.rstrip('.')}")
            return
        if name:
            self.blocks.append(Block(kind=BlockKind.HEADING, text=name, level=_SHIFT))
        self.blocks += blocks
        self.warnings += warnings

    def _skip(self, detail: str) -> None:
        self.warnings.append(warning("attachment_skipped", detail=detail))


def _read(data: bytes, format: Format) -> tuple[list[Block], list[DocumentWarning]]:
    """The blocks of an attached file. They lose page and boxes, which are places in another file than the mail."""
    with tempfile.TemporaryDirectory(prefix="docqa-attached-") as folder:
        path = Path(folder) / f"attached.{format}"
        path.write_bytes(data)
        check(path, format)
        parser = parser_for(format)
        plan = parser.plan(path, max_pages=MAX_ATTACHED_PAGES)
        parsed = [parser.parse(path, pages) for pages in plan.ranges]
    blocks = [_placed(block) for one in parsed for block in one.blocks]
    noticed = [*plan.warnings, *(one for part in parsed for one in part.warnings)]
    warnings = [one.model_copy(update={"pages": ()}) for one in noticed]
    return blocks, warnings


def _placed(block: Block) -> Block:
    level = min(block.level + _SHIFT, 9) if block.level is not None else None
    return block.model_copy(update={"page": None, "boxes": (), "spans": (), "level": level})


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _payload(part: Message) -> bytes:
    """The decoded bytes of a part; what cannot be decoded as declared comes as it stands."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> tuple[str, int]:
    """The text of a part, and how many characters of it could not be decoded."""
    return decoded(_payload(part), (part.get_content_charset(),))


def _words(blocks: Sequence[Block]) -> int:
    return sum(len(block.text.split()) for block in _shown(blocks))


def _shown(blocks: Sequence[Block]) -> Iterator[Block]:
    return (block for block in blocks if block.hidden is None)
