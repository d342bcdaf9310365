"""Header fields of mails as people read them, whatever is wrong with them."""

from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.message import Message

from docqa.parsing.encoding import detect_encoding

_SHOWN = ("From", "To", "Cc", "Date")
_MAX_CHARS = 2_000
_NAME_CHARS = 80


def header(message: Message, name: str) -> str:
    """A field's text on one line, encoded words (RFC 2047) decoded; "" if it is not there."""
    value = message.get(name)
    if value is None:
        return ""
    raw = _raw(value)[:_MAX_CHARS]
    try:
        text = str(make_header(decode_header(raw)))
    except (LookupError, ValueError, HeaderParseError):
        text = raw
    return " ".join(text.split())


def _raw(value: str | Header) -> str:
    """The field as it stands; bytes beyond ASCII, which mails may not have there, by likelihood."""
    if isinstance(value, Header):
        data = b"".join(
            part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
            for part, _ in decode_header(value)
        )
    else:
        data = str(value).encode("utf-8", "surrogateescape")
    return data.decode(detect_encoding(data), "replace")


def address_line(message: Message) -> str:
    """Who wrote to whom and when, as one line: "From: …; To: …; Date: …"."""
    return "; ".join(f"{name}: {text}" for name in _SHOWN if (text := header(message, name)))


def filename(message: Message) -> str:
    """The name of an attached file without folders, "" if it has none."""
    try:
        name = message.get_filename() or ""
        name = str(make_header(decode_header(name))) if "=?" in name else name
    except (LookupError, ValueError, HeaderParseError, TypeError):
        name = ""
    clean = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    return clean.encode("utf-8", "replace").decode()[-_NAME_CHARS:]
