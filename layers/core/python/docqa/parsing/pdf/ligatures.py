"""Ligatures that a font's map to Unicode cuts to their first letter: "proft" where the page shows "profit".

The name of the glyph in the font's encoding still tells what it is. Opinions of the Supreme Court of the United States
are such files; readers that trust the map alone (pdftotext, MuPDF) lose the letters.
"""

import logging
import re
from collections.abc import Iterable
from typing import Any

import pymupdf

_log = logging.getLogger(__name__)
_LETTERS = {
    name: letters
    for letters, names in {
        "ff": "ff f_f uniFB00",
        "fi": "fi f_i uniFB01",
        "fl": "fl f_l uniFB02",
        "ffi": "ffi f_f_i uniFB03",
        "ffl": "ffl f_f_l uniFB04",
    }.items()
    for name in names.split()
}
_MOST_BYTES = 200_000
"""Of a map; those of whole scripts are longer, and their fonts have no encoding with names."""
_NAME_OR_CODE = re.compile(r"/([^\s/\[\]<>()]+)|(\d{1,3})(?!\d)")
_DIFFERENCES = re.compile(r"/Differences\s*\[(.*?)\]", re.DOTALL)


def mend_ligatures(document: Any, indexes: Iterable[int]) -> None:
    """Correct, in the opened document, the maps of the fonts of these pages (counted from 0).

    A font that stands in a page itself, not as an object of the file, is left as it is; so is one that is damaged.
    """
    fonts = {font[0] for index in indexes for font in document.get_page_fonts(index)}
    for font in sorted(fonts - {0}):
        try:
            _mend_font(document, font)
        except (ValueError, RuntimeError, pymupdf.mupdf.FzErrorBase) as error:  # pages are read without their maps too
            _log.debug("pdf_font_damaged", extra={"error_type": type(error).__name__})


def _mend_font(document: Any, font: int) -> None:
    kind, where = document.xref_get_key(font, "ToUnicode")
    wanted = _ligatures(document, font) if kind == "xref" else {}
    if wanted:
        _mend(document, int(where.split()[0]), wanted)


def _ligatures(document: Any, font: int) -> dict[int, str]:
    """Code → letters of the ligatures that the font's encoding names."""
    kind, value = document.xref_get_key(font, "Encoding")
    if kind == "xref":
        _, value = document.xref_get_key(int(value.split()[0]), "Differences")
    elif kind == "dict":
        found = _DIFFERENCES.search(value)
        value = found[1] if found else ""
    else:
        return {}
    code, named = 0, dict[int, str]()
    for name, number in _NAME_OR_CODE.findall(value):
        if number:
            code = int(number)
            continue
        if name in _LETTERS:
            named[code] = _LETTERS[name]
        code += 1
    return named


def _mend(document: Any, xref: int, ligatures: dict[int, str]) -> None:
    stream = document.xref_stream(xref)
    if not stream or len(stream) > _MOST_BYTES:
        return
    text = mended = stream.decode("latin-1")
    for code, letters in ligatures.items():
        cut = f"{ord(letters[0]):04X}"
        entry = re.compile(rf"(<(?:00)?{code:02X}>\s*<){cut}(>)(?=\s*(?:<|endbfchar))", re.IGNORECASE)
        whole = "".join(f"{ord(letter):04X}" for letter in letters)
        mended = entry.sub(rf"\g<1>{whole}\g<2>", mended)
    if mended != text:
        document.update_stream(xref, mended.encode("latin-1"))
