"""Tesseract, its data and its output as words with places. The only module that imports tesserocr.

Its data lies in the folder that DOCQA_TESSDATA names, by default where the layer `ocr-data` puts it.
"""

import logging
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from docqa.core.errors import InvalidSetting, ProcessingFailed

# More threads than one make a page slower, not faster, where each core has a page of its own.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

_log = logging.getLogger(__name__)
TESSDATA = "/opt/models/tessdata"
ORIENTATION = "osd"
_KEPT_ENGINES = 3  # 10 to 40 MB each
_MAX_SECONDS = 12  # a page takes 1 to 4; what is read by then is kept

Box = tuple[float, float, float, float]
Place = tuple[float, float, float, float]
"""slope, base, height, descent of a TextLine."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in pixels of the picture, with Tesseract's confidence in 0..1."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words in reading order.

    `slope`: y over x of the base line; `base`: where it crosses x = 0; `height` of a row from the descenders to the
    ascenders, `descent` the part below the base line. `turn`: as in pdf_lines.Line.
    """

    words: tuple[Word, ...]
    slope: float
    base: float
    height: float
    descent: float
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Orientation:
    """`turn`: degrees to turn the picture counter-clockwise so that it stands upright; the script's name."""

    turn: int
    script: str
    script_confidence: float


def data_folder() -> Path:
    """Where the language data lies. Raises InvalidSetting."""
    folder = Path(os.environ.get("DOCQA_TESSDATA") or TESSDATA)
    if not folder.is_dir():
        raise InvalidSetting(
            f"There is no data for character recognition in {folder}: DOCQA_TESSDATA must name its folder."
        )
    return folder


def available(model: str) -> bool:
    """Whether the data of a model is there."""
    return (data_folder() / f"{model}.traineddata").is_file()


class _Engines:
    """The engines of this process by model, those not used for longest ended first."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def get(self, model: str) -> Any:
        key = (str(data_folder()), model)
        if key not in self._held:
            self._held[key] = _start(*key)
            if len(self._held) > _KEPT_ENGINES:
                _, oldest = self._held.popitem(last=False)
                oldest.End()
        self._held.move_to_end(key)
        return self._held[key]


_engines = _Engines()


def _start(folder: str, model: str) -> Any:
    """Raises InvalidSetting for data that is missing or broken, ProcessingFailed where the library is missing."""
    try:
        from tesserocr import OEM, PSM, PyTessBaseAPI
    except ImportError as error:
        raise ProcessingFailed("The library for character recognition is missing on our side.") from error
    if not available(model):
        raise InvalidSetting(f"There is no {model}.traineddata in {folder}: build the layer ocr-data anew.")
    orients = model == ORIENTATION
    try:
        return PyTessBaseAPI(
            path=folder,
            lang=model,
            psm=PSM.OSD_ONLY if orients else PSM.AUTO,
            oem=OEM.TESSERACT_ONLY if orients else OEM.LSTM_ONLY,
            # what one page taught it must not change how the next is read
            variables={"tessedit_enable_doc_dict": "0", "classify_enable_learning": "0"} if not orients else {},
        )
    except RuntimeError as error:
        raise InvalidSetting(
            f"{model}.traineddata in {folder} cannot be loaded: build the layer ocr-data anew."
        ) from error


def recognise(image: Image.Image, model: str, *, dpi: int) -> list[TextLine]:
    """The lines of a grey picture in Tesseract's order."""
    engine = _engines.get(model)
    try:
        _show(engine, image, dpi)
        if not engine.Recognize(timeout=_MAX_SECONDS * 1000):
            _log.warning("recognition_incomplete", extra={"model": model, "seconds": _MAX_SECONDS})
        return list(_lines(engine))
    finally:
        engine.Clear()
        engine.ClearAdaptiveClassifier()


def orientation(image: Image.Image, *, dpi: int) -> Orientation | None:
    """How a picture of text lies and in which script it is; None if it holds too few characters to tell."""
    engine = _engines.get(ORIENTATION)
    try:
        _show(engine, image, dpi)
        found = engine.DetectOrientationScript()
    finally:
        engine.Clear()
    if not found:
        return None
    return Orientation(int(found["orient_deg"]) % 360, str(found["script_name"]), float(found["script_conf"]))


def _show(engine: Any, image: Image.Image, dpi: int) -> None:
    engine.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
    engine.SetSourceResolution(dpi)


def _lines(engine: Any) -> Iterator[TextLine]:
    from tesserocr import RIL

    iterator = engine.GetIterator()
    if iterator is None:
        return
    words: list[Word] = []
    place: Place | None = None
    while True:
        if iterator.IsAtBeginningOf(RIL.TEXTLINE):
            if words and place:
                yield _text_line(words, place)
            words, place = [], _place(iterator, RIL)
        word = _word(iterator, RIL)
        if word:
            words.append(word)
        if not iterator.Next(RIL.WORD):
            break
    if words and place:
        yield _text_line(words, place)


def _word(iterator: Any, levels: Any) -> Word | None:
    box = iterator.BoundingBox(levels.WORD)
    try:
        text = iterator.GetUTF8Text(levels.WORD).strip()
    except RuntimeError:  # tesserocr's answer where there is nothing
        return None
    if not text or box is None:
        return None
    left, top, right, bottom = map(float, box)
    return Word(text, (left, top, right, bottom), iterator.Confidence(levels.WORD) / 100)


def _place(iterator: Any, levels: Any) -> Place | None:
    """Of the line that begins here."""
    ends = iterator.Baseline(levels.TEXTLINE)
    if ends is None:
        return None
    (x0, y0), (x1, y1) = ends
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    row = iterator.RowAttributes()
    return slope, y0 - slope * x0, max(float(row["row_height"]), 1.0), max(-float(row["descenders"]), 0.0)


def _text_line(words: Sequence[Word], place: Place) -> TextLine:
    """Tesseract reads text that runs up or down as well, and says so only by the places of its words."""
    tall = [
        word for word in words if len(word.text) > 2 and word.box[3] - word.box[1] > 1.5 * (word.box[2] - word.box[0])
    ]
    long = [word for word in words if len(word.text) > 2]
    if not long or len(tall) * 2 <= len(long):
        return TextLine(tuple(words), *place)
    thickness = median(word.box[2] - word.box[0] for word in tall)
    falls = words[-1].box[1] >= words[0].box[1]
    return TextLine(tuple(words), 0.0, 0.0, thickness, 0.0, 90 if falls else 270)
