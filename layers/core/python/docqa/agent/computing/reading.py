"""A question read into plans by rules, only where they account for every word that it has.

A word that names no column, no cell and nothing to compute may turn the question into another one ("not from Oslo",
"games that were lost", "before May"): such a question is left to a model, or to the passages. So is one that could be
meant in two ways.
"""

from docqa.agent.computing import vocabulary as say
from docqa.agent.computing.conditions import Conditions
from docqa.agent.computing.naming import Mention, Names
from docqa.agent.computing.plans import Comparison, Operation, Plan
from docqa.agent.computing.sentence import Sentence
from docqa.agent.computing.table import Table
from docqa.core.ports import Analyzer

_LONGEST = 400
"""Characters of a question that rules are for."""
_ALONE = frozenset({Operation.COUNT, Operation.SHARE, Operation.DIFFERENCE, Operation.CORRELATION})
"""What is not asked together with something else."""
_OF_EACH = frozenset({Operation.AVERAGE, Operation.MEDIAN, Operation.DEVIATION, Operation.HIGHEST, Operation.LOWEST})
"""What is told of each of several cells ("in Oslo and in Bergen"), not of all of them together."""


def asked(question: str) -> tuple[Operation, ...]:
    """What a question wants computed, in its order; whether a table has it is another matter."""
    spans = {
        operation: match.span()
        for operation, pattern in say.ASKS.items()
        if (match := pattern.search(question)) is not None
    }
    found = [
        operation
        for operation, (start, end) in spans.items()
        if not any(  # "the total number of" asks for no total
            first <= start and end <= last and (first, last) != (start, end) for first, last in spans.values()
        )
    ]
    return tuple(sorted(found, key=lambda operation: spans[operation]))


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
    sentence = Sentence(question, table, Names(table, analyzer), about)
    if sum(token.word in say.ASKING for token in sentence.said) > 1 or sentence.is_ambiguous():
        return ()
    plans = _Reading(sentence).plans(extreme)
    return plans if not sentence.left() else ()


class _Reading:
    """What is computed of which column, and per what."""

    def __init__(self, sentence: Sentence) -> None:
        self._sentence = sentence
        self._table = sentence.table
        self._where = Conditions(sentence)
        self._per: str | None = None
        self._best: Operation | None = None
        self._per_row = False
        """Per what names every row."""
        self._in_total = False
        self._common = False

    def plans(self, extreme: Operation | None) -> tuple[Plan, ...]:
        question = self._sentence.question
        for match in (*say.SUMS_UP.finditer(question), *say.IN_THIS.finditer(question)):
            self._sentence.cover_match(match)
        operations = (extreme,) if extreme else self._operations()
        self._where.read()
        self._grouping(extreme)
        if not operations and self._per and self._counts_most():
            operations = (Operation.COUNT,)
        if len(operations) > 1 and _ALONE & set(operations):
            return ()
        plans = [self._plan(operation) for operation in operations]
        return tuple(plan for plan in plans if plan is not None) if all(plans) else ()

    # -- what is computed --------------------------------------------------------------------------

    def _operations(self) -> tuple[Operation, ...]:
        """Accounts for their words; for those of "in total", too, after "how many"."""
        text, said = self._sentence.question, self._sentence.said
        for mention in self._sentence.columns:
            if mention.full and mention.end - mention.first > 1:  # "Total votes" is a column there
                text = _blanked(text, said[mention.first].start, said[mention.end - 1].end)
        total = say.IN_TOTAL.search(text)
        before = asked(text[: total.start()]) if total else ()
        if total and {Operation.COUNT, Operation.SUM} & set(before):
            self._in_total = Operation.COUNT in before
            self._sentence.cover_match(total)
            text = _blanked(text, *total.span())
        found = asked(text)
        for operation in found:
            matches = list(say.ASKS[operation].finditer(text))
            if len(matches) == 1:
                self._sentence.cover_match(matches[0])
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
        if len(columns) != 1 or columns[0] == self._table.key:
            return None
        adds_up = operation in (Operation.SUM, Operation.DIFFERENCE)
        return None if adds_up and self._table.is_label(columns[0]) else self._of(operation, columns[0])

    def _of(self, operation: Operation, column: str | None, other: str | None = None) -> Plan:
        for name in filter(None, (column, other)):
            self._sentence.cover_column(name)
        where = tuple(self._where.found)
        texts = set(self._table.columns) - self._table.numeric - self._table.truths
        several = [one.column for one in where if one.comparison is Comparison.IS and len(one.values) > 1]
        if operation in _OF_EACH and len(several) == 1 and self._per is None and several[0] in texts:
            return Plan(operation, column, where, several[0], None, other)
        return Plan(operation, column, where, self._per, self._best if self._per else None, other)

    def _free_numbers(self) -> list[Mention]:
        """Columns of numbers that are named for nothing else yet."""
        return [
            mention
            for mention in self._sentence.columns
            if mention.column in self._table.numeric
            and mention not in self._where.compared
            and mention.column != self._per
        ]

    def _count(self) -> Plan | None:
        """Rows, or different values; "how many goals did Oslo score" adds up."""
        sentence = self._sentence
        times = say.TIMES.search(sentence.question)
        if self._common or (times and self._where.found):
            return self._of(Operation.COUNT, None)
        at = self._noun_at()
        mention, of_rows = sentence.column_at(at), sentence.is_of_rows(sentence.word(at))
        if self._in_total and (mention is None or of_rows):  # "how many parts are in stock in total"
            added = {one.column for one in self._free_numbers() if one.full and not self._table.is_label(one.column)}
            if added:
                sentence.cover(at, at + 1)
                return self._of(Operation.SUM, added.pop()) if len(added) == 1 else None
        if mention is not None and mention.column != self._table.key and sentence.word(at) not in say.ROWS:
            return self._count_of(mention.column)
        return self._of(Operation.COUNT, None) if of_rows else None

    def _count_of(self, column: str) -> Plan | None:
        if column in self._table.truths:
            return self._of(Operation.COUNT, None)  # smokers: a condition already
        if self._where.of(column) or column == self._per:
            return None
        if column not in self._table.numeric:
            return None if self._in_total else self._of(Operation.DIFFERENT, column)
        return None if self._table.is_label(column) else self._of(Operation.SUM, column)

    def _noun_at(self) -> int:
        """Where it stands what is counted: after "how many" or "the most", "different" and cells ("Chair orders")."""
        sentence = self._sentence
        match = say.ASKS[Operation.COUNT].search(sentence.question)
        most = (at + 1 for at, token in enumerate(sentence.said) if token.word in say.HIGHEST | say.LOWEST)
        at = sentence.after(match) if match else next(most, 0)
        while sentence.word(at) in say.DIFFERENT:
            sentence.cover(at, at + 1)
            at += 1
        return next((value.end for value in sentence.values if value.first == at and sentence.is_covered(at)), at)

    def _share(self) -> Plan | None:
        """Of all rows; "of Sales employees" has another whole."""
        sentence = self._sentence
        match = say.ASKS[Operation.SHARE].search(sentence.question)
        at = sentence.after(match) if match else 0
        if sentence.word(at) not in say.OF or not self._where.found or self._free_numbers():
            return None
        at += 1
        while sentence.word(at) in ("the", "all"):
            at += 1
        whole = sentence.is_of_rows(sentence.word(at)) and sentence.word(at + 1) in say.VERBS
        return self._of(Operation.SHARE, None) if whole else None

    # -- per what ----------------------------------------------------------------------------------

    def _grouping(self, extreme: Operation | None) -> None:
        """One result a value of which column, and whether only the highest or lowest of them is asked for."""
        sentence = self._sentence
        for mention in sentence.columns:
            begin = sentence.per_phrase(mention)
            if begin is not None and self._can_group(mention.column):
                self._group(mention, begin)
        orders = sentence.places(say.HIGHEST, say.LOWEST)
        if len(orders) != 1:
            return
        at, common = orders[0], sentence.places(say.COMMON)[:1]
        if extreme is not None:
            sentence.cover(at, at + 1)
        which = sentence.column_at(1) if sentence.word(0) in say.WHICH else None
        if which is None and common == [at + 1]:
            which = sentence.column_at(at + 2)  # "the most common product"
        if which is None or which.column == self._table.key or not self._can_group(which.column):
            return
        self._group(which, which.first)
        for place in (at, *common):
            sentence.cover(place, place + 1)
        self._common = bool(common)
        self._best = Operation.HIGHEST if sentence.word(at) in say.HIGHEST else Operation.LOWEST

    def _counts_most(self) -> bool:
        """Whether "the most" is of something that is counted, not of a number."""
        return self._common or any(token.word in say.MOST for token in self._sentence.said)

    def _can_group(self, column: str) -> bool:
        return not self._where.of(column) and (column not in self._table.numeric or self._table.is_label(column))

    def _group(self, mention: Mention, begin: int) -> None:
        """By two columns is not accounted for."""
        if self._per not in (None, mention.column):
            return
        self._sentence.cover(begin, mention.end)
        if mention.column == self._table.key:
            self._per_row = True
        else:
            self._per = mention.column


def _blanked(text: str, start: int, end: int) -> str:
    """The text with these characters as no word, its length kept."""
    return text[:start] + "_" * (end - start) + text[end:]
