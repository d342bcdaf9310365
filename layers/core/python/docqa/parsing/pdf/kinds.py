"""What a text may be by its first and last characters: a list item, a caption, a footnote, an entry of contents."""

import re

_GLYPHS = (
    "\u2022\u25aa\u25ab\u25e6\u25cf\u25cb\u25a0\u25a1\u00b7\u2023\u27a2\u27a4\u25ba\u25b6\u2713\u2714\u2717\u2752"
    "\u2756\u25c6\u25c7\u2610\u2611\u2612\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf06e\uf0e8\uf02d\ufffd\u2043\u2219\u30fb"
)
_BULLET = re.compile(rf"^[{_GLYPHS}]+\s*(?=\S)|^[-*\u2013\u2014o]\s+(?=\S)")
_NUMBERED = re.compile(
    r"^\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,5}|[IVX]{2,5})[.)]\s+\S"
    r"|^[\u2460-\u2473\u2474-\u249b]\s*\S"
    r"|^[\uff08(]?[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}[\uff09)\u3001]\S"
)
_ENDS = re.compile(r"[.!?:;\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964][\"'\u2019\u201d\u00bb)\]\u201c]*\d{0,3}$")
_LABEL = (
    r"(?:figures?|figs?\.?|tables?|tab\.|exhibit|chart|plate|scheme|listing|algorithm|box|map|photo|diagram|graph|"
    r"abb(?:ildung|\.)|tabelle|schaubild|diagramm|tableau|figura|tabla|gr[\u00e1a]fico|cuadro|quadro|tabela|"
    r"afbeelding|figuur|tabel|rysunek|\u0440\u0438\u0441(?:\u0443\u043d\u043e\u043a|\.)|\u0442\u0430\u0431\u043b"
    r"(?:\u0438\u0446\u0430|\.)|\u56fe\u8868|\u56fe|\u5716|\u56f3|\u8868|\uadf8\ub9bc|\ud45c|\u0634\u0643\u0644)"
)
_NUMBER = r"(?:[A-Z]{1,2}[.-]?)?\d+(?:[.\u2013-]\d+)*[a-z]?|[IVXLC]+|[A-Z]"
_CAPTION = re.compile(rf"^{_LABEL}\s*(?:{_NUMBER})\s*(?:[:.|\u2014\u2013\uff1a\uff0e]|-\s|$)", re.IGNORECASE)
_LOOSE_CAPTION = re.compile(rf"^(?i:{_LABEL})\s*(?:{_NUMBER})\s+[A-Z\u00c0-\u00de\"\u201c(\u4e00-\u9fff\uac00-\ud7a3]")
_NOTE = re.compile(
    r"^(?P<number>\d{1,3})(?:[.)\]:]?\s+|[.)\]]?(?=[^\W\d_\u0000-\u0020]|[\"\u201c(]))(?=\S)"
    r"|^(?P<sign>[*\u2217\u2020\u2021\u00a7\u00b6\u2016#]{1,3})\s*(?=[^\W_]|[\"\u201c(])"
    r"|^\(?(?P<letter>[a-z])[.)]?\s+(?=[A-Z\"\u201c(])|^(?P<above>[\u00b9\u00b2\u00b3\u2070-\u2079]+)\s*(?=\S)"
)
_LEADER = re.compile(r"(?:_{4,}|\u2026|\u00b7{4,})\s*[A-Z]{0,2}-?(?:\d{1,4}|[ivxlc]{1,6})$", re.IGNORECASE)
_SUPERSCRIPTS = str.maketrans("\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079", "1230456789")


def bullet_length(text: str) -> int:
    """How many characters a bullet and the space after it take at the start of a text."""
    match = _BULLET.match(text)
    return match.end() if match else 0


def is_numbered(text: str) -> bool:
    """Whether a text begins like an item of a numbered list."""
    return bool(_NUMBERED.match(text))


def starts_item(text: str) -> bool:
    """Whether a text begins with a bullet or a number of a list."""
    return bool(_BULLET.match(text) or _NUMBERED.match(text))


def ends_sentence(text: str) -> bool:
    """Whether a text ends as sentences do, a footnote's number after it or not."""
    return bool(_ENDS.search(text))


def is_caption(text: str, *, set_apart: bool = False) -> bool:
    """Whether a text begins like a caption: "Figure 3:"; "Table 2 Exports" only if its type is `set_apart`."""
    return bool(_CAPTION.match(text) or (set_apart and _LOOSE_CAPTION.match(text)))


def note_marker(text: str) -> str | None:
    """The number, letter or sign a footnote begins with."""
    match = _NOTE.match(text)
    if not match:
        return None
    return next(group for group in match.groups() if group).translate(_SUPERSCRIPTS)


def follows(marker: str, before: str) -> bool:
    """Whether a footnote's marker can come right after another's."""
    if marker.isdigit() and before.isdigit():
        return int(marker) == int(before) + 1
    if marker.isalpha() and before.isalpha():
        return ord(marker[0]) == ord(before[0]) + 1
    return not marker.isalnum()


def is_entry_of_contents(text: str) -> bool:
    """Whether a text ends in a row of dots and a page number."""
    return bool(_LEADER.search(text))
