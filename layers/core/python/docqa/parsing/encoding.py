"""Which encoding a text file is in, from its bytes: byte order mark, UTF-8, UTF-16 by its zeros, else by likelihood.

Legacy single-byte encodings all decode nearly anything; what tells them apart is whether the words that come out look
like words: one script a word, small letters after capitals, common characters of their script.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

_SAMPLE_BYTES = 64 * 1024
_LINE_BYTES = 4096
_CHUNK_BYTES = 1024 * 1024
_BAD_IN = 10
"""One undecodable byte among so many characters beyond ASCII is damage, not another encoding."""
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859_7", "cp1255", "cp1256", "koi8_r")
_MULTI_BYTE = {  # lead bytes of the common characters of each
    "gb18030": ((0xB0, 0xD7), (0xA1, 0xA3)),
    "cp932": ((0x88, 0x97), (0x81, 0x83)),
    "big5": ((0xA4, 0xC6), (0xA1, 0xA3)),
    "cp949": ((0xB0, 0xC8), (0xA1, 0xA3)),
}
_PRIOR = {"cp1252": 0.3, "cp1250": 0.05}  # Western text is the commonest, and has most signs besides letters
_COMMON = frozenset(
    "\u043e\u0435\u0430\u0438\u043d\u0442\u0441\u0440\u0432\u043b"  # the ten commonest letters of Russian,
    "\u03b1\u03bf\u03b9\u03b5\u03c4\u03c3\u03c2\u03bd\u03b7\u03c5\u03c1"  # Greek,
    "\u05d9\u05d5\u05d4\u05dc\u05d0\u05e8\u05ea\u05d1\u05de\u05e9"  # Hebrew
    "\u0627\u0644\u064a\u0645\u0646\u0631\u062a\u0648\u0628\u0629"  # and Arabic
)
_SIGNS = frozenset(
    "\u00bf\u00a1\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e\u2013\u2014\u2026"
    "\u20ac\u00a3\u00a7\u00a9\u00ae\u00b0\u00b2\u00b3\u00a0\u2122"
)
_WORD = re.compile(r"[^\W\d_]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_RARE_LATIN = frozenset("\u00f0\u00fe\u00fd\u00d0\u00de\u00dd")  # Icelandic; what Turkish letters look like in cp1252


def detect_encoding(data: bytes) -> str:
    """Name of the likeliest codec. Never fails: cp1252, to be used with replacement, is the last resort."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    wide = _wide_without_mark(data[:_SAMPLE_BYTES])
    if wide:
        return wide
    if _is_utf8(data):
        return "utf-8"
    return _utf8_or_likeliest(_telling_part([data]))


def detect_file_encoding(path: Path) -> tuple[str, int]:
    """Name of the likeliest codec for a file of any size, and the length of its byte order mark, which is no text.

    Reads as far as it takes to see enough characters beyond ASCII: of a file that has none, everything.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
        for mark, name in _BOMS:
            if head.startswith(mark):
                return _without_mark(name, mark), len(mark)
        wide = _wide_without_mark(head)
        if wide:
            return wide, 0
        file.seek(0)
        return _utf8_or_likeliest(_telling_part(iter(partial(file.read, _CHUNK_BYTES), b""))), 0


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a file are text in some encoding."""
    encoding = detect_encoding(head)
    text = head.decode(encoding, "replace")
    return len(_CONTROL.findall(text)) <= len(text) // 200


def _is_utf8(data: bytes) -> bool:
    """Strict, but for a character cut in two at the end of the sample."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _wide_without_mark(sample: bytes) -> str | None:
    """UTF-16 text in scripts with ASCII punctuation and digits has zeros at every other place, seldom elsewhere.

    UTF-32 has them at two places of four, whatever the script.
    """
    if len(sample) < 4:
        return None
    quarters = [sample[place::4].count(0) * 4 / len(sample) for place in range(4)]
    if min(quarters[2:]) > 0.9 and quarters[0] < 0.1:
        return "utf-32-le"
    if min(quarters[:2]) > 0.9 and quarters[3] < 0.1:
        return "utf-32-be"
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.1 and even < odd * 0.05:
        return "utf-16-le"
    if even > half * 0.1 and odd < even * 0.05:
        return "utf-16-be"
    return None


def _without_mark(name: str, mark: bytes) -> str:
    if name == "utf-8-sig":
        return "utf-8"
    return f"{name}-le" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE) else f"{name}-be"


def _telling_part(chunks: Iterable[bytes]) -> bytes:
    """Lines with bytes above ASCII, up to the sample size."""
    kept: list[bytes] = []
    size = 0
    for line in _lines_beyond_ascii(chunks):
        kept.append(line)
        size += len(line)
        if size > _SAMPLE_BYTES:
            break
    return b"\n".join(kept)


def _lines_beyond_ascii(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The beginning of each such line. A line that lies over two chunks counts as two, parted where a line may end."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        tail = data[-_LINE_BYTES:]
        rest = tail[max(tail.rfind(b"\n"), tail.rfind(b"\r"), tail.rfind(b" ")) + 1 :]
        body = data[: len(data) - len(rest)]
        if not body.isascii():
            yield from (_beginning(line) for line in body.splitlines() if not line.isascii())
    if not rest.isascii():
        yield _beginning(rest)


def _beginning(line: bytes) -> bytes:
    """As much of a long line as is looked at, ending where a character may."""
    if len(line) <= _LINE_BYTES:
        return line
    cut = line[:_LINE_BYTES]
    return cut[: cut.rfind(b" ") if b" " in cut[_LINE_BYTES // 2 :] else _LINE_BYTES]


def _utf8_or_likeliest(sample: bytes) -> str:
    """UTF-8 with a few bad bytes is still UTF-8: no other encoding looks like it by chance for long."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    good = len(text) - bad - len(text.encode("ascii", "ignore"))
    return "utf-8" if bad * _BAD_IN <= good else _likeliest(sample)


def _likeliest(sample: bytes) -> str:
    best, best_score = "cp1252", float("-inf")
    for encoding in (*_SINGLE_BYTE, *_MULTI_BYTE):
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _likelihood(text, encoding)
        if score > best_score:
            best, best_score = encoding, score
    return best


def _likelihood(text: str, encoding: str) -> float:
    """Mean score a byte above ASCII; the higher, the more the text looks like language."""
    high = [char for char in text if ord(char) > 0x7F]
    if not high:
        return float("-inf")
    total = sum(_char_score(char, encoding) for char in high)
    total += sum(_word_score(word) for word in _WORD.findall(text) if not word.isascii())
    return total / len(high) + _PRIOR.get(encoding, 0.0)


def _char_score(char: str, encoding: str) -> float:
    if encoding in _MULTI_BYTE:
        lead = char.encode(encoding)[0]
        common = any(low <= lead <= high for low, high in _MULTI_BYTE[encoding])
        half_width = "\uff61" <= char <= "\uff9f"
        return -1.0 if half_width else (1.0 if common else -0.5)
    category = unicodedata.category(char)
    if category in ("Cc", "Co", "Cn"):
        return -5.0
    if char in _RARE_LATIN:
        return -0.2
    if char in _COMMON or char in _SIGNS:
        return 1.5 if char in _COMMON else 0.3
    return 1.0 if category.startswith("L") else -0.3


def _word_score(word: str) -> float:
    scripts = {unicodedata.name(char, "?").partition(" ")[0] for char in word}
    high = sum(ord(char) > 0x7F for char in word)
    score = -2.0 * (len(scripts) - 1) * high
    if scripts == {"LATIN"} and len(word) > 2 and high > len(word) * 0.6:
        score -= 1.5 * high  # another script read as accented letters
    score -= 1.0 * sum(a.islower() and b.isupper() for a, b in pairwise(word))
    return score
