"""Numbers as a chart shows them: percentages, dates and figures without the noise of binary fractions."""

import re
from datetime import date, timedelta

_PERCENT = re.compile(r"0(?:\.(0+))?%")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_EPOCH = date(1899, 12, 30)
_LAST_DAY = 2_958_465  # 31 December 9999
_MAX_EXACT = 12


def shown(text: str, code: str | None) -> str:
    """The cached text of a value under its number format (ECMA-376 part 1, 18.8.31)."""
    try:
        value = float(text)
    except ValueError:
        return " ".join(text.split())
    bare = _QUOTED.sub("", code or "").lower()
    percent = _PERCENT.search(bare)
    if percent:
        return f"{value * 100:.{len(percent.group(1) or '')}f}%"
    if _is_date(bare) and 1 <= value <= _LAST_DAY:
        return (_EPOCH + timedelta(days=int(value))).isoformat()
    return " ".join(text.split()) if "e" in text.lower() or len(text) < _MAX_EXACT else f"{value:.10g}"


def _is_date(code: str) -> bool:
    return "y" in code or ("d" in code and "m" in code)
