"""What kind of text a text is, as far as its first lines tell."""

import json
import re

from docqa.core.models import Format
from docqa.parsing.csv.detect import detect_dialect
from docqa.parsing.encoding import detect_encoding

HTML, XML, MAIL, PLAIN = "a web page", "XML", "an e-mail", "plain text"
JSON, JSON_LINES = "JSON", "JSON Lines"
_LEAST_MARKS = 2
_DOCTYPE = re.compile(
    r"\s*(?:<\?xml\b[^>]*>\s*)?(?:(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html|head|body|title|meta)\b", re.I | re.S
)
_ELEMENTS = re.compile(
    r"\s*<(?:div|p|table|ul|ol|h[1-6]|article|section|main|script|style|center|font|span)\b[^<]*>", re.I
)
_XML = re.compile(r"\s*<(?:\?xml\b|!DOCTYPE\b|svg\b|[a-z][\w.-]*:[a-z])", re.I)
_FIELD = re.compile(
    r"(?:received|return-path|delivered-to|from|to|cc|subject|date|mime-version|message-id|reply-to|sender|x-[\w-]+|"
    r"content-type|dkim-signature|authentication-results|arc-[\w-]+|thread-(?:topic|index)):[ \t\r\n]",
    re.I,
)
_ANY_FIELD = re.compile(r"[!-9;-~]+:")
_JSON = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{])")
_MARKDOWN = re.compile(
    r"^(?:#{1,6} \S|\s{0,3}[-*+] \S|```|~~~|> \S|\|.*\|[ \t]*$|(?:={3,}|-{3,})[ \t]*$|\[[^\]\[\n]+\]: \S)"
    r"|\[[^\]\[\n]+\]\([^)(\n]+\)|\*\*\S[^*\n]*\*\*",
    re.M,
)
_STRONG_MARKDOWN = re.compile(r"^#{1,6} \S|^```|\[[^\]\[\n]+\]\([^)(\n]+\)|^\|[ :|-]+\|[ \t]*$", re.M)


def text_kind(head: bytes) -> tuple[Format | None, str]:
    """The likeliest format of a text from its first bytes, and what to call it. JSON and XML are no format of ours."""
    text = head.decode(detect_encoding(head), "replace").lstrip("\ufeff")
    if _DOCTYPE.match(text) or _ELEMENTS.match(text):
        return Format.HTML, HTML
    if _XML.match(text):
        return None, XML
    if is_mail(text):
        return Format.EML, MAIL
    if _JSON.match(text):
        return (Format.JSONL, JSON_LINES) if _is_lines_of_json(text) else (None, JSON)
    if len(_MARKDOWN.findall(text)) >= _LEAST_MARKS and _STRONG_MARKDOWN.search(text):
        return Format.MARKDOWN, PLAIN
    return (Format.CSV if _is_delimited(text) else Format.TEXT), PLAIN


def is_mail(text: str) -> bool:
    """Whether a text begins with header fields (RFC 5322), at least two of which mails have.

    The line that separates mails in a mailbox file may stand before them.
    """
    lines = text.lstrip("\r\n").split("\n", 40)
    if lines[0].startswith("From ") and len(lines) > 1:
        del lines[0]
    known = 0
    for line in lines:
        if not line.strip():
            break
        if line[0] in " \t" and known:
            continue
        if not _ANY_FIELD.match(line):
            return False
        known += bool(_FIELD.match(f"{line}\n"))
    return known >= _LEAST_MARKS


def _is_lines_of_json(text: str) -> bool:
    """Whether the first line is a whole object or list: JSON that is laid out over lines has none such."""
    try:
        json.loads(text.lstrip().partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return True


def _is_delimited(text: str) -> bool:
    """Whether the first lines all hold the same number of delimiters."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    delimiter = detect_dialect("\n".join(lines).encode(), "utf-8").delimiter
    counts = {line.count(delimiter) for line in lines if '"' not in line}
    return len(lines) > 1 and len(counts) == 1 and counts != {0}
