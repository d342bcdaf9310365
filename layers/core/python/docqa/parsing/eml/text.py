"""The text parts of mails: flowed lines, quoted history, armoured signatures, invitations."""

import re
from collections.abc import Iterator

from docqa.core.models import Block, BlockKind
from docqa.parsing.text.blocks import text_blocks

_QUOTED = re.compile(r"((?:> ?)+)(.*)")
_SIGNATURE = "-- "
_SIGNATURE_LINE = re.compile(r"^(?:> ?)*-- ?$", re.M)
_SIGNED = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[\w-]+: [^\n]*\n)*\r?\n?")
_ARMOUR = ("-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----")
ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_FIELD = re.compile(r"([A-Z-]+)(?:;[^:]*)?:(.*)")
_INVITATION = {
    "SUMMARY": "Event",
    "DTSTART": "Begins",
    "DTEND": "Ends",
    "LOCATION": "Place",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee",
    "DESCRIPTION": "Description",
    "FN": "Name",
    "ORG": "Organization",
    "TITLE": "Title",
    "EMAIL": "E-mail",
    "TEL": "Telephone",
}
_MAX_FIELDS = 200


def plain_blocks(text: str, *, flowed: bool = False, delete_space: bool = False) -> list[Block]:
    """The blocks of a text/plain part. Quoted history stays where it stands, without its marks."""
    text = _without_armour(text.replace("\r\n", "\n").replace("\r", "\n"))
    if flowed:
        text = _unflowed(text, delete_space=delete_space)
    text = _SIGNATURE_LINE.sub("", text)
    return [block for run in _runs(text) for block in text_blocks(run)]


def _runs(text: str) -> Iterator[str]:
    """Lines of the same depth of quotation, without the marks."""
    depth, lines = 0, list[str]()
    for line in text.split("\n"):
        quoted = _QUOTED.match(line)
        here = quoted.group(1).count(">") if quoted else 0
        if here != depth and lines:
            yield "\n".join(lines)
            lines = []
        depth = here
        lines.append(quoted.group(2) if quoted else line)
    yield "\n".join(lines)


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Lines that end with a space put together with the next of the same depth (RFC 3676); each is a paragraph then."""
    lines: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != _SIGNATURE
        content = content[:-1] if flows and delete_space else content
        if open_depth == depth and content != _SIGNATURE:
            lines[-1] += content
        else:
            marked = f"{'>' * depth} {content}" if depth else content
            lines += ["", marked] if flows and not depth else [marked]
        open_depth = depth if flows else None
    return "\n".join(lines)


def _without_armour(text: str) -> str:
    text = _SIGNED.sub("", text)
    start = text.find(_ARMOUR[0])
    if start < 0:
        return text
    end = text.find(_ARMOUR[1], start)
    return text[:start] + (text[end + len(_ARMOUR[1]) :] if end >= 0 else "")


def field_blocks(text: str) -> list[Block]:
    """An invitation (iCalendar) or a business card (vCard): one paragraph of what people read in it for each entry."""
    unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    blocks: list[Block] = []
    entry: list[str] = []
    for line in unfolded.split("\n")[:20_000]:
        found = _FIELD.match(line)
        name, value = (found.group(1), found.group(2)) if found else ("", "")
        if name == "END" and value.strip() in ("VEVENT", "VCARD", "VTODO") and entry:
            blocks.append(Block(kind=BlockKind.PARAGRAPH, text="; ".join(entry)))
            entry = []
        elif name in _INVITATION and len(entry) < _MAX_FIELDS:
            words = " ".join(re.sub(r"\\[nN]", " ", value).replace("\\", "").split())
            words = words.removeprefix("mailto:").removeprefix("MAILTO:")
            entry += [f"{_INVITATION[name]}: {words}"] if words else []
    return blocks
