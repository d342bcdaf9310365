"""Whether a text holds a measure of the kind that a question asks for: a speed for "at what wind", not a height."""

import re

_NUMBER = (
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand)\b)"
)

# What the question says → what the answer then holds. German and French beside English, as far as words differ.
_MEASURES = (
    (
        r"\b(?:wind|speed|velocity|how fast|geschwindigkeit|vitesse|wie schnell)\b",
        r"\b(?:m/s|km/h|mph|knots?|knoten|kts?|meter pro sekunde|beaufort"
        r"|(?:(?:kilo)?met(?:re|er)s?|miles|feet) (?:per|an|a) (?:second|hour))\b",
    ),
    (
        r"\b(?:prices?|costs?|fees?|fares?|salary|wages?|allowance|revenues?|income|dividends?|budget|profit|usd|eur|gbp"
        r"|dollars?|euros?|preis|kosten|kostet|prix|coûte)\b|how much (?:money|does|do|did|is|was|may|must)",
        r"[$€£¥]|\b(?:usd|eur|gbp|chf|nok|dollars?|euros?|pounds?|crowns?|kroner|kronen|francs?|yen|cents?)\b"
        r"|\d\.\d\d\b|\d (?:million|billion)",
    ),
    (
        r"\bhow (?:long|old|soon|often)\b|\b(?:what|which) age\b|\bduration\b|\bwie (?:lange|alt|oft)\b",
        rf"{_NUMBER}[\w-]*[ -]*(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|sekunden?|minuten?"
        r"|stunden?|tage?n?|wochen?|monaten?|jahren?)\b|\bage[ds]?\b"
        r"|\b(?:once|twice|times|daily|weekly|monthly|yearly|hourly|every)\b"
        r"|\d\s?(?:m|km|cm|mm|ft|feet|met(?:re|er)s?|miles|inch(?:es)?)\b",
    ),
    (
        r"\bhow (?:tall|high|deep|wide|far|thick)\b|\b(?:height|depth|distance|width|length|altitude|diameter)\b"
        r"|\bwie (?:hoch|tief|breit|weit|groß)\b",
        rf"{_NUMBER}[\w.,-]*[ -]*(?:m|km|cm|mm|ft|yd|(?:kilo|centi|milli)?met(?:re|er)s?|feet|foot|miles?|inch(?:es)?"
        r"|yards?|fathoms?|stor(?:ey|ie)s?)\b",
    ),
    (
        r"\b(?:weigh[st]?|weight|heavy|mass|gewicht|wiegt)\b",
        r"\d[\d.,]*\s?(?:kg|g|mg|lbs?|oz|t|tons?|tonnes?|tonnen|kilo(?:gram(?:me)?)?s?|grams?|pounds?|ounces?)\b",
    ),
    (r"\b(?:temperature|hot|cold|warm|temperatur)\b", r"°|\bdegrees?\b|\bgrad\b|\bcelsius\b|\bfahrenheit\b"),
    (
        r"%|\b(?:percent(?:age)?|per cent|proportion|share of|margin|prozent|anteil|pourcentage)\b",
        r"%|\b(?:percent|per cent|percentage points?|prozent|pour cent)\b",
    ),
)
_COMPILED = tuple((re.compile(asks, re.IGNORECASE), re.compile(holds, re.IGNORECASE)) for asks, holds in _MEASURES)


def measures_asked(question: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the measures that answer the question; empty if it asks for none."""
    return tuple(holds for asks, holds in _COMPILED if asks.search(question))


def has_measure(measures: tuple[re.Pattern[str], ...], text: str) -> bool:
    """Whether the text holds one of the measures. False if none is asked for."""
    return any(pattern.search(text) for pattern in measures)
