"""Whether a passage says what a sentence claims, by rules: the words they share, and what must not differ.

The best stretch of one or two pieces of the passage is found by the share of the sentence's words that it holds, each
weighted by how rare it is among the passages. Numbers and names must all be there, and what is denied on one side must
not be stated on the other. After ALCE (arXiv 2305.14627) and CiteFix (arXiv 2504.15629): matching words after the fact
mends more citations than asking a model to be careful.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from docqa.agent.expected import Expected, asks_for_something, holds
from docqa.agent.quotable import Piece
from docqa.agent.withheld import readable
from docqa.core.models import Hit
from docqa.core.ports import Analyzer

ENOUGH = 0.6
"""Share of the weighted words of a sentence that a quote has to hold."""
WEAK = 0.35
"""From here on it may be said in other words; a model could tell."""
_ASKED_SHARE = 0.5
"""What a word counts that the question has brought up: it stands in every passage that was found."""
_NEXT_PIECE_GAIN = 0.15
_FEW = 1
"""A sentence of a single word may stand anywhere: the piece it is quoted from has to be about the question."""

_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d(?:[\d.,'’  ]*\d)?")
_GROUPS = re.compile(r"[,'’  ](?=\d{3}(?:\D|$))")
_NAME = re.compile(r"(?<![.!?:\s\"“(])\s+[\"“(]?([A-ZÀ-Þ][\w'’-]+)|\b([A-Z]{2,}[\w-]*|\w*\d\w*[A-Za-z]\w*)\b")
_NEGATIONS = frozenset(
    "not no never none neither nor without except cannot nobody nothing nicht kein keine keinen keiner nie niemals "
    "ohne weder pas jamais aucun aucune sans ni nunca ninguno ninguna sin tampoco".split()
)
_ANY_WORD = re.compile(r"\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_OPPOSITES = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (
        (
            "increase increased increases increasing rose rise rising grew",
            "decrease decreased decreases fell fall falling",
        ),
        ("before", "after"),
        ("more greater higher above over", "less fewer lower below under"),
        ("minimum least lowest", "maximum most highest"),
        ("include includes included including", "exclude excludes excluded excluding"),
        ("allowed permitted", "forbidden prohibited banned"),
        ("first", "last"),
        ("accept accepted accepts", "reject rejected rejects"),
        ("open opened opens", "closed close closes"),
    )
)


@dataclass(frozen=True)
class Support:
    """How a passage stands to a sentence. `piece` is the best quote; `problem` says what is against it, or nothing."""

    hit: Hit
    piece: Piece
    share: float
    problem: str = ""

    @property
    def holds(self) -> bool:
        return self.share >= ENOUGH and not self.problem

    @property
    def weak(self) -> bool:
        return not self.holds and self.share >= WEAK and not self.problem


class Judge:
    """Of the sentences of one answer. `hits` are the passages that the answer may rest on."""

    def __init__(self, question: str, hits: Sequence[Hit], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._hits = list(hits)
        self._pieces = [readable(hit) for hit in hits]
        self._terms = [
            [self._terms_of(piece, hit) for piece in found] for hit, found in zip(hits, self._pieces, strict=True)
        ]
        self._asked = set(analyzer.query_terms(question))
        self._asked_numbers = numbers(question)
        self._asked_text = question.casefold()
        self._asked_words = set(_ANY_WORD.findall(self._asked_text))
        self._asks_for_something = asks_for_something(question)
        every = [terms for found in self._terms for terms in found]
        self._count = len(every)
        self._frequency: dict[str, int] = {}
        for terms in every:
            for term in terms:
                self._frequency[term] = self._frequency.get(term, 0) + 1

    def restates(self, sentence: str) -> bool:
        """Whether the sentence has no word that the question has not, which asks for something else than yes or no."""
        return self._asks_for_something and all(
            word in self._asked_words or set(self._analyzer.query_terms(word)) <= self._asked
            for word in _ANY_WORD.findall(sentence.casefold())
        )

    def best(self, sentence: str, cited: Sequence[int]) -> Support | None:
        """What supports a sentence best: the passages it cites (counted from 0) if one of them does, else any.

        None when there is no passage or the sentence has no words.
        """
        terms = set(self._analyzer.query_terms(sentence))
        if not terms or not self._hits:
            return None
        order = [number for number in dict.fromkeys(cited) if 0 <= number < len(self._hits)]
        found = [self._in_passage(sentence, terms, number) for number in order]
        if not any(support.holds for support in found):
            others = [number for number in range(len(self._hits)) if number not in order]
            found += [self._in_passage(sentence, terms, number) for number in others]
        return max(found, key=lambda support: (support.holds, support.share))

    def _in_passage(self, sentence: str, terms: set[str], number: int) -> Support:
        hit, found = self._hits[number], self._pieces[number]
        held = [terms & piece_terms for piece_terms in self._terms[number]]
        at = max(range(len(found)), key=lambda i: (self._share(held[i], terms), -i), default=None)
        if at is None:
            return Support(hit, Piece(hit.text[:1], 0), 0.0, "no text")
        piece, share = found[at], self._share(held[at], terms)
        opposed = _opposed(sentence, piece.text)
        for other in (at + 1, at - 1):
            if not 0 <= other < len(found) or found[other].line != piece.line or piece.is_row:
                continue
            both = self._share(held[at] | held[other], terms)
            first, last = sorted((at, other))
            gains = both >= share + _NEXT_PIECE_GAIN
            if gains and (joined := _joined(hit, found[first], found[last])) is not None:
                piece, share = joined, both
                break
        if len(terms) <= _FEW and not (self._asked & self._terms_of(piece, hit)):
            return Support(hit, piece, share, "beside the question")
        return Support(hit, piece, share, "opposite" if opposed else self._problem(sentence, hit, piece))

    def _problem(self, sentence: str, hit: Hit, piece: Piece) -> str:
        around = " ".join([*hit.heading_path, hit.filename, piece.header, piece.text])
        missing = numbers(sentence) - numbers(around) - self._asked_numbers
        if missing:
            return "number"
        known = around.casefold() + " " + self._asked_text
        if any(name.casefold() not in known for name in names(sentence)):
            return "name"
        return "negation" if negations(sentence) != negations(piece.text) else ""

    def _share(self, held: set[str], terms: set[str]) -> float:
        whole = sum(self._weight(term) for term in terms)
        return sum(self._weight(term) for term in held) / whole if whole else 0.0

    def _weight(self, term: str) -> float:
        n = self._frequency.get(term, 0)
        rarity = math.log(1 + (self._count - n + 0.5) / (n + 0.5))
        return rarity * (_ASKED_SHARE if term in self._asked else 1.0)

    def _terms_of(self, piece: Piece, hit: Hit) -> set[str]:
        above = " ".join([*hit.heading_path[-2:], piece.header])
        texts = (piece.text, above) if above.strip() else (piece.text,)
        return {term for text in texts for term in self._analyzer.query_terms(text)}


def numbers(text: str) -> set[Decimal]:
    """The amounts that a text states, however their digits are grouped."""
    found = set()
    for match in _NUMBER.finditer(text):
        written = _GROUPS.sub("", match[0].replace("−", "-")).replace(",", ".").strip("+")
        try:
            found.add(abs(Decimal(written)).normalize())
        except InvalidOperation:
            found |= {abs(Decimal(part)).normalize() for part in re.findall(r"\d+", written)}
    return found


def names(text: str) -> set[str]:
    """What looks like a name or a code: capitals within a sentence, letters with digits."""
    return {next(filter(None, match.groups())) for match in _NAME.finditer(text)}


def fits(kind: Expected, text: str, question: str) -> bool:
    """Whether a sentence holds the kind of thing that is asked for; of persons a name that the question has not."""
    if kind is not Expected.PERSON:
        return holds(kind, text, question)
    return any(name.casefold() not in question.casefold() for name in names(text))


def negations(text: str) -> bool:
    """Whether the text denies something: an odd number of times."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return bool(sum(word in _NEGATIONS or word.endswith(("n't", "n’t")) for word in words) % 2)


def _opposed(claim: str, quote: str) -> bool:
    said = {word.casefold() for word in _WORD.findall(claim)}
    meant = {word.casefold() for word in _WORD.findall(quote)}
    for one, other in _OPPOSITES:
        for left, right in ((one, other), (other, one)):
            if said & left and not said & right and meant & right and not meant & left:
                return True
    return False


def _joined(hit: Hit, first: Piece, last: Piece) -> Piece | None:
    """Two pieces of one line as the passage has them; None where something that is withheld stands between."""
    begin = sum(len(line) + 1 for line in hit.text.split("\n")[: first.line])
    start = hit.text.find(first.text, begin)
    end = hit.text.find(last.text, max(start, begin))
    if start < 0 or end < 0 or hit.text[start + len(first.text) : end].strip():
        return None
    return Piece(hit.text[start : end + len(last.text)], first.line)
