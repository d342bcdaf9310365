"""What kind of thing a question asks for, and whether a piece of text holds one: rules for common question words."""

import re
from enum import StrEnum


class Expected(StrEnum):
    """The kind of answer."""

    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    QUANTITY = "quantity"
    REASON = "reason"
    ANYTHING = "anything"


# First match wins. German, French, Spanish, Arabic and Chinese question words beside the English ones.
_ASKS = (
    (
        Expected.QUANTITY,
        r"how (?:many|much|long|old|tall|big|large|far|high|often|fast)"
        r"|what (?:percentage|percent|number|amount|share|size|age)"
        r"|what (?:wind |average |maximum )?(?:speed|temperature|height|depth|distance|weight)"
        r"|at what (?!time|hour|date|place|point|moment|stage)\w+|\((?:in )?(?:[A-Z]{3}|%)\)"
        r"|wie ?viele?|wie (?:hoch|lang|lange|groß|alt|oft)|combien|cuánt[oa]s?|كم|多少|几|多大|多长"
        r"|\b(?:total|price|cost|revenue|dividend|ratio|margin)\b",
    ),
    (
        Expected.TIME,
        r"\bwhen\b|(?:what|which) (?:year|date|day|month|time|century|decade)"
        r"|\bwann\b|welche[ms]? (?:jahr|tag|datum|monat)|\bquand\b|\bcuándo\b|متى|何时|什么时候|哪一年|哪年",
    ),
    (Expected.PERSON, r"\b(?:who|whom|whose)\b|\b(?:wer|wen|wem|wessen)\b|\bqui\b|\bquiéne?s?\b"),
    (
        Expected.PLACE,
        r"\bwhere\b|(?:what|which) (?:city|country|state|town|place|location|region)"
        r"|\b(?:wo|woher|wohin)\b|\boù\b|\bdónde\b",
    ),
    (Expected.REASON, r"\bwhy\b|\b(?:warum|weshalb|wieso)\b|\bpourquoi\b|\bpor qué\b|لماذا|为什么"),
)
_ASKS_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKS)

_QUESTION_WORD = (
    r"(?:who|whom|whose|what|which|when|where|why|how|wer|wen|wem|wann|wo|wie|warum|welche[rsmn]?|qui|quand|où|comment"
    r"|combien|pourquoi|quel(?:le)?s?|quién|qué|cuál(?:es)?|cuándo|dónde|cómo|cuánt[oa]s?)"
)
_ASKS_FOR_SOMETHING = re.compile(rf"\b{_QUESTION_WORD}\b", re.IGNORECASE)
_AND_ALSO = re.compile(
    r"[,;]?\s+(?:and|und|et|y)\s+(?=(?:(?:in|on|at|by|for|to|from|with|of)\s+)?"
    rf"(?:{_QUESTION_WORD}|was)\b)|(?<=[?？؟])\s*",
    re.IGNORECASE,
)

_MONTH = r"jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]"
_HOLDS = {
    Expected.TIME: re.compile(
        rf"\b(?:1[0-9]|20)\d\d\b|\b(?:{_MONTH})[a-zä]*\.? \d|\b\d{{1,2}}\.? (?:{_MONTH})|\d[/.-]\d{{1,2}}[/.-]\d"
        r"|\d{1,4} ?年|\d{1,2}:\d\d|\b(?:century|jahrhundert|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
        re.IGNORECASE,
    ),
    Expected.QUANTITY: re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|million"
        r"|billion|once|twice|half|dozen|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn)\b|[一二三四五六七八九十百千万]",
        re.IGNORECASE,
    ),
    Expected.PERSON: re.compile(r"(?:^|(?<=[\s(\"“|:]))[A-ZÀ-Þ][\w'’.-]+"),
    Expected.PLACE: re.compile(
        r"\b(?:in|at|near|from|to|of|on|between|within|im|am|bei|aus|nach|à|en)\b", re.IGNORECASE
    ),
    Expected.REASON: re.compile(
        r"\b(?:because|since|due to|so that|in order to|as a result|therefore|caused?|reason|to avoid"
        r"|weil|da|denn|um|wegen)\b",
        re.IGNORECASE,
    ),
}


def questions_in(text: str) -> list[str]:
    """The questions of a compound one: "who wrote it, and when was it printed?" are two."""
    return [part for part in _AND_ALSO.split(text) if part.strip()]


def asks_for_something(question: str) -> bool:
    """Whether a question has a question word: it wants more than a yes or no."""
    return _ASKS_FOR_SOMETHING.search(question) is not None


def expected_answer(question: str) -> Expected:
    """The kind of answer that a question asks for."""
    return next((kind for kind, asks in _ASKS_COMPILED if asks.search(question)), Expected.ANYTHING)


def holds(kind: Expected, text: str, question: str) -> bool:
    """Whether `text` has something of that kind which the question does not already name. True for ANYTHING."""
    if kind is Expected.ANYTHING:
        return True
    asked = question.casefold()
    pattern = _HOLDS[kind]
    if kind in (Expected.REASON, Expected.PLACE):
        return bool(pattern.search(text))
    return any(match[0].casefold() not in asked for match in pattern.finditer(text))
