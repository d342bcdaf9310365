"""Numbers as lists show them: digits, letters, Roman numerals and the like."""

from collections.abc import Callable


def numeral(count: int, format: str) -> str:
    """A number in one of Word's number formats (17.18.59); the rarer ones as digits."""
    return _FORMATS.get(format, str)(count)


def _letters(count: int) -> str:
    """a … z, aa, bb, cc … as Word counts, not as spreadsheets do."""
    return "abcdefghijklmnopqrstuvwxyz"[(count - 1) % 26] * min((count - 1) // 26 + 1, 9) if count > 0 else str(count)


def _roman(count: int) -> str:
    if not 0 < count < 5000:
        return str(count)
    parts = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
             (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
    text = ""
    for size, sign in parts:
        text += sign * (count // size)
        count %= size
    return text


def _ordinal(count: int) -> str:
    ending = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def _chinese(count: int) -> str:
    digits = "〇一二三四五六七八九"
    if not 0 < count < 100:
        return "".join(digits[int(digit)] for digit in str(count)) if count >= 0 else str(count)
    tens, ones = divmod(count, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十") + (digits[ones] if ones else "")


def _of_alphabet(alphabet: str) -> Callable[[int], str]:
    return lambda count: alphabet[count - 1] if 0 < count <= len(alphabet) else str(count)


_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_WORDS = "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split()
_ORDINALS = "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth".split()
_FORMATS: dict[str, Callable[[int], str]] = {
    "none": lambda count: "",
    "bullet": lambda count: "",
    "lowerLetter": _letters,
    "upperLetter": lambda count: _letters(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "decimalZero": lambda count: f"{count:02d}",
    "ordinal": _ordinal,
    "cardinalText": lambda count: _WORDS[count - 1] if 0 < count <= len(_WORDS) else str(count),
    "ordinalText": lambda count: _ORDINALS[count - 1] if 0 < count <= len(_ORDINALS) else _ordinal(count),
    "decimalEnclosedCircle": lambda count: chr(0x245F + count) if 0 < count <= 20 else str(count),
    "decimalEnclosedParen": lambda count: f"({count})",
    "decimalEnclosedFullstop": lambda count: f"{count}.",
    "numberInDash": lambda count: f"- {count} -",
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "ideographDigital": lambda count: "".join("〇一二三四五六七八九"[int(digit)] for digit in str(abs(count))),
    "ideographTraditional": _of_alphabet("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _of_alphabet("子丑寅卯辰巳午未申酉戌亥"),
    "aiueoFullWidth": _of_alphabet(_AIUEO),
    "aiueo": _of_alphabet(_AIUEO),
    "iroha": _of_alphabet("イロハニホヘトチリヌルヲワカヨタレソツネナラム"),
    "ganada": _of_alphabet("가나다라마바사아자차카타파하"),
    "russianLower": _of_alphabet("абвгдежзиклмнопрстуфхцчшщыэюя"),
    "russianUpper": _of_alphabet("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"),
    "hebrew2": _of_alphabet("אבגדהוזחטיכלמנסעפצקרשת"),
    "arabicAlpha": _of_alphabet("أبتثجحخدذرزسشصضطظعغفقكلمنهوي"),
}  # fmt: skip
