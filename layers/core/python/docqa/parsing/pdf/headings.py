"""Which rows are headings, and how deep: by the outline, by size and weight of type, by numbering, by capitals."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from docqa.parsing.pdf.kinds import bullet_length, is_entry_of_contents
from docqa.parsing.pdf.lines import Line, PageText

_RATIOS = ((1.9, 1), (1.5, 2), (1.25, 3), (1.1, 4))
_PLAIN_RATIO = 1.18  # type that is neither bold nor in capitals must be larger
_BOLD_LEVEL = 5
_MAX_CHARS = 160
_MAX_ROWS = 4
_MAX_BOLD_CHARS = 120
_MAX_PLAIN_CHARS = 80
_MAX_ITALIC_CHARS = 60
_NUMBERING = re.compile(r"^(?P<number>\d{1,2}(?:\.\d{1,3}){0,5})\.?\s+(?=[^\W\d_])")
_NAMED = re.compile(
    r"^(?:\u00a7+\s*\d+[a-z]?|(?:article|artikel|art\u00edculo|articolo|section|chapter|kapitel|chapitre|cap\u00edtulo|"
    r"part|teil|appendix|annex|anhang|anlage|schedule|title)\s+(?:\d{1,3}[a-z]?|[IVXLC]+|[A-Z])|"
    r"\u7b2c[\d\u4e00-\u5341\u767e]+[\u7ae0\u7bc0\u8282\u6761])(?:[.:\u2013\u2014-]|\s|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Style:
    """What text looks like around here: the size of body type in points; hyphenated words seen whole; for each look
    (size, weight) of numbered headings the least depth of numbering; whether capitals are rare enough to mean much."""

    body_size: float
    words: frozenset[str] = frozenset()
    depths: dict[tuple[float, bool], int] = field(default_factory=dict)
    capitals_rare: bool = True
    bold_rare: bool = True
    italic_rare: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rows that may be a heading: their text, type size, weight; whether there is space above and below them."""

    text: str
    rows: int
    size: float
    bold: bool
    italic: bool
    above: bool
    below: bool

    @property
    def alone(self) -> bool:
        return self.above and self.below


def style_of(pages: Sequence[PageText]) -> Style:
    """Body size: the one that most characters of a window of pages have."""
    sizes: Counter[float] = Counter()
    words: set[str] = set()
    depths: dict[tuple[float, bool], list[int]] = defaultdict(list)
    lines = [line for page in pages for line in page.lines if line.text]
    for line in lines:
        sizes[_half_points(line.size)] += len(line.text)
        if "-" in line.text:
            words.update(word.strip(".,;:()") for word in line.text.split() if "-" in word[1:-1])
    body = max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 10.0
    for line in lines:
        depth = numbering_depth(line.text)
        if depth and (line.bold or line.size >= 1.1 * body) and len(line.text) <= _MAX_BOLD_CHARS:
            depths[_half_points(line.size), line.bold].append(depth)
    return Style(
        body,
        frozenset(words),
        {look: min(found) for look, found in depths.items()},
        _is_rare(lines, lambda line: _is_capitals(line.text)),
        _is_rare(lines, lambda line: line.bold),
        _is_rare(lines, lambda line: line.italic),
    )


def _is_rare(lines: Sequence[Line], holds: object) -> bool:
    assert callable(holds)
    total = sum(len(line.text) for line in lines)
    return sum(len(line.text) for line in lines if holds(line)) <= 0.25 * total


def heading_level(candidate: Candidate, style: Style, outline: dict[str, int]) -> int | None:
    """Depth of a heading from 1, or None. `outline`: titles that point to the page, squeezed, with their levels."""
    text = candidate.text
    if candidate.rows > _MAX_ROWS or len(text) > _MAX_CHARS or not _is_wordy(text) or is_entry_of_contents(text):
        return None
    listed = _listed(text, outline)
    if listed is not None:
        return listed
    deeper = max(outline.values(), default=0)
    level = _level_by_type(candidate, style)
    if level is None and candidate.alone and candidate.rows == 1:
        level = _level_by_words(candidate, style)
    if level is None and candidate.italic and candidate.above and style.italic_rare:
        level = _level_of_italics(candidate)
    if level is None:
        return None
    depth = numbering_depth(text)
    shallowest = style.depths.get((_half_points(candidate.size), candidate.bold), depth)
    return level + deeper + max(0, depth - shallowest)


def _listed(text: str, outline: dict[str, int]) -> int | None:
    """The outline's level for a title; numbering may stand on one side only."""
    if not outline:
        return None
    title = squeezed(text)
    bare = squeezed(_NUMBERING.sub("", text))
    for key, level in outline.items():
        if title == key or bare == key or (len(key) > 8 and key.lstrip("0123456789") == bare):
            return level
    return None


def _level_by_type(candidate: Candidate, style: Style) -> int | None:
    text, ratio = candidate.text, candidate.size / style.body_size
    plain = not candidate.bold and not text.isupper() and not numbering_depth(text)
    for least, level in _RATIOS:
        if ratio >= least and not (plain and ratio < _PLAIN_RATIO):
            return level if not is_sentence(text) or (least >= 1.5 and not text.endswith((",", ";"))) else None
    if not candidate.bold or ratio <= 0.85 or len(text) > _MAX_BOLD_CHARS or bullet_length(text):
        return None
    return _BOLD_LEVEL if not is_sentence(text) and (style.bold_rare or candidate.alone) else None


def _level_by_words(candidate: Candidate, style: Style) -> int | None:
    """Of one row of plain type with space around it: numbering of two levels, "Article 5", all capitals."""
    text, ratio = candidate.text, candidate.size / style.body_size
    if ratio < 0.95 or len(text) > _MAX_PLAIN_CHARS or text.endswith((".", ",", ";", ":")):
        return None
    numbered = numbering_depth(text) >= 2 and _NUMBERING.sub("", text)[:1].isupper()
    if numbered or (_NAMED.match(text) and len(text.split()) <= 12):
        return _BOLD_LEVEL
    return _BOLD_LEVEL if style.capitals_rare and _is_capitals(text) and _letters(text) >= 4 else None


def _level_of_italics(candidate: Candidate) -> int | None:
    """Of a short row in italics that ends like no sentence."""
    text = candidate.text
    ends = text.endswith((".", ",", ";", ":", "?", "!", ")"))
    if (
        candidate.rows > 1
        or ends
        or len(text) > _MAX_ITALIC_CHARS
        or (not text[:1].isupper() and not text[:1].isdigit())
        or len(text) < 4
    ):
        return None
    return _BOLD_LEVEL + 1


def numbering_depth(text: str) -> int:
    """How many levels the numbering has that a text begins with: "2.3 Results" has 2."""
    match = _NUMBERING.match(text)
    return match.group("number").count(".") + 1 if match else 0


def squeezed(text: str) -> str:
    """For comparing titles: letters and digits only, case folded."""
    return "".join(char for char in text.casefold() if char.isalnum())


def is_sentence(text: str) -> bool:
    """Whether a text ends like a sentence, or in the middle of one."""
    text = text.rstrip()
    return (text.endswith(".") and len(text) > 30 and " " in text) or text.endswith((",", ";"))


def _half_points(size: float) -> float:
    return round(size * 2) / 2


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def _is_capitals(text: str) -> bool:
    return text.isupper() and _letters(text) >= 3


def _is_wordy(text: str) -> bool:
    letters = _letters(text)
    return (letters >= 2 or (letters == 1 and ord(max(text)) > 0x2E80)) and letters * 3 >= len(text)
