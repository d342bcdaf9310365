"""Where sentences end, in the scripts that documents come in. Pure; standard library only.

Rules, not a model: a terminator ends a sentence unless what stands around it says otherwise (an abbreviation, an
initial, an ordinal, a lower-case word after it). A line break always ends one: table rows, list items and headings
stand on lines of their own. CJK, Khmer, Burmese and Tibetan terminators need no space after them. Thai and Lao have
none: a space ends a clause, and counts as an end once a sentence is long enough. No character other than white space is
lost: the spans cover all the rest, in order, without overlap.
"""

import re
from collections.abc import Iterator

_CLOSERS = "\"'\u2019\u201d\u00bb\u203a)]}\u300d\u300f\u3011\uff09\u300b"
_LOW_CLOSERS = _CLOSERS + "\u201c\u2018"  # German quotations close with what opens an English one
_WIDE = (
    "\u3002\uff01\uff1f\uff0e\uff61"  # CJK stop, exclamation, question, full-width dot, half-width stop
    "\u17d4\u17d5\u104b\u0f0d\u0f0e"  # Khmer, Burmese, Tibetan
)
_NARROW = ".!?\u2026\u061f\u06d4\u0964\u0965\u1362\u0589\u037e"  # Latin, Arabic, Urdu, Hindi, Ethiopic, Armenian, Greek

_THAI_OR_LAO = "\u0e01-\u0e4e\u0e81-\u0ece"
_THAI_CHARS = 60
"""A Thai or Lao sentence of fewer characters goes on after a space: names and numbers have spaces around them."""
_GOES_ON = "ซึ่ง|ที่|และ|หรือ|โดย|เพื่อ|เพราะ|ເຊິ່ງ|ທີ່|ແລະ|ຫຼື"  # "which", "that", "and", "or", "by", "for", "because"

_BOUNDARY = re.compile(
    rf"[{_WIDE}]+[{re.escape(_CLOSERS)}{_WIDE}]*"
    rf"|[{re.escape(_NARROW)}]+[{re.escape(_LOW_CLOSERS)}]*(?=\s|$)"
    rf"|[{re.escape(_NARROW)}]+(?:\[\d+\])+(?=\s|$)"  # reference marks: "ended.[12] Then"
    r"|[\n\r\u2028\u2029\u0085\x0b\x0c]+"
    rf"|(?<=[{_THAI_OR_LAO}])[ \u00a0]+(?=[{_THAI_OR_LAO}])(?!{_GOES_ON})"
)
_QUOTED_ON = "\u3068\u3063"  # Japanese "… he said": the sentence goes on after the closing bracket
_LAST_WORD = re.compile(r"[^\W_](?:[^\W_]|[.&'\u2019-])*$")
_NEXT_WORD = re.compile(r"[\s\"'\u201c\u201e\u00ab\u2018(\[{\u00bf\u00a1]*([^\W_]+)?")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")


GROUP_WORDS = 4
GROUP_CHARACTERS = 12
"""Of text without spaces."""
_GROUP = re.compile(rf"(?:\s*\S+){{1,{GROUP_WORDS}}}\s*", re.DOTALL)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Lower case, without the last dot. Never the end of a sentence: a name or an explanation follows.
_ALWAYS = _words(
    "mr mrs ms dr prof st mt gen col sgt capt lt maj cmdr adm gov sen rep hon rev fr sr jr messrs mme mlle pres supt "
    "cf vs v viz approx ca ibid op cit e.g i.e eg ie eds assn dept univ proc ser cir "
    "z.b d.h u.a s.o s.u o.\u00e4 i.d.r u.u bzw ggf evtl vgl inkl exkl zzgl sog geb gest hrsg dipl ing hr frl "
    "p.ex par.ex n\u00ba n\u00b0 sra srta dra avda dott \u0442.\u0435 \u0441\u043c \u0440\u0438\u0441 \u0438\u043c"
)
# Not the end if a number follows.
_BEFORE_NUMBER = _words(
    "no nos nr vol vols fig figs p pp pg sec secs ch chap art arts eq eqs tab ed abs kap abb bd str tel al supp f.supp "
    "u.s.c stat cl jan feb mar apr aug sept sep oct nov dec okt dez num p\u00e1g \u0441\u0442\u0440 \u0441\u0442"
)
# The end only if a word follows that often begins a sentence.
_SOMETIMES = _words(
    "inc corp co ltd llc plc bros u.s u.k u.n e.u d.c a.m p.m b.c a.d etc usw usf ph.d m.d b.a m.a esq est dgl ft "
    "mio mrd fed ct \u0433 \u0443\u043b \u0442.\u0434 \u0442.\u043f"
)
_STARTERS = _words(
    "the a an this that these those he she it we they you i in on at by for from after before when while if as but and "
    "or however there here his her its our their my what who how why where most many some all no one since although "
    "then thus also yet so now later today meanwhile both such each every other several not with without under during "
    "because der die das ein eine er sie es wir ihr ich im am auf nach vor wenn dies diese dieser aber und oder doch "
    "seine le la les un une il elle nous ils el los las se en"
)
_AFTER_ORDINAL = _words(
    "januar j\u00e4nner februar m\u00e4rz april mai juni juli august september oktober november dezember january "
    "february march may june july october december jahrhundert jahrhunderts jh klasse stock etage platz"
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) offsets of each sentence, without the white space around it."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        if _ends_here(text, start, match):
            _append_trimmed(spans, text, start, match.end())
            start = match.end()
    _append_trimmed(spans, text, start, len(text))
    return spans


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, each word for word as it stands there."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = left + len(piece.strip())
    if right > left:
        spans.append((left, right))


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    if mark[0] in " \u00a0":  # between Thai or Lao letters
        return match.start() - start >= _THAI_CHARS
    if mark[0].isspace():
        return True
    if mark[0] in _WIDE:
        after = text[match.end() : match.end() + 1]
        decimal = mark == "\uff0e" and after.isdigit()
        return not decimal and not (mark[-1] in "\u300d\u300f" and after and after in _QUOTED_ON)
    following = _NEXT_WORD.match(text, match.end())
    word = (following.group(1) or "") if following else ""
    if word[:1].islower():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    return not _is_abbreviation(text[max(start, match.start() - 40) : match.start()], word)


def _is_abbreviation(before: str, following: str) -> bool:
    """Whether the dot between `before` (the last 40 characters at most) and `following` is part of a word."""
    found = _LAST_WORD.search(before)
    if not found:
        return False
    last, follower = found.group().lower(), following.lower()
    stands_first = len(last) <= 3 and not before[: found.start()].strip(" \t\n([*-\u2022\u2013\u2014")
    if stands_first and (last.isdigit() or len(last) == 1):
        return True  # "1. Introduction", "A. Facts"
    if last.isdigit():
        return len(last) <= 2 and follower in _AFTER_ORDINAL  # German ordinals: "am 3. Oktober"
    if last in _ALWAYS:
        return True
    if last in _BEFORE_NUMBER:
        return following[:1].isdigit()
    if len(last) == 1 and last.isalpha():  # initials: "J. Smith"; "z. B. Berlin", "U. S. C."
        if found.group().isupper():
            return follower not in _STARTERS
        caseless = not found.group().islower()  # Arabic and Hebrew titles and initials
        return caseless or len(following) == 1
    if last in _SOMETIMES or _DOTTED.fullmatch(last):
        return follower not in _STARTERS
    return False


def token_groups(text: str) -> Iterator[str]:
    """Groups of a few words, or of a few characters where words are not separated; joined they are the text."""
    for match in _GROUP.finditer(text):
        group = match[0]
        if len(group) <= GROUP_WORDS * GROUP_CHARACTERS:
            yield group
        else:
            yield from (group[i : i + GROUP_CHARACTERS] for i in range(0, len(group), GROUP_CHARACTERS))
