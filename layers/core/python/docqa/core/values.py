"""What a cell of a table holds: a number, a date, yes or no, or text, in the ways that people write them.

For descriptions and sums only: the text of a cell stays as written.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_DIGIT = re.compile(r"\d")
_AMOUNT = re.compile(
    r"(?P<sign>[-+\u2212(]?) ?(?:[$\u20ac\u00a3\u00a5]|(?:[A-Z]{3}|kr|Fr|Rs|K\u010d|z\u0142)\.?(?= ))? ?(?P<sign2>-?)"
    r"(?P<body>(?:\d|[.,](?=\d))[\d.,'\u2019\u00a0\u202f ]*?)\.?(?P<power>[eE][-+]?\d{1,3})?"
    r" ?(?:[%\u2030\u20ac$\u00a3\u00a5]|[A-Z]{3}|kr|K\u010d|z\u0142)?\)?"
)
_POINT = re.compile(r"(?:\d{1,3}(?:[,'\u2019\u00a0\u202f ]\d{3})+|\d+)?(?:\.\d*)?")
_COMMA = re.compile(r"(?:\d{1,3}(?:[.'\u2019\u00a0\u202f ]\d{3})+|\d+)?(?:,\d*)?")
_GROUPING = re.compile(r"[^\d.]")
_CODE = re.compile(r"0\d+")
_PLAINLY_POINT = re.compile(
    r"\D{0,4}\d{1,3}(?:,\d{3})*\.(?:\d{1,2}|\d{4,})\D{0,4}|\D{0,4}\d+\.(?:\d{1,2}|\d{4,})\D{0,4}"
)
_PLAINLY_COMMA = re.compile(
    r"\D{0,4}\d{1,3}(?:\.\d{3})*,(?:\d{1,2}|\d{4,})\D{0,4}|\D{0,4}\d+,(?:\d{1,2}|\d{4,})\D{0,4}"
)
_TIME = r"(?:(?:T|,? )\d{1,2}:\d{2}.*)?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _TIME)
_DAY_MONTH = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th)?[ -]([^\W\d]{3,9})\.?,?[ -](\d{4}|\d{2})" + _TIME)
_MONTH_DAY = re.compile(r"([^\W\d]{3,9})\.? +(\d{1,2}),? +(\d{4})" + _TIME)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero jan",
            "february februar f\u00e9vrier febrero feb",
            "march m\u00e4rz mars marzo mar",
            "april avril abril apr",
            "may mai mayo",
            "june juni juin junio jun",
            "july juli juillet julio jul",
            "august ao\u00fbt agosto aug",
            "september septembre septiembre sep sept",
            "october oktober octobre octubre oct okt",
            "november novembre noviembre nov",
            "december dezember d\u00e9cembre diciembre dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
"""By their names, lower case, in English, German, French and Spanish."""
_BEGINNINGS = {"fev": 2, **{name[:3]: number for name, number in MONTHS.items() if name[:3] != "jui"}}
_YES = frozenset("true yes wahr ja oui vrai".split())
_NO = frozenset("false no falsch nein non faux".split())


class Kind(StrEnum):
    """What a cell holds."""

    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    TEXT = "text"


@dataclass(frozen=True)
class Locale:
    """How a table writes its numbers and dates where one value alone leaves it open ("1,234", "03/04/2024")."""

    decimal_comma: bool = False
    day_first: bool = False


def locale_of(cells: Iterable[str]) -> Locale:
    """What the cells that leave nothing open tell of the others."""
    commas = points = day_first = month_first = dots = 0
    for cell in cells:
        commas += _PLAINLY_COMMA.fullmatch(cell) is not None
        points += _PLAINLY_POINT.fullmatch(cell) is not None
        if match := _YEAR_LAST.fullmatch(cell):
            day_first += int(match[1]) > 12
            month_first += int(match[3]) > 12
            dots += match[2] != "/"
    comma = commas > points
    return Locale(
        decimal_comma=comma, day_first=day_first > month_first or (day_first == month_first and (comma or dots > 0))
    )


def number(cell: str, locale: Locale) -> float | None:
    """The amount that a cell states, with or without a sign of currency or percent; digits after a 0 are a code."""
    match = _AMOUNT.fullmatch(cell)
    if match is None or _CODE.fullmatch(cell):
        return None
    body = match["body"].strip()
    forms = (_COMMA, _POINT) if locale.decimal_comma else (_POINT, _COMMA)
    form = next((form for form in forms if form.fullmatch(body)), None)
    if form is None:
        return None
    if form is _COMMA:
        body = body.replace(".", "").replace(",", ".")
    value = float(_GROUPING.sub("", body) + (match["power"] or ""))
    if not math.isfinite(value):
        return None
    return -value if match["sign"] in ("-", "\u2212", "(") or match["sign2"] else value


def iso_date(cell: str, locale: Locale) -> str | None:
    """The day that a cell states, as YYYY-MM-DD."""
    if match := _YEAR_FIRST.fullmatch(cell):
        return _iso(match[1], match[3], match[4])
    if match := _YEAR_LAST.fullmatch(cell):
        day, month = (match[1], match[3]) if locale.day_first else (match[3], match[1])
        return _iso(match[4], month, day) or _iso(match[4], day, month)
    if match := _DAY_MONTH.fullmatch(cell):
        return _iso(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(cell):
        return _iso(match[3], _month(match[1]), match[2])
    return None


def is_truth(cell: str) -> bool:
    """Whether a cell says yes or no."""
    return is_yes(cell) or is_no(cell)


def is_yes(cell: str) -> bool:
    return cell.lower() in _YES


def is_no(cell: str) -> bool:
    return cell.lower() in _NO


def has_digit(cell: str) -> bool:
    return _DIGIT.search(cell) is not None


def _month(name: str) -> int:
    """Of a name or what begins like one; 0 for what does not."""
    return MONTHS.get(name.lower()) or _BEGINNINGS.get(name[:3].lower(), 0)


def _iso(year: str, month: str | int, day: str) -> str | None:
    """Years of two digits lie between 1970 and 2069, as in spreadsheets."""
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 70 else 2000)
    try:
        return date(full, int(month), int(day)).isoformat()
    except ValueError:
        return None
