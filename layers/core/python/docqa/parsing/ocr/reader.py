"""Reading a page from its picture: which way up, in which language, which lines; with places and confidence.

A strip of the page is read first, in the language that the document names or in English. If that goes well, its words
say which language the page is in; if not, Tesseract's orientation and script detection says how the page lies and
which models to try. Then the page is read once, in one language. Every page is judged by itself, so that it reads the
same whichever range it is in.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from docqa.core.language import language_of
from docqa.parsing.ocr import engine
from docqa.parsing.ocr.engine import TextLine, Word
from docqa.parsing.ocr.image import PageImage, contrast, densest_band, is_blank, pictures_fit, rendered, skew
from docqa.parsing.pdf.lines import Line, Rect, clean

_CERTAIN, GOOD, DOUBTFUL, _LEGIBLE = 0.85, 0.75, 0.7, 0.6
"""Mean confidence of a page: printed text in its language reads at 0.85 to 0.96, in a wrong one at 0.3 to 0.5."""
_MODELS = {
    "ar": "ara",
    "bg": "kir",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "fa": "ara",
    "fr": "fra",
    "he": "heb",
    "hi": "hin",
    "it": "ita",
    "ja": "jpn",
    "ko": "kor",
    "mr": "hin",
    "ne": "hin",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ru": "kir",  # the only Cyrillic alphabet among the data that holds all Russian letters: word recall 1.0, measured
    "th": "tha",
    "tr": "tur",
    "uk": "kir",
    "zh": "chi_sim",
}
_DEFAULT = "eng"
_SCRIPTS = {
    "Arabic": ("ara",),
    "Cyrillic": ("kir",),
    "Devanagari": ("hin",),
    "Greek": ("ell",),
    "Han": ("chi_sim", "chi_tra", "jpn"),
    "Hangul": ("kor",),
    "Hebrew": ("heb",),
    "Japanese": ("jpn", "chi_sim", "chi_tra"),
    "Korean": ("kor",),
    "Thai": ("tha",),
}
_STRIP_INCHES = 1.0  # six lines of 11 pt
_TELLING_LETTERS = 60
_SURE, _LEAST_LINE = 0.6, 0.45
_PART_GAP = 1.5  # in row heights; a wider gap parts a line, as in a table
_LIKE_BODY = (0.8, 1.22)  # row heights of one size vary by as much, with the letters that are in the row
_EMS_A_ROW = 0.94  # height of a row, descenders to ascenders, measured on Times and Helvetica
_MIN_SKEW, _MAX_SLOPE = 0.75, 0.2
_VISIBLE = 60.0
_RULE = re.compile(r"[|_=~\u2014\u2013\u00a6\u00ac\[\]\\/.,:;'\u2018\u2019\"`\u00b0-]+")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
Band = tuple[int, int]
"""(top, bottom) in pixels."""
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True)
class Recognised:
    """The lines of a page; mean confidence of its words by length (None without words).

    `blank`: the page is empty paper. `too_large`: a picture on it is larger than may be decoded, so it was not read.
    """

    lines: tuple[Line, ...] = ()
    confidence: float | None = None
    blank: bool = False
    too_large: bool = False


def read_page(page: Any, *, language: str | None = None, printed: Sequence[Line] = ()) -> Recognised:
    """Read a pymupdf page from its picture.

    language: what the document says it is in ("de-AT"), a hint. printed: lines of the text layer that can be trusted;
    they stand in the place of what is recognised there, if they show. Raises InvalidSetting, ProcessingFailed where
    recognition is not set up.
    """
    if not pictures_fit(page):
        return Recognised(too_large=True)
    picture = rendered(page)
    if is_blank(picture.image):
        return Recognised(blank=True)
    hint = _MODELS.get((language or "").lower().replace("_", "-").partition("-")[0])
    turned, found = _read(picture, hint or _DEFAULT)
    shown = [line for line in printed if _shows(line, picture)]
    lines = [line for line in _page_lines(found, turned) if not any(_covers(other, line) for other in shown)]
    return Recognised((*shown, *_with_like_sizes(lines)), _confidence(list(_without_specks(found))))


# -- language and orientation ------------------------------------------------------------------------------------------


def _read(picture: PageImage, first: str) -> tuple[PageImage, list[TextLine]]:
    """The picture as it was read (upright), and its lines. `first`: the model to begin with."""
    band = densest_band(picture.image, round(_STRIP_INCHES * picture.dpi))
    seen, whole = _recognised(picture, first, band), False
    if _letters(seen) < _TELLING_LETTERS:  # a page with little text
        band = (0, picture.image.height)
        seen, whole = _recognised(picture, first), True
    if (_confidence(seen) or 0.0) >= GOOD and not _sideways(seen):
        model, upright = _model_of(_text(seen)) or first, picture
    else:
        model, upright = _by_orientation(picture, first, band, seen)
    read_already = whole and upright is picture and model == first
    found = seen if read_already else _recognised(upright, model)
    if _letters(found) < _TELLING_LETTERS and (_confidence(found) or 0.0) < GOOD:
        return _levelled(upright, model, found)
    return upright, found


def _by_orientation(picture: PageImage, first: str, band: Band, seen: list[TextLine]) -> tuple[str, PageImage]:
    """The model to read a page with, and the page the right way up. `seen`: what `first` read badly in the band."""
    lies = engine.orientation(picture.image, dpi=picture.dpi)
    if lies is None:
        return first, picture
    upright, tried = picture.turned(lies.turn), {first: seen}
    if lies.turn:
        band = densest_band(upright.image, band[1] - band[0])
        tried[first] = _recognised(upright, first, band)
        lies = _upright_script(upright, tried[first]) or lies
    for model in _SCRIPTS.get(lies.script, ()):
        if model not in tried and engine.available(model):
            tried[model] = _recognised(upright, model, band)
            if (_confidence(tried[model]) or 0.0) >= _CERTAIN:
                break
    model = max(tried, key=lambda name: _worth(tried[name]))
    if (_confidence(tried[model]) or 0.0) < _LEGIBLE or _worth(tried[model]) < _worth(seen):
        return first, picture  # what is hardly legible looks like any script, either way up
    return _model_of(_text(tried[model])) or model, upright


def _upright_script(upright: PageImage, read: list[TextLine]) -> engine.Orientation | None:
    """The script of a page that was turned, as it is told from an upright page only; None if the page reads well."""
    if (_confidence(read) or 0.0) >= GOOD:
        return engine.Orientation(0, "Latin", 0.0)
    return engine.orientation(upright.image, dpi=upright.dpi)


def _levelled(picture: PageImage, model: str, found: list[TextLine]) -> tuple[PageImage, list[TextLine]]:
    """The page with its lines made level and what is read then, if that is more than was found."""
    degrees = skew(picture.image)
    if abs(degrees) < _MIN_SKEW:
        return picture, found
    level = picture.levelled(degrees)
    again = _recognised(level, model)
    return (level, again) if _worth(again) > _worth(found) else (picture, found)


def _recognised(picture: PageImage, model: str, band: Band | None = None) -> list[TextLine]:
    """The lines of the page, or of a band of it (places then count from the band's top)."""
    image = picture.image.crop((0, band[0], picture.image.width, band[1])) if band else picture.image
    return engine.recognise(image, model, dpi=picture.dpi)


def _model_of(text: str) -> str | None:
    """The model for the language of a text, if it can be told and there is one."""
    model = _MODELS.get(language_of(text) or "")
    return model if model and engine.available(model) else None


def _sideways(lines: Sequence[TextLine]) -> bool:
    """Whether most of what was read runs up or down: Tesseract reads it, but in the wrong order."""
    return sum(_letters([line]) for line in lines if line.turn) * 2 > _letters(lines)


def _without_specks(lines: Sequence[TextLine]) -> Iterator[TextLine]:
    """Without what is no writing: dirt, rules, pieces of pictures."""
    for line in lines:
        words = tuple(word for word in line.words if not _is_speck(word))
        if words and _mean(words) >= _LEAST_LINE:
            yield replace(line, words=words)


def _is_speck(word: Word) -> bool:
    if _RULE.fullmatch(word.text):
        return len(set(word.text)) > 2 or word.text not in ".,:;-\u2013\u2014/" or word.confidence < _SURE
    return word.confidence < _SURE and not any(char.isalnum() for char in word.text)


def _mean(words: Sequence[Word]) -> float:
    return sum(word.confidence * len(word.text) for word in words) / sum(len(word.text) for word in words)


def _confidence(lines: Sequence[TextLine]) -> float | None:
    words = [word for line in lines for word in line.words]
    return _mean(words) if words else None


def _letters(lines: Sequence[TextLine]) -> int:
    return sum(char.isalpha() for line in lines for word in line.words for char in word.text)


def _worth(lines: Sequence[TextLine]) -> float:
    """How much was read, doubtful words counting little: garbage is as long as what it stands for."""
    return sum(len(word.text) * word.confidence**3 for line in lines for word in line.words)


def _text(lines: Sequence[TextLine]) -> str:
    return "\n".join(_joined(line.words) for line in lines)


# -- lines on the page -------------------------------------------------------------------------------------------------


def _page_lines(found: Sequence[TextLine], picture: PageImage) -> Iterator[Line]:
    """Lines as the layout wants them: parted at wide gaps, their places in points, in a frame where they lie level."""
    slopes = [line.slope for line in found if not line.turn and len(line.words) > 2 and abs(line.slope) < _MAX_SLOPE]
    slope = median(slopes) if slopes else 0.0
    for line in _without_specks(found):
        for words in _parts(line):
            text = clean(_joined(words))
            if text:
                yield _line(text, words, line, slope, picture)


def _line(text: str, words: Sequence[Word], line: TextLine, slope: float, picture: PageImage) -> Line:
    box = _around([word.box for word in words])
    scale = 72.0 / picture.dpi
    shown, turn = _around([picture.on_page(word.box) for word in words]), (picture.turn + line.turn) % 360
    if line.turn:
        x0, y0, x1, y1 = _upright(shown, turn)
    else:  # the base line's height where the words stand, with the page's slope taken out
        middle = (box[0] + box[2]) / 2
        bottom = line.base + (line.slope - slope) * middle + line.descent
        x0, y0, x1, y1 = box[0] * scale, (bottom - line.height) * scale, box[2] * scale, bottom * scale
    size = round(line.height * scale / _EMS_A_ROW, 1)
    rtl = len(_RTL.findall(text)) * 2 > sum(char.isalpha() for char in text)
    return Line(text, shown, x0, y0, x1, y1, size, False, turn, rtl, confidence=round(_mean(words), 3))


def _around(boxes: Sequence[Rect]) -> Rect:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _parts(line: TextLine) -> Iterator[tuple[Word, ...]]:
    """The words of a line, parted where the gap is wide."""
    held: list[Word] = []
    across = (1, 3) if line.turn in (90, 270) else (0, 2)
    for word in line.words:
        if held:
            first, last = sorted((held[-1].box, word.box), key=lambda box: box[across[0]])
            if last[across[0]] - first[across[1]] > _PART_GAP * line.height:
                yield tuple(held)
                held = []
        held.append(word)
    yield tuple(held)


def _joined(words: Sequence[Word]) -> str:
    """Words with spaces between them; none where the script has none."""
    parts: list[str] = []
    for word in words:
        if parts and not (_UNSPACED.match(word.text) and _UNSPACED.match(parts[-1][-1])):
            parts.append(" ")
        parts.append(word.text)
    return "".join(parts)


def _with_like_sizes(lines: Sequence[Line]) -> list[Line]:
    """Row heights are measured on pixels: what is nearly as large as most of the page is as large."""
    amounts: Counter[float] = Counter()
    for line in lines:
        amounts[line.size] += len(line.text)
    if not amounts:
        return []
    half, seen, body = amounts.total() / 2, 0, 0.0
    for body in sorted(amounts):
        seen += amounts[body]
        if seen >= half:
            break
    smallest, largest = _LIKE_BODY[0] * body, _LIKE_BODY[1] * body
    return [replace(line, size=body) if smallest <= line.size <= largest else line for line in lines]


def _upright(box: Rect, turn: int) -> Rect:
    """The box in a frame turned so that the text runs from left to right; see pdf_lines.Line."""
    x0, y0, x1, y1 = box
    return {90: (y0, -x1, y1, -x0), 270: (-y1, x0, -y0, x1), 180: (-x1, -y1, -x0, -y0)}.get(turn, box)


def _covers(printed: Line, line: Line) -> bool:
    x, y = (line.box[0] + line.box[2]) / 2, (line.box[1] + line.box[3]) / 2
    x0, y0, x1, y1 = printed.box
    return x0 <= x <= x1 and y0 <= y <= y1


def _shows(line: Line, picture: PageImage) -> bool:
    """Whether there is anything to see where a line of the text layer stands: it may be white, or under the scan."""
    scale = picture.dpi / 72.0
    x0, y0, x1, y1 = line.box
    return contrast(picture.image, (x0 * scale, y0 * scale, x1 * scale, y1 * scale)) >= _VISIBLE
