"""A question read into plans by rules, only where they account for what it says.

A word that names no column, no value and nothing to compute may be a condition that no rule knows ("games that were
lost"): such a question is left to a model, or to the passages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docqa.agent.computing import vocabulary as say
from docqa.agent.computing.naming import Names, also
from docqa.agent.computing.plans import Comparison, Condition, Operation, Plan
from docqa.agent.computing.running import mentions
from docqa.agent.computing.table import YEARS, Table, is_yes, plain
from docqa.core.ports import Analyzer


def asked(question: str) -> tuple[Operation, ...]:
    """What a question wants computed, if anything; whether a table has it is another matter."""
    found = [operation for operation, pattern in say.PATTERNS.items() if pattern.search(question)]
    for alone in (Operation.CORRELATION, Operation.SHARE, Operation.DIFFERENCE):
        if alone in found:
            return (alone,)
    if not found and say.MOST_COMMON.search(question):
        return (Operation.COUNT,)
    if Operation.COUNT in found:  # "the total number of", "how many in total"
        found = [operation for operation in found if operation is not Operation.SUM]
    if Operation.AVERAGE in found or Operation.MEDIAN in found:  # "the average number of", "the average total"
        found = [operation for operation in found if operation not in (Operation.COUNT, Operation.SUM)]
    return tuple(found)


def plans_for(
    question: str, table: Table, analyzer: Analyzer, about: str = "", operations: tuple[Operation, ...] = ()
) -> tuple[Plan, ...]:
    """What the question asks of this table; none where a word of it is not accounted for, or a single row says it.

    `about`: what the table is of, such as the name of its file. `operations`: what is computed, if that is known.
    """
    most_of = None if operations else say.MOST_OF.search(question)
    operations = operations or asked(question) or ((Operation.COUNT,) if most_of else ())
    if not operations or (say.COMPARES.search(question) and Operation.DIFFERENCE not in operations):
        return ()
    words = _Words(say.ASIDE.sub(" ", question), table, analyzer)
    words.use(about)
    if operations[0] in (Operation.HIGHEST, Operation.LOWEST):
        words.use(say.ORDERS + " ".join(match["what"] for match in say.WHICH.finditer(question)))
    where = _Conditions(words).found()
    reading = _Reading(words, where)
    if most_of and not asked(question) and reading.per is None:
        return ()  # each row is one: the row with the most says it
    plans = tuple(plan for operation in operations if (plan := reading.plan(operation)))
    return plans if len(plans) == len(operations) and not words.left() else ()


class _Words:
    """A question's words, and which of them are accounted for."""

    def __init__(self, question: str, table: Table, analyzer: Analyzer) -> None:
        self.question = question
        self.table = table
        self.names = Names(table, analyzer)
        self._terms = analyzer.query_terms(question)
        self._used: set[str] = set()
        for words in say.SAYS_NOTHING:
            self.use(words)
        for pattern in (*say.PATTERNS.values(), say.VALUE_OF):
            self.use(" ".join(match[0] for match in pattern.finditer(question)))

    def use(self, text: str) -> None:
        """Account for these words."""
        self._used |= self.names.stems(text) | set(re.findall(r"\w+", text.casefold()))

    def use_column(self, column: str) -> None:
        self.use(f"{column.replace('_', ' ')} {also(column)}")

    def is_used(self, word: str) -> bool:
        return self.names.stems(word) <= self._used

    def left(self) -> list[str]:
        """Words that nothing accounts for. What the rows are of (orders, in a table of orders) says nothing more."""
        if self.table.key is not None:
            self.use_column(self.table.key)
        return [term for term in self._terms if term not in self._used]


@dataclass(frozen=True)
class _Conditions:
    """What a question says of the rows that it is about."""

    words: _Words

    def found(self) -> tuple[Condition, ...]:
        found = [*self._sizes(), *self._named_values(), *self._truths()]
        for condition in found:
            self.words.use_column(condition.column)
        return (*found, *self._held({condition.column for condition in found}))

    def _sizes(self) -> list[Condition]:
        """Columns whose numbers are compared with one that the question gives."""
        found: list[Condition] = []
        for comparison, value, match in self._compared():
            column = self._of_years(value) or self._nearest(match.start())
            if column is None:
                return []
            found.append(Condition(column, comparison, (value,)))
            self.words.use(match[0])
        return found

    def _compared(self) -> Iterator[tuple[Comparison, str, re.Match[str]]]:
        for match in say.BETWEEN.finditer(self.words.question):
            yield Comparison.AT_LEAST, match["low"], match
            yield Comparison.AT_MOST, match["high"], match
        ends: set[int] = set()
        for comparison, pattern in say.SIZES:
            for match in pattern.finditer(self.words.question):
                if match.end() not in ends:  # "no more than 5" is not "more than 5"
                    ends.add(match.end())
                    yield comparison, match["value"], match

    def _of_years(self, value: str) -> str | None:
        """The only column of years, for a number that is one."""
        table = self.words.table
        years = [name for name in table.columns if table.is_year(name)]
        return years[0] if len(years) == 1 and value.isdigit() and int(value) in YEARS else None

    def _nearest(self, place: int) -> str | None:
        """The column of numbers whose name stands nearest to a place in the question."""
        names, table = self.words.names, self.words.table
        distances: list[tuple[int, str]] = []
        for word in re.finditer(r"\w+", self.words.question):
            stems = names.stems(word[0])
            named = [
                name for name in table.columns if name in table.numeric and any(w & stems for w in names.words(name))
            ]
            distances += [(abs(word.start() - place), name) for name in named]
        return min(distances)[1] if distances else None

    def _named_values(self) -> list[Condition]:
        """Cells of text that the question names whole, the longest first; several of one column are alternatives."""
        said, table = f" {plain(self.words.question)} ", self.words.table
        found: dict[str, list[str]] = {}
        columns = self._columns_of_values(said)
        for bare in sorted(columns, key=len, reverse=True):
            if f" {bare} " not in said:
                continue  # stood only within a longer one
            said = said.replace(f" {bare} ", " \n ")
            column = self.words.names.column(self.words.question, columns[bare]) or columns[bare][0]
            found.setdefault(column, []).append(bare)
            if table.lists(column, bare) is not None:
                self.words.use(bare)
        conditions: list[Condition] = []
        question = f" {plain(self.words.question)} "
        for column, unordered in found.items():
            values = sorted(unordered, key=lambda value: question.index(f" {value} "))
            written = {plain(value): value for value in table.different(column)}
            listed = any(table.lists(column, value) for value in values)
            comparison = Comparison.HOLDS if listed else Comparison.IS
            conditions.append(Condition(column, comparison, tuple(written[value] for value in values)))
        return conditions

    def _columns_of_values(self, said: str) -> dict[str, list[str]]:
        """For each cell that stands in the question, the columns that have it, left ones first."""
        table = self.words.table
        columns: dict[str, list[str]] = {}
        for column in (name for name in table.columns if name not in table.numeric | table.truths):
            for bare in {plain(value) for value in table.different(column)}:
                if len(bare) > 1 and f" {bare} " in said:
                    columns.setdefault(bare, []).append(column)
        return columns

    def _truths(self) -> list[Condition]:
        """Columns of yes and no that the question names: "smokers", "non-smokers"."""
        table, question = self.words.table, self.words.question
        found: list[Condition] = []
        for column in self.words.names.columns(question, [name for name in table.columns if name in table.truths]):
            word = re.escape(column.split()[0][:5])
            no = re.search(rf"{say.NO}\w*{word}\w*", question, re.IGNORECASE)
            wanted = tuple(sorted(value for value in table.different(column) if is_yes(value) is not bool(no)))
            if wanted:
                found.append(Condition(column, Comparison.IS, wanted))
                self.words.use(no[0] if no else "")
        return found

    def _held(self, taken: set[str]) -> list[Condition]:
        """Words that are left and stand in cells of one column: a month or year in dates, a name in short texts."""
        table = self.words.table
        short = [name for name in table.columns if name not in taken and table.is_short(name)]
        held: list[Condition] = []
        for match in say.WORD.finditer(self.words.question):
            word = match[0]
            if self.words.is_used(word):
                continue
            is_name = match.start() > 0 and word[0].isupper()
            having = [
                name
                for name in (short if is_name else table.dates)
                if any(mentions(value, word, table) for value in table.different(name))
            ]
            if len(having) == 1:
                held.append(Condition(having[0], Comparison.HOLDS, (word,)))
                self.words.use(word)
                self.words.use_column(having[0])
        return held


class _Reading:
    """What is computed, of which rows, per what."""

    def __init__(self, words: _Words, where: tuple[Condition, ...]) -> None:
        self._words = words
        self._table = words.table
        self._names = words.names
        self._where = where
        self._free = [name for name in words.table.columns if name not in {condition.column for condition in where}]
        self.per, self._best = self._grouping()

    def plan(self, operation: Operation) -> Plan | None:
        numeric = [name for name in self._table.columns if name in self._table.numeric and name != self.per]
        free = [name for name in numeric if name in self._free]
        question = self._words.question
        if operation is Operation.CORRELATION:
            columns = self._names.columns(question, numeric)[:2]
            return self._of(operation, columns[0], columns[1]) if len(columns) == 2 else None
        if operation is Operation.SHARE:
            return self._share(self._names.column(question, free))
        if operation is Operation.COUNT:
            return self._count()
        column = self._names.column(question, free) or self._names.column(question, numeric)
        return None if column is None else self._of(operation, column)

    def _of(self, operation: Operation, column: str | None, other: str | None = None) -> Plan:
        for name in (column, other):
            self._words.use_column(name or "")
        return Plan(operation, column, self._where, self.per, self._best if self.per else None, other)

    def _grouping(self) -> tuple[str | None, Operation | None]:
        """One result a value of which column; and whether only the highest or lowest of them is asked for."""
        question = self._words.question
        match, common = say.PER.search(question), say.MOST_COMMON.search(question)
        best = Operation.HIGHEST if say.TOP.search(question) else None
        best = best or (Operation.LOWEST if say.BOTTOM.search(question) else None)
        texts = [match["what"]] if match else []
        if common:
            best = Operation.LOWEST if say.LEAST.search(common[0]) else Operation.HIGHEST
            texts.append(question[: common.end()])
        elif best is not None:
            texts.append(say.HAVING.split(question)[0])
        columns = [name for name in self._free if name not in self._table.numeric]
        if best is not None:
            columns = [name for name in columns if name != self._table.key]
        for text in texts:
            column = self._names.column(text, columns)
            if column is not None:
                self._words.use_column(column)
                self._words.use(say.ORDERS)
                return column, best
        return None, best

    def _share(self, column: str | None) -> Plan | None:
        if not self._where:
            return None
        rows = say.SHARE_OF.search(self._words.question)
        if column is None and rows:
            self._words.use(rows["what"])
        return self._of(Operation.SHARE, column)

    def _count(self) -> Plan | None:
        """Rows, or different values; "how many goals did Oslo score" adds up."""
        question = self._words.question
        match = say.HOW_MANY.search(question) or say.MOST_OF.search(question)
        what = match["what"] if match else ""
        column = self._counted(what)
        if column is None or column == self._table.key:
            added = (
                self._names.in_full(question, self._amounts()) if say.PATTERNS[Operation.SUM].search(question) else []
            )
            if added and what:  # "how many parts are in stock in total"
                self._words.use(what.split()[0])
                return self._of(Operation.SUM, added[0])
            if column is None and not (self._where or self.per or set(what.casefold().split()) & say.ROWS):
                return None
            self._words.use(what.split()[0] if what else "")
            return self._of(Operation.COUNT, None)
        if column not in self._table.numeric:
            return self._of(Operation.DIFFERENT, column)
        return self._of(Operation.SUM, column) if column in self._amounts() else None

    def _counted(self, what: str) -> str | None:
        """The column that the first word after "how many" names, or the first two do in full."""
        columns = [name for name in self._free if name != self.per]
        both = [
            name for name in self._names.in_full(what, columns) if len(self._names.words(name)) == len(what.split())
        ]
        first = what.split()[0] if what else ""
        column = both[0] if both else self._names.column(first, columns)
        self._words.use("" if column is None else what if both else first)
        return column

    def _amounts(self) -> list[str]:
        """Columns of numbers that can be added up."""
        numeric = [name for name in self._free if name in self._table.numeric]
        return [name for name in numeric if not self._table.is_label(name)]
