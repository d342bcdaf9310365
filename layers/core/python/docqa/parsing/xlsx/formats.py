"""Number formats of workbooks: a stored number as a person sees it (ECMA-376 part 1, 18.8.30 and 18.8.31).

Dates are shown as 2024-03-09 whatever the format: the built-in ones differ from one computer to the next, and a date
that can be read in one way only is found and compared. Conditions, colours, fractions and alignment are left out.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

Formatter = Callable[[float], str]

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 41: "#,##0;-#,##0", 42: "$#,##0;-$#,##0", 43: "#,##0.00;-#,##0.00",
    44: "$#,##0.00;-$#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd"),  # dates of East Asian versions
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<elapsed>[hms]+)\]|\[[^\]]*\]'
    r"|_.|\*.|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+)|(?P<power>[eE][-+]?[0#]+)|(?P<percent>%)"
    r"|(?P<general>General)|(?P<clock>AM/PM|A/P)|(?P<date>[ymdhsYMDHS]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_FRACTION = re.compile(r"[0#?] *[0#?]+/[0#?\d]")
_LAST_DAY = 2_958_466  # the day after 31 December 9999
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_MAX_CODE = 255
_MAX_DECIMALS = 15


@dataclass(frozen=True)
class _Section:
    """One of a format's parts, which are for positive, negative and zero values."""

    prefix: str = ""
    suffix: str = ""
    number: str | None = None
    power: bool = False
    general: bool = False
    percent: bool = False
    elapsed: bool = False
    date: str = ""

    def shown(self, value: float, decimals_left: bool) -> str:
        if self.general:
            return f"{self.prefix}{general(value)}{self.suffix}"
        if self.number is None:
            return (self.prefix + self.suffix).strip()
        value = value * 100 if self.percent else value
        sign = "-" if value < 0 and decimals_left else ""
        return f"{sign}{self.prefix}{self._digits(abs(value))}{self.suffix}".strip()

    def _digits(self, value: float) -> str:
        number = self.number or ""
        whole, _, fraction = number.partition(".")
        scaled = number.rstrip(",")
        value /= 1000 ** (len(number) - len(scaled))
        fraction = fraction.rstrip(",")[:_MAX_DECIMALS]
        if self.power:
            return f"{value:.{len(fraction)}E}"
        value += value * 1e-15  # what is stored as 2.675 is a little less; a person sees it rounded up
        text = f"{value:{',' if ',' in whole.rstrip(',') else ''}.{len(fraction)}f}"
        optional = len(fraction) - len(fraction.rstrip("#?"))
        for _ in range(optional):
            text = text[:-1] if text.endswith("0") else text
        text = text.rstrip(".")
        digits = whole.count("0")
        if not digits and text == "0":
            return ""
        return text if digits < 2 or "," in whole else _padded(text, digits)


def general(value: float) -> str:
    """Without a format: eleven digits, as a cell has room for, but whole numbers in full."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.11g}" if abs(value) < 1e15 else f"{value:.15g}"


@lru_cache(maxsize=1024)
def formatter(code: str, *, from_1904: bool = False) -> Formatter:
    """What shows a number under a format code."""
    if code.strip().lower() in ("", "general", "@") or len(code) > _MAX_CODE or _FRACTION.search(code):
        return general
    sections = [_section(part) for part in _parts(code)]
    if sections[0].date or sections[0].elapsed:
        return lambda value: _moment(value, sections[0], from_1904)

    def shown(value: float) -> str:
        if value < 0 and len(sections) > 1:
            return sections[1].shown(-value, False)
        if value == 0 and len(sections) > 2:
            return sections[2].shown(0.0, False)
        return sections[0].shown(value, True)

    return shown


def hides(code: str) -> bool:
    """Whether a format shows nothing of any number, such as ";;;"."""
    parts = _parts(code)
    return len(parts) >= 3 and not "".join(parts[:3]).strip()


def _parts(code: str) -> list[str]:
    parts, start, quoted = [], 0, False
    for place, char in enumerate(code):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted and code[place - 1 : place] != "\\":
            parts.append(code[start:place])
            start = place + 1
    return [*parts, code[start:]]


def _section(part: str) -> _Section:
    before: list[str] = []
    after: list[str] = []
    number, power, general_form, percent, elapsed, date = None, False, False, False, False, ""
    for match in _TOKEN.finditer(part):
        name, text = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if name == "number":
            number = text if number is None else number
        elif name == "date" or name == "clock":
            date += text.lower() if name == "date" else ""
        elif name == "elapsed":
            elapsed = True
        elif name == "power":
            power = True
        elif name == "general":
            general_form = True
        elif name is not None:
            percent |= name == "percent"
            (before if number is None and not general_form else after).append(text)
    prefix, suffix = "".join(before), "".join(after)
    return _Section(
        prefix, suffix, number, power, general_form, percent, elapsed, date if number is None or date else ""
    )


def _moment(value: float, section: _Section, from_1904: bool) -> str:
    if not 0 <= value < _LAST_DAY:
        return general(value)
    if section.elapsed:
        return _elapsed(value)
    seconds = round((value - math.floor(value)) * 86_400)
    if not from_1904 and value < 60:
        value += 1  # before the 29 February 1900 that Excel believes in
    day = (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=math.floor(value), seconds=seconds)
    has_time = "h" in section.date or "s" in section.date
    has_day = bool(set(section.date) & {"y", "d"}) or ("m" in section.date and not has_time)
    clock = day.strftime("%H:%M:%S" if seconds % 60 else "%H:%M")
    if not has_day:
        return clock
    return f"{day:%Y-%m-%d} {clock}" if has_time and seconds else f"{day:%Y-%m-%d}"


def _elapsed(value: float) -> str:
    minutes, seconds = divmod(round(value * 86_400), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if seconds else f"{hours}:{minutes:02}"


def _padded(text: str, digits: int) -> str:
    whole, point, fraction = text.partition(".")
    return f"{whole.zfill(digits)}{point}{fraction}"
