"""Which language a text is in: by its script; where a script serves many languages, by letters and function words.

Rules and small lists, not a model: a block of 500 characters takes about 40 µs, so that every block can be asked.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from docqa.core import language_signs as signs
from docqa.core.function_words import FUNCTION_WORDS
from docqa.core.models import Block, BlockKind, ParsedRange
from docqa.core.scripts import scripts_of

_SAMPLE = 480
"""Characters that are looked at: of a longer text, thirds from its beginning, middle and end."""
_ROWS_SAMPLED = 40
_OF_SCRIPT = {
    "Greek": "el",
    "Armenian": "hy",
    "Hebrew": "he",
    "Bengali": "bn",
    "Gurmukhi": "pa",
    "Gujarati": "gu",
    "Oriya": "or",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Thai": "th",
    "Lao": "lo",
    "Tibetan": "bo",
    "Burmese": "my",
    "Georgian": "ka",
    "Hangul": "ko",
    "Ethiopic": "am",
    "Khmer": "km",
    "Mongolian": "mn",
    "Han": "zh",
}
_WIDE = frozenset({"Han", "Kana", "Hangul"})
_WIDE_WEIGHT = 3
"""A character of these says about as much as three letters of an alphabet."""
_KANA_SHARE = 0.05
"""Japanese always has kana between its ideographs; Chinese has none but in names."""
_LEAST_LETTERS = 2

# Letters that one language of a script has and its neighbours do not; rarer neighbours come first.
_ARABIC = (
    ("ku", "ڵۆێڕ"),
    ("ug", "ېۇۈۋ"),
    ("ps", "ټډړږښځڅۍ"),
    ("ur", "ٹڈڑںےہھ"),
    ("fa", "پچژگکی"),
)
_ARABIC_ALONE = "ةىيكأإ"
_LANGUAGES = {  # scripts that several languages share, with those that are told apart
    "Latin": tuple(FUNCTION_WORDS),
    "Cyrillic": ("ru", "uk", "be", "bg", "mk", "sr", "kk", "mn"),
    "Devanagari": ("hi", "mr", "ne"),
}
_SCRIPT_OF = {
    **{language: script for script, language in _OF_SCRIPT.items()},
    "ja": "Han",
    **dict.fromkeys(("ar", *(language for language, _ in _ARABIC)), "Arabic"),
    **{language: script for script, languages in _LANGUAGES.items() for language in languages},
}
_WORD = re.compile(r"[\u0900-\u0963]+|[^\W\d_]+")
_LETTER_WEIGHT, _ENDING_WEIGHT = 0.35, 0.3
_LEAST_SUPPORT = 1.2
_LEAST_A_WORD = 0.1
"""English has 0.4 function words a word, Finnish 0.15."""
_LEAD = 1.15
"""The likeliest language must lead the next by this factor."""

_SURE_SUPPORT, _SURE_LEAD = 3.0, 1.6
"""From here on a block decides against the rest of its document."""


class _Verdict(NamedTuple):
    language: str | None
    is_sure: bool = True


_UNCLEAR = _Verdict(None)
_Evidence = Mapping[str, tuple[tuple[str, float], ...]]


def _shared(languages_of: Iterable[tuple[str, str]], weight: float = 1.0) -> _Evidence:
    """Sign → (language, weight) of those that have it; what several languages share counts for each in part."""
    found: dict[str, list[str]] = {}
    for sign, language in languages_of:
        found.setdefault(sign, []).append(language)
    return {sign: tuple((one, weight / len(spoken)) for one in spoken) for sign, spoken in found.items()}


class _Signs:
    """What tells the languages of one script apart."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages
        known = {code: {*FUNCTION_WORDS.get(code, ()), *signs.WORDS.get(code, "").split()} for code in languages}
        self.telling = {code: {word for word in words if len(word) > 1} for code, words in known.items()}
        words = _shared((word, code) for code in languages for word in sorted(known[code]))
        # A single letter is an abbreviation or an item's mark as often as it is a word.
        self.words = {
            word: tuple((code, share / 2 if len(word) == 1 else share) for code, share in spoken)
            for word, spoken in words.items()
        }
        self.endings = _shared(
            ((end, code) for code in languages for end in signs.ENDINGS.get(code, "").split()), _ENDING_WEIGHT
        )
        self.letters = _shared(
            ((letter, code) for letter, codes in signs.LETTERS.items() for code in codes.split() if code in languages),
            _LETTER_WEIGHT,
        )

    def language(self, sample: str, characters: Mapping[str, int]) -> "_Verdict":
        """The one that the signs speak for clearly."""
        words = set(_WORD.findall(sample))  # a name that is repeated ("Los Angeles") says nothing more
        scores = dict.fromkeys(self.languages, 0.0)
        for word in words:
            for language, share in self.words.get(word) or self.endings.get(word[-3:], ()):
                scores[language] += share
        for letter, count in characters.items():
            for language, share in self.letters.get(letter, ()):
                scores[language] += share * count
        (best, score), (_, second) = sorted(scores.items(), key=lambda item: -item[1])[:2]
        support = max(score, len(words & self.telling[best]))
        if score < _LEAD * second or support < max(_LEAST_SUPPORT, _LEAST_A_WORD * len(words)):
            return _UNCLEAR
        return _Verdict(best, score >= _SURE_LEAD * second and support >= _SURE_SUPPORT)


_SIGNS = {script: _Signs(languages) for script, languages in _LANGUAGES.items()}


def language_of(text: str, *, sure: bool = False) -> str | None:
    """ISO 639-1 code of the language that most of a text is in; None if it is too short or unclear.

    With `sure` only what holds against another hint, such as a page that says what it is in.
    """
    verdict = _verdict(text)
    return verdict.language if verdict.is_sure or not sure else None


def _verdict(text: str) -> _Verdict:
    sample = _sample(text).lower()
    if sample.isascii():
        return _SIGNS["Latin"].language(sample, {})
    sample = unicodedata.normalize("NFC", sample)
    characters = Counter(sample)
    scripts = scripts_of(characters)
    script = _main(scripts, least=_LEAST_LETTERS)
    if script in _SIGNS:
        return _SIGNS[script].language(sample, characters)
    if script == "Han":
        return _Verdict(_japanese_or_chinese(scripts))
    if script == "Arabic":
        return _Verdict(_by_letters(characters))
    return _Verdict(_OF_SCRIPT.get(script or ""))


def main_script(text: str) -> str | None:
    """The script that most of a text is written in; None for a text without letters. Kana counts as Han."""
    return _main(scripts_of(Counter(_sample(text).lower())), least=1)


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    third, middle = _SAMPLE // 3, len(text) // 2
    return f"{text[:third]} {text[middle : middle + third]} {text[-third:]}"


def _main(scripts: Mapping[str, int], *, least: int) -> str | None:
    if sum(scripts.values()) < least:
        return None
    weights: dict[str, int] = {}
    for script, count in scripts.items():
        name = "Han" if script == "Kana" else script
        weights[name] = weights.get(name, 0) + count * (_WIDE_WEIGHT if script in _WIDE else 1)
    return max(weights, key=lambda script: weights[script])


def _japanese_or_chinese(scripts: Mapping[str, int]) -> str:
    kana, han = scripts.get("Kana", 0), scripts.get("Han", 0)
    return "ja" if kana > _KANA_SHARE * (kana + han) else "zh"


def _by_letters(characters: Counter[str]) -> str | None:
    """The language of a text in Arabic script."""
    least = max(1.0, 0.02 * characters.total())
    for language, letters in _ARABIC:
        if sum(characters[letter] for letter in letters) >= least:
            return language
    return "ar" if any(letter in characters for letter in _ARABIC_ALONE) or characters.total() > _SAMPLE // 2 else None


# -- blocks ----------------------------------------------------------------------------------------


def with_languages(parsed: ParsedRange) -> ParsedRange:
    """The same blocks, each with its language where it can be told.

    What a format says itself stays. A block too short to tell takes the language of the nearest block before it, else
    after it, that is in the same script; one without letters takes any. Records of one table share a language.
    """
    languages = _own_languages(parsed.blocks)
    blocks = list(parsed.blocks)
    before = _inherited(blocks, languages)
    after = reversed(_inherited(blocks[::-1], languages[::-1]))
    chosen = [own or one or other for own, one, other in zip(languages, before, after, strict=True)]
    return parsed.model_copy(
        update={
            "blocks": tuple(
                block if block.language == language else block.model_copy(update={"language": language})
                for block, language in zip(blocks, chosen, strict=True)
            )
        }
    )


def _own_languages(blocks: Sequence[Block]) -> list[str | None]:
    """What the format or the text of each block says, doubtful words not against the main language of the script."""
    of_rows = _languages_of_rows(blocks)
    verdicts = [
        _Verdict(block.language or of_rows[block.sheet])
        if block.language or block.kind is BlockKind.ROW
        else _verdict(block.text)
        for block in blocks
    ]
    sizes: dict[str, Counter[str]] = {}
    for block, (language, is_sure) in zip(blocks, verdicts, strict=True):
        if language and is_sure:
            sizes.setdefault(_SCRIPT_OF.get(language, "Latin"), Counter())[language] += len(block.text)
    main = {script: counts.most_common(1)[0][0] for script, counts in sizes.items()}
    return [
        language if language and (is_sure or main.get(_SCRIPT_OF[language], language) == language) else None
        for language, is_sure in verdicts
    ]


def _languages_of_rows(blocks: Sequence[Block]) -> dict[str | None, str | None]:
    """Sheet → the language of a sample of its records: there may be a million of them."""
    samples: dict[str | None, list[str]] = {}
    for block in blocks:
        if block.kind is BlockKind.ROW:
            sample = samples.setdefault(block.sheet, [])
            if len(sample) < _ROWS_SAMPLED:
                sample.append(block.text)
    return {sheet: language_of("\n".join(texts)) for sheet, texts in samples.items()}


def _inherited(blocks: Sequence[Block], languages: Sequence[str | None]) -> list[str | None]:
    """For each block without a language the last one before it that fits its script."""
    last: dict[str | None, str] = {}
    found: list[str | None] = []
    for block, language in zip(blocks, languages, strict=True):
        if language is None:
            found.append(last.get(main_script(block.text) if last else None))
        else:
            found.append(None)
            last[None] = last[_SCRIPT_OF.get(language, "Latin")] = language
    return found
