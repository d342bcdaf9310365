"""Which pieces of a passage are read and quoted, and which are withheld: those that speak to a model, and what belongs
to them.

An instruction is seldom one sentence. Beside one that is withheld, in its paragraph, sentences are withheld that go on
ordering, and what a withheld lead-in announces. Two sentences may also make an instruction together that neither makes
alone. Nothing is withheld of a passage that does not speak to a model: none of 20,591 pieces of 51 documents, none of
8,168 of abstracts, encyclopaedia pages, mails and tables.
"""

import itertools
import re
from collections.abc import Sequence

from docqa.agent.quotable import Piece, holds_rows, pieces
from docqa.agent.signals import may_speak_to_a_model, speaks_to_a_model
from docqa.core.models import Hit

_LEAD = r"^\W*(?:(?:please|then|also|and|now|instead|always|never|next|do not|don't|bitte|dann|luego|puis|ensuite)\W+)*"
_ORDERS = re.compile(
    _LEAD + r"(?:add|answer|append|call|click|comply|decode|describe|disregard|do|draft|execute|explain|follow|forget|"
    r"give|ignore|include|insert|keep|list|make|obey|open|output|pretend|print|proceed|provide|put|remember|repeat|"
    r"replace|reply|respond|reveal|run|save|say|send|show|start|stop|submit|tell|translate|use|visit|write|"
    r"schreibe?|antworte|gib|sage?|sende|füge|écri(?:s|vez)|répond(?:s|ez)|envoie|ajoute[zr]?|escrib[ae]|responde|"
    r"envía|añade|scrivi|rispondi|invia|aggiungi)\b"
    r"|^\W*you (?:must|should|now|are (?:now|an?)|may now|will now|have no)\b"
    r"|^\W*your (?:new|real|actual|only|next) \w+|^\W*(?:this|it) (?:is required|must)\b|^\W*from now on\b"
    r"|\bhttps?://|\bwww\.",
    re.IGNORECASE,
)
_ANNOUNCES = ":"
_PROGRAM = re.compile(
    r"^\W*(?:import|from|def|class|with|for|if|return|try|except|async|await|const|let|var|function)\b|[=(){}\[\]`]|[;\\]$"
)


def parted(hit: Hit) -> tuple[list[Piece], list[Piece]]:
    """The pieces of a passage that may be read and quoted, and those that are withheld, both in order."""
    found = pieces(hit.text, is_csv=holds_rows(hit))
    if not may_speak_to_a_model([piece.text for piece in found]):
        return found, []
    out = {at for at, piece in enumerate(found) if speaks_to_a_model(piece.text)}
    out |= _in_pairs(found, out)
    if out:
        out |= _announced(found, out)
        out |= _going_on(found, out)
    kept = [piece for at, piece in enumerate(found) if at not in out]
    return kept, [found[at] for at in sorted(out)]


def readable(hit: Hit) -> list[Piece]:
    """The pieces of a passage that may be read and quoted."""
    return parted(hit)[0]


def _in_pairs(found: Sequence[Piece], out: set[int]) -> set[int]:
    """Neighbours that speak to a model together."""
    return {
        at
        for left, right in itertools.pairwise(range(len(found)))
        if not {left, right} & out and _one_paragraph(found[left], found[right])
        if speaks_to_a_model(f"{found[left].text} {found[right].text}")
        for at in (left, right)
    }


def _announced(found: Sequence[Piece], out: set[int]) -> set[int]:
    """What a withheld lead-in announces: the lines of a program, or else a sentence."""
    announced = set[int]()
    for at in (at for at in out if found[at].text.endswith(_ANNOUNCES)):
        below = list(itertools.takewhile(lambda n: _PROGRAM.search(found[n].text), range(at + 1, len(found))))
        sentence = [n for n in (at + 1,) if n < len(found) and not found[n].is_row]
        announced.update(below or sentence)
    return announced


def _going_on(found: Sequence[Piece], out: set[int]) -> set[int]:
    """Sentences that order something, next to a withheld one or to one of their kind."""
    more = set[int]()
    for at in out:
        for step in (1, -1):
            here = at
            while 0 <= here + step < len(found) and _one_paragraph(found[here], found[here + step]):
                here += step
                if here not in out and not _ORDERS.search(found[here].text):
                    break
                more.add(here)
    return more


def _one_paragraph(one: Piece, other: Piece) -> bool:
    return abs(one.line - other.line) <= 1 and not one.is_row and not other.is_row
