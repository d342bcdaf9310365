"""What a model must not make an answer say, whatever it has read: sentences of it that are not shown at all.

A sentence that no passage supports is shown with a mark, as models say true things in other words. These are not other
words for anything that the passages say:

- an address, a link, an image or an element of HTML that stands in no passage: who follows it, or a reader's program
  that loads it, would send there what the answer says;
- a code word that stands neither in the question nor in a sentence that is about it (any, where none is), nor in a row;
  a word of capitals that stands nowhere;
- words that stand only in what is withheld of the passages (`docqa.agent.withheld`);
- what the model was told to do.
"""

import re
from collections.abc import Sequence

from docqa.agent.withheld import parted
from docqa.core.models import Hit
from docqa.core.ports import Analyzer

RUN = 6
"""Words in a row that are not shared by chance; all words of a sentence with fewer, from `SHORTEST_RUN` on."""
SHORTEST_RUN = 3

_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s<>\"')\]]*|(?:mailto|data|javascript):[^\s<>\"')\]]+|//[\w-]+\.[^\s<>\"')\]]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\bwww\.[^\s<>\"')\]]+|(?<![\w.@])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s<>\"')\]]*)?\b"
)
_TARGET = re.compile(r"\]\(\s*<?([^\s)>]*)|^\s*\[[^\]]+\]:\s*(\S+)")
_ELEMENT = re.compile(r"<[a-z/!][^>]*>?", re.IGNORECASE)
_CODE = re.compile(r"\b(?!\d+[a-z]{1,3}\b)(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_]{4,}\b")
"""Letters with digits, unless these are a number with its unit or ending."""
_CAPITALS = re.compile(r"\b[A-Z]{5,}\b")
_ENDS = ".,;:!?"
_WORD = re.compile(r"\w+")


class Leaks:
    """Of one answer. `told`: what the model was told beside the question and the passages."""

    def __init__(self, question: str, hits: Sequence[Hit], analyzer: Analyzer, *, told: str = "") -> None:
        self._analyzer = analyzer
        both = [parted(hit) for hit in hits]
        around = [" ".join([*hit.heading_path, hit.filename]) for hit in hits]
        kept = [piece for readable, _ in both for piece in readable]
        withheld = "\n".join(piece.text for _, out in both for piece in out)
        read = "\n".join([question, *around, *(f"{piece.header} {piece.text}" for piece in kept)])
        self._read = read.casefold()
        self._read_words = _spaced(read)
        self._not_theirs = [_spaced(text) for text in (told, withheld) if text]
        self._only_withheld = self._terms(withheld) - self._terms(read) if withheld else set[str]()
        asked = self._terms(question)
        about = [piece for piece in kept if self._terms(f"{piece.header} {piece.text}") & asked]
        known = [piece.text for piece in kept if piece.is_row or piece in about or not about]
        self._codes = {code.casefold() for text in (question, *around, *known) for code in _CODE.findall(text)}

    def found(self, sentence: str) -> bool:
        """Whether the sentence holds anything of the kind."""
        return (
            any(place.rstrip(_ENDS).casefold() not in self._read for place in _places(sentence))
            or any(code.casefold() not in self._codes for code in _CODE.findall(sentence))
            or any(f" {word.casefold()} " not in self._read_words for word in _CAPITALS.findall(sentence))
            or bool(self._only_withheld and self._terms(sentence) & self._only_withheld)
            or self._repeats(sentence)
        )

    def _repeats(self, sentence: str) -> bool:
        words = _WORD.findall(sentence.casefold())
        length = min(RUN, len(words))
        if length < SHORTEST_RUN:
            return False
        runs = (f" {' '.join(words[at : at + length])} " for at in range(len(words) - length + 1))
        return any(run not in self._read_words and any(run in text for text in self._not_theirs) for run in runs)

    def _terms(self, text: str) -> set[str]:
        return set(self._analyzer.query_terms(text))


def _places(sentence: str) -> list[str]:
    """Where the sentence points to, as it writes that."""
    targets = [target for match in _TARGET.finditer(sentence) for target in match.groups() if target]
    return [*_ADDRESS.findall(sentence), *targets, *_ELEMENT.findall(sentence)]


def _spaced(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
