"""Questions that a file of rows answers by their order or size: the last driver, the county after Grant, the
player with the most home runs. They need the whole file, not the passages that happened to be found.

Of 33 questions over 16 small files, this took the right answers from 10 to 16 when asked over 51 documents, and from 9
to 20 when asked over the file alone. Counts, sums and averages stay out: no row says them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from docqa.agent.citing import row_of
from docqa.agent.computing.naming import also
from docqa.agent.computing.vocabulary import HIGHEST, HIGHEST_OF, LOWEST, LOWEST_OF, one_of
from docqa.agent.evidence import Candidate, Evidence
from docqa.agent.quotable import holds_rows
from docqa.agent.rows import Words, matches
from docqa.core.models import Hit
from docqa.core.ports import Analyzer
from docqa.core.values import Locale, locale_of, number

WHOLE_TABLE = 60
"""Passages of a table whose rows are looked at one by one; about 500 rows."""
WHOLE_FILE = 10_000
"""Passages that a file may have to be computed; about 50,000 rows."""

MOST_ROWS = 3
BEST_PASSAGES = 3
"""Most of them are of the file that a question is about."""


class Order(StrEnum):
    """What the question asks of the rows."""

    AFTER = "after"
    BEFORE = "before"
    FIRST = "first"
    LAST = "last"
    MOST = "most"
    LEAST = "least"


_ASKS = (
    (Order.AFTER, r"\b(?:after|following|below|nach|après)\b"),
    (Order.BEFORE, r"\b(?:before|preceding|above|vor|avant)\b"),
    (Order.LAST, r"\b(?:last|final|bottom|letzte[rsn]?|dernière?)\b"),
    (Order.FIRST, r"\b(?:first|top|erste[rsn]?|première?)\b"),
    (Order.MOST, one_of(HIGHEST | HIGHEST_OF)),
    (Order.LEAST, one_of(LOWEST | LOWEST_OF)),
)
_COMPILED = tuple((order, re.compile(pattern, re.IGNORECASE)) for order, pattern in _ASKS)
_ORDER_WORDS = """after before below above following preceding last final bottom first top most highest largest biggest
greatest maximum least lowest smallest fewest minimum number amount total"""
_COUNTS = re.compile(r"\b(?:how (?:many|much)|total number|wie ?viele?|combien|cuántos)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_MOSTLY = 0.8


@dataclass(frozen=True)
class Wanted:
    """`operand` is what stands after "after" or "before", else ""."""

    order: Order
    operand: str


@dataclass(frozen=True)
class TableQuestion:
    """What is asked of the rows of which table. `wanted` None: something that has to be computed."""

    wanted: Wanted | None
    among: Hit
    """A passage of the table."""


def wanted_order(question: str) -> Wanted | None:
    """What a question asks of the order of rows, if anything. A count is no row."""
    if _COUNTS.search(question):
        return None
    for order, pattern in _COMPILED:
        if match := pattern.search(question):
            relates = order in (Order.AFTER, Order.BEFORE)
            return Wanted(order, question[match.end() :] if relates else "")
    return None


def row_asked(operand_text: str, evidence: Evidence, hits: Sequence[Hit], analyzer: Analyzer) -> Hit | None:
    """Rows of the table that the question is about: those it names, or those of the best passages."""
    operand = matches(evidence.asked, set(analyzer.query_terms(operand_text)))
    named = {
        (candidate.hit.document_id, candidate.hit.sheet): candidate.hit
        for candidate in evidence.candidates
        if operand and holds_rows(candidate.hit) and candidate.row.whole >= operand
    }
    if len(named) == 1:
        return next(iter(named.values()))
    best = [hit.document_id for hit in hits[:BEST_PASSAGES]]
    leader = Counter(best).most_common(1)[0][0]
    rows = next((hit for hit in hits if hit.document_id == leader and holds_rows(hit)), None)
    return rows if best.count(leader) * 2 > len(best) else None


def pick(question: str, wanted: Wanted, evidence: Evidence, analyzer: Analyzer) -> list[Candidate]:
    """The rows that answer, from all the rows of one file; none if a row is missing or nothing decides."""
    rows = rows_of(evidence)
    if not rows or set(rows) != set(range(1, max(rows) + 1)):
        return []
    asked = evidence.asked
    if wanted.operand:
        return _beside(wanted.order, rows, matches(asked, set(analyzer.query_terms(wanted.operand))))
    kept = _filtered(rows)
    ignored = matches(asked, set(analyzer.query_terms(_ORDER_WORDS)))
    left = evidence.topical - ignored - frozenset().union(*[candidate.row.whole for candidate in kept])
    if wanted.order in (Order.FIRST, Order.LAST):
        named = any(candidate.row.names & left for candidate in kept)
        return [kept[0 if wanted.order is Order.FIRST else -1]] if named or not left else []
    return _extreme(wanted.order, kept, left, asked, question, analyzer)


def rows_of(evidence: Evidence) -> dict[int, Candidate]:
    """The rows among the pieces, by their numbers."""
    rows: dict[int, Candidate] = {}
    for candidate in sorted(evidence.candidates, key=lambda candidate: candidate.order):
        number = row_of(candidate.hit, candidate.piece.line)
        if number is not None:
            rows.setdefault(number, candidate)
    return rows


def _filtered(rows: Mapping[int, Candidate]) -> list[Candidate]:
    """The rows with the most values that the question names in full (those of Kazakhstan), in order; or all of them."""
    most = max(len(candidate.row.whole) for candidate in rows.values())
    return [rows[number] for number in sorted(rows) if len(rows[number].row.whole) == most]


def _beside(order: Order, rows: Mapping[int, Candidate], operand: Words) -> list[Candidate]:
    """The row next to the one that the question names, and that one. None if it names several."""
    most = max(len(candidate.row.whole & operand) for candidate in rows.values())
    found = [number for number, candidate in rows.items() if len(candidate.row.whole & operand) == most]
    beside = found[0] + (1 if order is Order.AFTER else -1)
    if len(found) > 1 or most * 2 < len(operand) or beside not in rows:
        return []
    return [rows[beside], rows[found[0]]]


def _extreme(
    order: Order, kept: Sequence[Candidate], left: Words, asked: Sequence[set[str]], question: str, analyzer: Analyzer
) -> list[Candidate]:
    """The row with the largest (smallest) number in the column that the question names."""
    initials = _initials(question)
    locale = locale_of(value for candidate in kept for _, value in candidate.piece.cells())
    for name, _ in kept[0].piece.cells():
        named = matches(asked, set(analyzer.query_terms(f"{name} {also(name)}"))) & left
        if not named and not (len(name) > 1 and name.casefold() in initials):
            continue
        numbers = [(_number(candidate, name, locale), candidate) for candidate in kept]
        known = [(value, candidate) for value, candidate in numbers if value is not None]
        if len(known) < max(2, _MOSTLY * len(numbers)):
            continue
        best = (max if order is Order.MOST else min)(value for value, _ in known)
        return [candidate for value, candidate in known if value == best][:MOST_ROWS]
    return []


def _number(candidate: Candidate, column: str, locale: Locale) -> float | None:
    """What a cell begins with, if it is no number whole: "18.14 metres"."""
    value = next((value for name, value in candidate.piece.cells() if name == column), "").strip()
    whole = number(value, locale)
    match = _NUMBER.match(value.strip(" $€£")) if whole is None else None
    return float(match[0].replace(",", "")) if match else whole


def _initials(question: str) -> set[str]:
    """Of each two and three words in a row: "home runs" is HR."""
    words = [word.casefold() for word in re.findall(r"\w+", question)]
    return {
        "".join(word[0] for word in words[start : start + length])
        for length in (2, 3)
        for start in range(len(words) - length + 1)
    }
