"""Which script a character is written in: the ranges of the Unicode blocks that people write documents in."""

from bisect import bisect_right
from collections import Counter

_BLOCKS = (  # first, last, script; the Unicode Standard, Blocks.txt
    (0x0041, 0x005A, "Latin"),
    (0x0061, 0x007A, "Latin"),
    (0x00AA, 0x00AA, "Latin"),
    (0x00BA, 0x00BA, "Latin"),
    (0x00C0, 0x00D6, "Latin"),
    (0x00D8, 0x00F6, "Latin"),
    (0x00F8, 0x024F, "Latin"),
    (0x0370, 0x03FF, "Greek"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0531, 0x0587, "Armenian"),
    (0x05D0, 0x05F2, "Hebrew"),
    (0x0620, 0x064A, "Arabic"),
    (0x066E, 0x06D5, "Arabic"),
    (0x06EE, 0x06EF, "Arabic"),
    (0x06FA, 0x06FF, "Arabic"),
    (0x0750, 0x077F, "Arabic"),
    (0x0904, 0x0963, "Devanagari"),
    (0x0971, 0x097F, "Devanagari"),
    (0x0980, 0x09E3, "Bengali"),
    (0x0A00, 0x0A65, "Gurmukhi"),
    (0x0A80, 0x0AE5, "Gujarati"),
    (0x0B00, 0x0B65, "Oriya"),
    (0x0B80, 0x0BE5, "Tamil"),
    (0x0C00, 0x0C65, "Telugu"),
    (0x0C80, 0x0CE5, "Kannada"),
    (0x0D00, 0x0D65, "Malayalam"),
    (0x0D80, 0x0DE5, "Sinhala"),
    (0x0E01, 0x0E3A, "Thai"),
    (0x0E40, 0x0E4E, "Thai"),
    (0x0E80, 0x0ECF, "Lao"),
    (0x0F00, 0x0FFF, "Tibetan"),
    (0x1000, 0x103F, "Burmese"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1100, 0x11FF, "Hangul"),
    (0x1200, 0x135A, "Ethiopic"),
    (0x1780, 0x17D3, "Khmer"),
    (0x1820, 0x1878, "Mongolian"),
    (0x1C90, 0x1CBF, "Georgian"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x1F00, 0x1FFF, "Greek"),
    (0x3005, 0x3007, "Han"),
    (0x3041, 0x309F, "Kana"),
    (0x30A1, 0x30FF, "Kana"),
    (0x3105, 0x312F, "Han"),
    (0x3130, 0x318F, "Hangul"),
    (0x31F0, 0x31FF, "Kana"),
    (0x3400, 0x4DBF, "Han"),
    (0x4E00, 0x9FFF, "Han"),
    (0xAC00, 0xD7A3, "Hangul"),
    (0xF900, 0xFAFF, "Han"),
    (0xFB1D, 0xFB4F, "Hebrew"),
    (0xFB50, 0xFDFF, "Arabic"),
    (0xFE70, 0xFEFC, "Arabic"),
    (0xFF21, 0xFF3A, "Latin"),
    (0xFF41, 0xFF5A, "Latin"),
    (0xFF66, 0xFF9D, "Kana"),
    (0x20000, 0x3FFFF, "Han"),
)
_BEYOND = "\U00010000"
_FIRSTS = [first for first, _, _ in _BLOCKS]


class _Scripts(dict[str, str]):
    """Character → script, "" for what is no letter; filled as characters of the first plane come."""

    def __missing__(self, char: str) -> str:
        _, last, script = _BLOCKS[bisect_right(_FIRSTS, ord(char)) - 1]
        found = script if char >= "A" and ord(char) <= last else ""
        if char < _BEYOND:
            self[char] = found
        return found


_SCRIPT_OF = _Scripts()


def script_of(char: str) -> str:
    """The script of a letter, such as "Latin" or "Han"; "" for any other character."""
    return _SCRIPT_OF[char]


def scripts_of(characters: Counter[str]) -> dict[str, int]:
    """Script → how many of the letters counted are written in it."""
    found: dict[str, int] = {}
    for char, count in characters.items():
        script = _SCRIPT_OF[char]
        if script:
            found[script] = found.get(script, 0) + count
    return found
