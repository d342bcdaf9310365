"""What a question says of the rows that it is about."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from docqa.agent.computing import vocabulary as say
from docqa.agent.computing.naming import Mention
from docqa.agent.computing.plans import OF_SIZE, Comparison, Condition
from docqa.agent.computing.sentence import Sentence
from docqa.core.values import MONTHS, is_no, is_yes

_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


@dataclass
class Conditions:
    """`compared`: mentions of columns that a comparison is about, which name nothing to compute."""

    sentence: Sentence
    found: list[Condition] = field(default_factory=list)
    compared: list[Mention] = field(default_factory=list)

    def read(self) -> None:
        """Accounts for the words of what it finds."""
        self._sizes()
        self._named_values()
        self._truths()
        self._months()
        for condition in self.found:
            if condition.comparison not in OF_SIZE:
                self.sentence.cover_column(condition.column)

    def of(self, column: str) -> bool:
        """Whether one of them is about this column."""
        return any(condition.column == column for condition in self.found)

    def _sizes(self) -> None:
        """Columns of numbers that are compared with one that stands beside them."""
        sentence = self.sentence
        taken: set[int] = set()
        matches: list[tuple[re.Match[str], tuple[Comparison, ...]]] = [
            (match, (Comparison.AT_LEAST, Comparison.AT_MOST)) for match in say.BETWEEN.finditer(sentence.question)
        ]
        for comparison, pattern in say.SIZES.items():
            matches += [(match, (comparison,)) for match in pattern.finditer(sentence.question)]
        for match, comparisons in matches:
            inside = sentence.inside(match)
            if taken & set(inside):
                continue  # "no more than 5" is not "more than 5"
            taken |= set(inside)
            given = [match[name] for name in ("low", "high", "value") if name in match.re.groupindex]
            values = [value for value in map(sentence.table.written, given) if value is not None]
            column = self._beside(inside, values) if len(values) == len(comparisons) else None
            if column is not None:
                goes_on = sentence.names.is_of(column, sentence.word(inside.stop))  # "10,000 crowns"
                sentence.cover(inside.start, inside.stop + goes_on)
                for comparison, value in zip(comparisons, values, strict=True):
                    self.found.append(Condition(column, comparison, (value,)))

    def _beside(self, inside: range, values: Sequence[str]) -> str | None:
        """The column whose name stands right before or after a comparison; of years, the only one that there is."""
        sentence, table, before = self.sentence, self.sentence.table, inside.start
        while sentence.word(before - 1) in say.BESIDE:
            before -= 1
        near = [
            mention
            for mention in sentence.columns
            if mention.column in table.numeric
            and (
                mention.end == before
                or (mention.first == inside.stop and sentence.names.is_of(mention.column, sentence.word(inside.stop)))
            )
        ]
        if near:
            for mention in near:
                sentence.cover(mention.first, mention.end)
            self.compared += near
            return near[0].column if len({mention.column for mention in near}) == 1 else None
        years = [name for name in table.columns if table.is_year(name)]
        return years[0] if len(years) == 1 and all(_YEAR.fullmatch(value) for value in values) else None

    def _named_values(self) -> None:
        """Cells that the question names whole; several of one column are alternatives."""
        sentence = self.sentence
        named: dict[str, list[Mention]] = {}
        for span in dict.fromkeys((value.first, value.end) for value in sentence.values):
            meant = self._meant([value for value in sentence.values if (value.first, value.end) == span])
            if meant is not None:
                named.setdefault(meant.column, []).append(meant)
        for column, mentions in named.items():
            mentions.sort(key=lambda mention: mention.first)
            listed = [sentence.table.lists(column, mention.value) for mention in mentions]
            if None in listed or (any(listed) and len(mentions) > 1):
                continue  # not accounted for
            comparison = Comparison.HOLDS if any(listed) else Comparison.IS
            values = tuple(dict.fromkeys(mention.value for mention in mentions))
            self.found.append(Condition(column, comparison, values))
            for mention in mentions:
                by = sentence.word(mention.first - 1) in say.OF_WHOM  # "by Eirik Solem"
                sentence.cover(mention.first - by, mention.end)
            for one, other in itertools.pairwise(mentions):
                if other.first - one.end == 1 and sentence.word(one.end) in say.OR:
                    sentence.cover(one.end, other.first)

    def _meant(self, values: Sequence[Mention]) -> Mention | None:
        """The column that a cell of several, or a single letter, is taken of: the one whose name stands beside it."""
        if len(values) == 1 and len(values[0].value) > 1:
            return values[0]
        beside = [
            value
            for value in values
            if any(
                mention.column == value.column
                and (value.first in (mention.end, mention.end + 1) or mention.first == value.end)
                for mention in self.sentence.columns
            )
        ]
        return beside[0] if len(beside) == 1 else None

    def _truths(self) -> None:
        """Columns of yes and no that the question names: "smokers", "non-smokers"."""
        sentence = self.sentence
        for mention in sentence.columns:
            column = mention.column
            is_named = column in sentence.table.truths and mention.full
            if not is_named or sentence.per_phrase(mention) is not None:
                continue
            before = sentence.word(mention.first - 1) in say.NO
            is_so = is_no if mention.negated or before else is_yes
            wanted = tuple(sorted(value for value in sentence.table.different(column) if is_so(value)))
            if wanted:
                self.found.append(Condition(column, Comparison.IS, wanted))
                sentence.cover(mention.first - before, mention.end)

    def _months(self) -> None:
        """ "In August", "in March and May 2024", "in 2022"."""
        sentence = self.sentence
        for at in (at + 1 for at, token in enumerate(sentence.said) if token.word in say.IN):
            end, months, years = at, list[str](), list[str]()
            while sentence.word(end) in MONTHS or (months and sentence.word(end) in say.AND | say.OR):
                if sentence.word(end) in MONTHS:
                    months.append(sentence.said[end].raw)
                end += 1
            if _YEAR.fullmatch(sentence.word(end)):
                years.append(sentence.word(end))
                end += 1
            a_name = any(sentence.names.stands_in_cells(month.casefold()) for month in months)  # May Green
            column = self._dated(bool(months)) if (months or years) and not a_name else None
            if column is not None:
                comparison = Comparison.IS if column in sentence.table.numeric else Comparison.HOLDS
                self.found += [Condition(column, comparison, tuple(said)) for said in (months, years) if said]
                sentence.cover(at, end)

    def _dated(self, months: bool) -> str | None:
        """The only column of days, or of years."""
        table = self.sentence.table
        years = [] if months else [name for name in table.columns if table.is_year(name)]
        found = years or sorted(table.dates)
        return found[0] if len(found) == 1 else None
