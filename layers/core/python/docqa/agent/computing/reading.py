"""A question read into plans by rules, only where they account for every word that it has.

A word that names no column, no cell and nothing to compute may turn the question into another one ("not from Oslo",
"games that were lost", "before May"): such a question is left to a model, or to the passages. So is one that could be
meant in two ways.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from docqa.agent.computing import vocabulary as say
from docqa.agent.computing.naming import Mention, Names
from docqa.agent.computing.plans import Comparison, Condition, Operation, Plan
from docqa.agent.computing.table import Table
from docqa.agent.computing.words import tokens
from docqa.core.ports import Analyzer
from docqa.core.values import is_no, is_yes

_LONGEST = 400
"""Characters of a question that rules are for."""
_ALONE = frozenset({Operation.COUNT, Operation.SHARE, Operation.DIFFERENCE, Operation.CORRELATION})
"""What is not asked together with something else."""
_VERBS = frozenset(
    "are is was were have has had come comes came belong belongs sind ist haben hat kommen sont ont".split()
)
_OF_EACH = frozenset({Operation.AVERAGE, Operation.MEDIAN, Operation.DEVIATION, Operation.HIGHEST, Operation.LOWEST})
"""What is told of each of several cells ("in Oslo and in Bergen"), not of all of them together."""


def asked(question: str) -> tuple[Operation, ...]:
    """What a question wants computed, in its order; whether a table has it is another matter."""
    found: dict[Operation, tuple[int, int]] = {}
    for operation, pattern in say.ASKS.items():
        match = pattern.search(question)
        if match is not None and not any(
            start <= match.start() and match.end() <= end for start, end in found.values()
        ):
            found = {
                other: span for other, span in found.items() if not match.start() <= span[0] < span[1] <= match.end()
            }
            found[operation] = match.span()
    return tuple(sorted(found, key=lambda operation: found[operation]))


def plans_for(
    question: str, table: Table, analyzer: Analyzer, about: str = "", extreme: Operation | None = None
) -> tuple[Plan, ...]:
    """What the question asks of this table; none where a word of it is not accounted for.

    `about`: what the table is of, such as the name of its file. `extreme`: the highest or lowest number is asked for.
    """
    numbered = say.NUMBERED.match(question)
    question = question[numbered.end() :] if numbered else question
    if len(question) > _LONGEST or say.YES_OR_NO.match(question):
        return ()
    reading = _Reading(question, table, Names(table, analyzer), about)
    plans = reading.plans(extreme)
    return plans if not reading.left() else ()


@dataclass
class _Parts:
    """What the rules have made of a question so far. `used`: mentions of columns that a comparison is about."""

    where: list[Condition] = field(default_factory=list)
    used: list[Mention] = field(default_factory=list)
    per: str | None = None
    best: Operation | None = None


class _Reading:
    def __init__(self, question: str, table: Table, names: Names, about: str) -> None:
        self._question = question
        self._table = table
        self._names = names
        self._about = [token.word for token in tokens(about) if token.word.isalpha()]
        self._said = tokens(question)
        self._covered: set[int] = set()
        self._values = names.values(self._said)
        self._columns = self._apart(names.columns(self._said))
        self._parts = _Parts()
        self._in_total = False
        self._common = False
        self._per_row = False

    def left(self) -> list[str]:
        """Words that nothing accounts for."""
        return [
            token.raw
            for at, token in enumerate(self._said)
            if at not in self._covered
            and not (token.word in say.SAYS_NOTHING and (at == 0 or len(token.raw) > 1 or token.raw.islower()))
            and not self._is_of_rows(token.word)
        ]

    def plans(self, extreme: Operation | None) -> tuple[Plan, ...]:
        if sum(token.word in say.ASKING for token in self._said) > 1 or self._is_ambiguous():
            return ()
        for match in (*say.SUMS_UP.finditer(self._question), *say.IN_THIS.finditer(self._question)):
            self._cover_match(match)
        self._cover_file()
        operations = (extreme,) if extreme else self._operations()
        self._conditions()
        self._grouping(extreme)
        if not operations and self._parts.per and self._counts_most():
            operations = (Operation.COUNT,)
        if len(operations) > 1 and _ALONE & set(operations):
            return ()
        plans = [self._plan(operation) for operation in operations]
        return tuple(plan for plan in plans if plan is not None) if all(plans) else ()

    # -- words -------------------------------------------------------------------------------------

    def _word(self, at: int) -> str:
        return self._said[at].word if 0 <= at < len(self._said) else ""

    def _cover(self, first: int, end: int) -> None:
        self._covered.update(range(first, end))

    def _cover_match(self, match: re.Match[str]) -> tuple[int, int]:
        """Account for the words that a pattern matched; which they are."""
        inside = [at for at, token in enumerate(self._said) if token.start < match.end() and match.start() < token.end]
        first, end = (inside[0], inside[-1] + 1) if inside else (0, 0)
        self._cover(first, end)
        return first, end

    def _use(self, mention: Mention) -> None:
        self._cover(mention.first, mention.end)

    def _use_all(self, column: str) -> None:
        """Every mention of a column that the plan has."""
        for mention in self._columns:
            if mention.column == column:
                self._use(mention)

    def _at(self, first: int) -> Mention | None:
        """The column whose name begins there."""
        return next((mention for mention in self._columns if mention.first == first), None)

    def _is_of_rows(self, word: str) -> bool:
        """Whether a word says what the rows are of: in a table of orders, "orders" singles out none."""
        key = [token.word for token in tokens(self._table.key or "")]
        return word in say.ROWS or any(self._names.alike(word, other) for other in [*key, *self._about])

    def _apart(self, columns: Sequence[Mention]) -> list[Mention]:
        """Columns whose names are not part of a longer cell."""
        return [
            column
            for column in columns
            if not any(
                value.first <= column.first
                and column.end <= value.end
                and value.end - value.first > column.end - column.first
                for value in self._values
            )
        ]

    def _is_ambiguous(self) -> bool:
        """Whether words are both a column and a cell, or both a column and what is computed."""
        spans = {(column.first, column.end) for column in self._columns if column.full}
        for pattern in say.ASKS.values():
            for match in pattern.finditer(self._question):
                inside = {
                    at for at, token in enumerate(self._said) if token.start < match.end() > match.start() < token.end
                }
                if any(end - first == 1 and first in inside for first, end in spans):
                    return True
        return any((value.first, value.end) in spans for value in self._values)

    def _cover_file(self) -> None:
        """ "in sales.csv"."""
        file = [token.word for token in tokens(self._table.file)]
        for first in range(len(self._said) - len(file) + 1):
            if file and [token.word for token in self._said[first : first + len(file)]] == file:
                self._cover(first, first + len(file))

    # -- what is computed --------------------------------------------------------------------------

    def _operations(self) -> tuple[Operation, ...]:
        """Accounts for their words; for those of "in total", too, after "how many"."""
        longer = [mention for mention in self._columns if mention.full and mention.end - mention.first > 1]
        text = self._question
        for mention in longer:  # "Total votes" is a column there
            start, end = self._said[mention.first].start, self._said[mention.end - 1].end
            text = text[:start] + "_" * (end - start) + text[end:]
        total = say.IN_TOTAL.search(text)
        before = text[: total.start()] if total else ""
        if total and any(say.ASKS[operation].search(before) for operation in (Operation.COUNT, Operation.SUM)):
            self._in_total = say.ASKS[Operation.COUNT].search(before) is not None
            self._cover_match(total)
            text = text[: total.start()] + "_" * (total.end() - total.start()) + text[total.end() :]
        found = asked(text)
        for operation in found:
            matches = list(say.ASKS[operation].finditer(text))
            if len(matches) == 1:
                self._cover_match(matches[0])
        return found

    def _plan(self, operation: Operation) -> Plan | None:
        if self._per_row and operation not in (Operation.AVERAGE, Operation.MEDIAN):
            return None  # each row is a group of its own: only "the average amount per order" is one number
        if operation is Operation.COUNT:
            return self._count()
        if operation is Operation.SHARE:
            return self._share()
        columns = list(dict.fromkeys(mention.column for mention in self._free_numbers()))
        if operation is Operation.CORRELATION:
            return self._of(operation, *columns) if len(columns) == 2 else None
        if len(columns) != 1:
            return None
        adds_up = operation in (Operation.SUM, Operation.DIFFERENCE)
        if columns[0] == self._table.key or (adds_up and self._table.is_label(columns[0])):
            return None
        return self._of(operation, columns[0])

    def _of(self, operation: Operation, column: str | None, other: str | None = None) -> Plan:
        for name in (column, other):
            self._use_all(name or "")
        parts = self._parts
        several = [one.column for one in parts.where if one.comparison is Comparison.IS and len(one.values) > 1]
        if operation in _OF_EACH and len(several) == 1 and parts.per is None and several[0] in self._texts():
            parts.per = several[0]
        return Plan(operation, column, tuple(parts.where), parts.per, parts.best if parts.per else None, other)

    def _texts(self) -> set[str]:
        return set(self._table.columns) - self._table.numeric - self._table.truths

    def _free_numbers(self) -> list[Mention]:
        """Columns of numbers that are named for nothing else yet."""
        return [
            mention
            for mention in self._columns
            if mention.column in self._table.numeric
            and mention not in self._parts.used
            and mention.column != self._parts.per
        ]

    def _count(self) -> Plan | None:
        """Rows, or different values; "how many goals did Oslo score" adds up."""
        times = say.TIMES.search(self._question)
        if self._common or (times and self._parts.where):
            return self._of(Operation.COUNT, None)
        at = self._noun_at()
        while self._word(at) in say.DIFFERENT:
            self._cover(at, at + 1)
            at += 1
        at = next(
            (value.end for value in self._values if value.first == at and at in self._covered), at
        )  # "Chair orders"
        mention = self._at(at)
        of_rows = self._is_of_rows(self._word(at))
        if self._in_total and (mention is None or of_rows):
            added = {one.column for one in self._free_numbers() if one.full and not self._table.is_label(one.column)}
            if added:
                self._cover(at, at + 1)
                return self._of(Operation.SUM, added.pop()) if len(added) == 1 else None
        if mention is not None and mention.column != self._table.key and self._word(at) not in say.ROWS:
            return self._count_of(mention)
        if not of_rows:
            return None
        self._cover(at, at + 1)
        return self._of(Operation.COUNT, None)

    def _count_of(self, mention: Mention) -> Plan | None:
        column = mention.column
        if column in self._table.truths:
            return self._of(Operation.COUNT, None)  # smokers: a condition already
        if any(column == condition.column for condition in self._parts.where) or column == self._parts.per:
            return None
        if column not in self._table.numeric:
            return None if self._in_total else self._of(Operation.DIFFERENT, column)
        return None if self._table.is_label(column) else self._of(Operation.SUM, column)

    def _noun_at(self) -> int:
        """Where it stands what is counted: after "how many", or after "the most"."""
        match = say.ASKS[Operation.COUNT].search(self._question)
        if match is not None:
            return next((at for at, token in enumerate(self._said) if token.start >= match.end()), len(self._said))
        return next((at + 1 for at, token in enumerate(self._said) if token.word in say.HIGHEST | say.LOWEST), 0)

    def _share(self) -> Plan | None:
        """Of all rows, or of a column's sum; "of Sales employees" has another whole."""
        match = say.ASKS[Operation.SHARE].search(self._question)
        at = next((at for at, token in enumerate(self._said) if match and token.start >= match.end()), 0)
        if self._word(at) not in ("of", "der", "de") or not self._parts.where:
            return None
        at += 1
        while self._word(at) in ("the", "all"):
            at += 1
        if self._free_numbers():
            return None
        if not self._is_of_rows(self._word(at)) or self._word(at + 1) not in _VERBS:
            return None
        self._cover(at, at + 1)
        return self._of(Operation.SHARE, None)

    # -- of which rows -----------------------------------------------------------------------------

    def _conditions(self) -> None:
        self._sizes()
        self._named_values()
        self._truths()
        self._months()
        for condition in self._parts.where:
            for mention in self._columns:
                if mention.column == condition.column and condition.comparison not in say.SIZES:
                    self._use(mention)

    def _sizes(self) -> None:
        """Columns of numbers that are compared with one that stands beside them."""
        taken: set[int] = set()
        found: list[tuple[re.Match[str], tuple[Comparison, ...]]] = [
            (match, (Comparison.AT_LEAST, Comparison.AT_MOST)) for match in say.BETWEEN.finditer(self._question)
        ]
        for comparison, pattern in say.SIZES.items():
            found += [(match, (comparison,)) for match in pattern.finditer(self._question)]
        for match, comparisons in found:
            if taken & set(range(*match.span())):
                continue  # "no more than 5" is not "more than 5"
            taken |= set(range(*match.span()))
            given = [match[name] for name in ("low", "high", "value") if name in match.re.groupindex]
            values = [value for value in map(self._table.written, given) if value is not None]
            inside = [
                at for at, token in enumerate(self._said) if token.start < match.end() and match.start() < token.end
            ]
            column = self._beside(inside[0], inside[-1] + 1, values)
            if column is not None and len(values) == len(comparisons):
                goes_on = self._names.is_of(column, self._word(inside[-1] + 1))  # "10,000 crowns"
                self._cover(inside[0], inside[-1] + 1 + goes_on)
                for comparison, value in zip(comparisons, values, strict=True):
                    self._parts.where.append(Condition(column, comparison, (value,)))

    def _beside(self, first: int, end: int, values: Sequence[str]) -> str | None:
        """The column whose name stands right before or after a comparison; of years, the only one that there is."""
        before = first
        while self._word(before - 1) in say.BESIDE:
            before -= 1
        near = [
            mention
            for mention in self._columns
            if mention.column in self._table.numeric
            and (mention.end == before or (mention.first == end and self._names.is_of(mention.column, self._word(end))))
        ]
        if near:
            for mention in near:
                self._use(mention)
            self._parts.used += near
            return near[0].column if len({mention.column for mention in near}) == 1 else None
        years = [name for name in self._table.columns if self._table.is_year(name)]
        return years[0] if len(years) == 1 and all(re.fullmatch(r"\d{4}", value) for value in values) else None

    def _named_values(self) -> None:
        """Cells that the question names whole; several of one column are alternatives."""
        found: dict[str, list[Mention]] = {}
        for span in dict.fromkeys((value.first, value.end) for value in self._values):
            meant = self._meant([value for value in self._values if (value.first, value.end) == span])
            if meant is not None:
                found.setdefault(meant.column, []).append(meant)
        for column, mentions in found.items():
            mentions.sort(key=lambda mention: mention.first)
            listed = [self._table.lists(column, mention.value) for mention in mentions]
            if None in listed or (any(listed) and len(mentions) > 1):
                continue  # not accounted for
            comparison = Comparison.HOLDS if any(listed) else Comparison.IS
            values = tuple(dict.fromkeys(mention.value for mention in mentions))
            self._parts.where.append(Condition(column, comparison, values))
            for mention in mentions:
                self._use(mention)
            for one, other in itertools.pairwise(mentions):
                if other.first - one.end == 1 and self._word(one.end) in ("or", "oder", "ou"):
                    self._cover(one.end, other.first)
            for mention in mentions:  # "by Eirik Solem"
                if self._word(mention.first - 1) in ("by", "von", "par", "por"):
                    self._cover(mention.first - 1, mention.first)

    def _meant(self, values: Sequence[Mention]) -> Mention | None:
        """The column that a cell of several is taken of: the one whose name stands beside it."""
        if len(values) == 1 and len(values[0].value) > 1:
            return values[0]
        beside = [
            value
            for value in values
            if any(
                (mention.column == value.column and value.first in (mention.end, mention.end + 1))
                or (mention.column == value.column and mention.first == value.end)
                for mention in self._columns
            )
        ]
        return beside[0] if len(beside) == 1 else None

    def _truths(self) -> None:
        """Columns of yes and no that the question names: "smokers", "non-smokers"."""
        for mention in self._columns:
            column = mention.column
            if column not in self._table.truths or not mention.full or self._is_grouped_by(mention):
                continue
            before = self._word(mention.first - 1)
            no = mention.negated or before in say.NO
            is_so = is_no if no else is_yes
            wanted = tuple(sorted(value for value in self._table.different(column) if is_so(value)))
            if wanted:
                self._parts.where.append(Condition(column, Comparison.IS, wanted))
                self._cover(mention.first - (before in say.NO), mention.end)

    def _months(self) -> None:
        """ "In August", "in March and May 2024", "in 2022"."""
        at = 0
        while at < len(self._said) - 1:
            at += 1
            if self._word(at - 1) not in say.IN:
                continue
            end, months, years = at, list[str](), list[str]()
            while self._word(end) in say.MONTHS or (months and self._word(end) in ("and", "or", "und", "oder")):
                if self._word(end) in say.MONTHS:
                    months.append(self._said[end].raw)
                end += 1
            if re.fullmatch(r"(?:1[5-9]|20)\d\d", self._word(end)):
                years.append(self._word(end))
                end += 1
            a_name = any(self._names.stands_in_cells(month.casefold()) for month in months)  # May Green
            column = self._dated(bool(months)) if (months or years) and not a_name else None
            if column is not None:
                is_year = column in self._table.numeric
                for values in filter(None, (months, years)):
                    comparison = Comparison.IS if is_year else Comparison.HOLDS
                    self._parts.where.append(Condition(column, comparison, tuple(values)))
                self._cover(at, end)

    def _dated(self, months: bool) -> str | None:
        """The only column of days, or of years."""
        dates = sorted(self._table.dates)
        years = [] if months else [name for name in self._table.columns if self._table.is_year(name)]
        found = years or dates
        return found[0] if len(found) == 1 else None

    # -- per what ----------------------------------------------------------------------------------

    def _is_grouped_by(self, mention: Mention) -> bool:
        at = mention.first - (self._word(mention.first - 1) == "the")
        return any(tuple(self._word(at - len(words) + n) for n in range(len(words))) == words for words in say.PER)

    def _grouping(self, extreme: Operation | None) -> None:
        """One result a value of which column, and whether only the highest or lowest of them is asked for."""
        for mention in self._columns:
            if self._is_grouped_by(mention) and self._can_group(mention.column):
                self._group(mention)
                words = max((words for words in say.PER if self._ends_with(words, mention.first)), key=len)
                self._cover(mention.first - len(words) - (self._word(mention.first - 1) == "the"), mention.first)
        orders = [
            at
            for at, token in enumerate(self._said)
            if token.word in say.HIGHEST | say.LOWEST and at not in self._covered
        ]
        if len(orders) != 1:
            return
        at = orders[0]
        common = [n for n, token in enumerate(self._said) if token.word in say.COMMON and n not in self._covered]
        which = self._at(1) if self._word(0) in say.WHICH else None
        if which is None and common and common[0] == at + 1:
            which = self._at(at + 2)  # "the most common product"
        if extreme is not None:
            self._cover(at, at + 1)
        if which is None or not self._can_group(which.column):
            return
        if which.column == self._table.key:
            return
        self._group(which)
        self._cover(at, at + 1)
        for n in common[:1]:
            self._cover(n, n + 1)
        self._common = bool(common)
        self._parts.best = Operation.HIGHEST if self._word(at) in say.HIGHEST else Operation.LOWEST

    def _counts_most(self) -> bool:
        """Whether "the most" is of something that is counted, not of a number."""
        return self._common or any(token.word in say.MOST for token in self._said)

    def _ends_with(self, words: Iterable[str], at: int) -> bool:
        at -= self._word(at - 1) == "the"
        listed = list(words)
        return [self._word(at - len(listed) + n) for n in range(len(listed))] == listed

    def _can_group(self, column: str) -> bool:
        taken = any(column == condition.column for condition in self._parts.where)
        return not taken and (column not in self._table.numeric or self._table.is_label(column))

    def _group(self, mention: Mention) -> None:
        self._use(mention)
        if mention.column == self._table.key:
            self._per_row = True
        else:
            if self._parts.per not in (None, mention.column):
                self._covered.discard(mention.first)  # by two columns: not accounted for
            self._parts.per = mention.column
