"""Documents before they are typeset: parts in reading order, whose words are known, and their Markdown.

Sentences are made from a small grammar and a seed; they say nothing, but have the words, figures, hyphens and lengths
of reports. German and Chinese are there for their hyphenation, umlauts and missing spaces.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Head:
    """Level 1 is the title."""

    level: int
    text: str


@dataclass(frozen=True)
class Para:
    """`note`: a footnote whose number `mark` stands at the end of the paragraph."""

    text: str
    note: str = ""
    mark: int = 0


@dataclass(frozen=True)
class Items:
    """A list, bulleted or numbered from 1."""

    texts: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Grid:
    """A table whose first row is the header."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Note:
    """A footnote where it stands."""

    mark: int
    text: str


Part = Head | Para | Items | Grid | Note


def markdown(parts: Iterable[Part]) -> str:
    """The label of a document."""
    return "\n\n".join(_markdown(part) for part in parts) + "\n"


def _markdown(part: Part) -> str:
    match part:
        case Head(level, text):
            return f"{'#' * level} {text}"
        case Para(text, note, mark):
            return f"{text} {mark}" if note else text
        case Items(texts, ordered):
            return "\n".join(f"{f'{n}.' if ordered else '-'} {text}" for n, text in enumerate(texts, start=1))
        case Note(mark, text):
            return f"{mark} {text}"
        case Grid(rows):
            safe = [[cell.replace("|", "\\|") for cell in row] for row in rows]
            lines = [f"| {' | '.join(row)} |" for row in safe]
            return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


@dataclass(frozen=True)
class Language:
    """Words to make sentences of. `join` stands between words, `end` behind a sentence."""

    subjects: Sequence[str]
    verbs: Sequence[str]
    objects: Sequence[str]
    places: Sequence[str]
    link: Sequence[str]
    join: str = " "
    end: str = "."


ENGLISH = Language(
    subjects=(
        "the harbour authority|a well-known surveyor|the committee|every keeper on the northern coast|"
        "the annual report|an independent review|Maria Okafor|the long-term programme|"
        "the ministry of fisheries|one of the engineers"
    ).split("|"),
    verbs=(
        "has measured|recommends|did not publish|replaced|considers the maintenance of|was responsible for|"
        "compared|finally approved|described in detail|could not explain"
    ).split("|"),
    objects=(
        "the luminous intensity of the lamps|14.5 per cent of the budget|the so-called emergency procedure|"
        "three state-of-the-art instruments|the distribution of migratory birds|"
        "an agreement with 27 municipalities|the electricity consumption|4,210 observations|"
        "the archaeological evidence|a considerable improvement"
    ).split("|"),
    places=(
        "in the second quarter of 2023|on Gull Island|along the eastern breakwater|"
        "under unfavourable conditions|according to the inspection of 12 March|without further consultation|"
        "at a depth of 35.2 metres|after the storm"
    ).split("|"),
    link=", although | and |; nevertheless | because |, which means that ".split("|"),
)
GERMAN = Language(
    subjects=(
        "die Hafenbehörde|ein Sachverständiger|der Rechnungsprüfungsausschuss|jede Küstengemeinde|"
        "das Bundesministerium|eine Arbeitsgruppe|Jörg Müller-Lüdenscheidt|die Wetterbeobachtung"
    ).split("|"),
    verbs="veröffentlichte|überprüft|empfiehlt|verzögerte|berücksichtigt|ermöglichte|beschreibt".split("|"),
    objects=(
        "die Leistungsfähigkeit der Leuchtfeuer|14,5 Prozent des Haushalts|die Instandhaltungsmaßnahmen|"
        "drei Messgeräte|eine Vereinbarung mit 27 Gemeinden|den Elektrizitätsverbrauch|"
        "die Größe der Fischereiflotte"
    ).split("|"),
    places=(
        "im zweiten Quartal 2023|auf der Möweninsel|unter ungünstigen Bedingungen|nach der Überprüfung|ohne Rücksprache"
    ).split("|"),
    link=", obwohl | und |; trotzdem | weil ".split("|"),
)
CHINESE = Language(
    subjects="港务局|一位测量员|委员会|北部海岸的守塔人|年度报告|独立审查小组".split("|"),
    verbs="测量了|建议采用|没有公布|更换了|批准了|详细描述了".split("|"),
    objects="灯塔的发光强度|预算的14.5%|紧急程序|三台新仪器|候鸟的分布|与27个市镇的协议".split("|"),
    places="在2023年第二季度|在海鸥岛上|沿着东部防波堤|在不利条件下|风暴之后".split("|"),
    link="，但是|，并且|；因此|，因为".split("|"),
    join="",
    end="。",
)


class Author:
    """Writes parts from a seed."""

    def __init__(self, seed: str, language: Language = ENGLISH) -> None:
        self.dice = random.Random(seed)
        self.language = language
        self._notes = 0

    def clause(self) -> str:
        language, dice = self.language, self.dice
        words = [dice.choice(language.subjects), dice.choice(language.verbs), dice.choice(language.objects)]
        place = dice.choice(language.places)
        words = [place, *words] if language.join == "" else [*words, place]
        return language.join.join(words)

    def sentence(self) -> str:
        text = self.clause()
        if self.dice.random() < 0.5:
            text += self.dice.choice(self.language.link) + self.clause()
        return text[0].upper() + text[1:] + self.language.end

    def para(self, sentences: tuple[int, int] = (2, 6), *, noted: bool = False) -> Para:
        text = self.language.join.join(self.sentence() for _ in range(self.dice.randint(*sentences)))
        if not noted:
            return Para(text)
        self._notes += 1
        return Para(text, self.sentence(), self._notes)

    def heading(self, level: int) -> Head:
        words = self.dice.choice(self.language.objects).removeprefix("the ").removeprefix("die ").removeprefix("den ")
        return Head(level, words[0].upper() + words[1:])

    def items(self, *, ordered: bool = False) -> Items:
        long = self.dice.random() < 0.4
        count = self.dice.randint(3, 6)
        texts = (self.sentence() if long else self.dice.choice(self.language.objects) for _ in range(count))
        return Items(tuple(texts), ordered)

    def grid(self, *, wordy: bool = False, columns: int = 0, rows: int = 0) -> Grid:
        """A label in the first column, figures (or words, or none) in the others."""
        dice = self.dice
        columns, rows = columns or dice.randint(3, 5), rows or dice.randint(3, 8)
        heads = dice.sample(
            ["Station", "Height (m)", "Built", "Range", "Share", "Cost in EUR", "Keeper", "Visits", "Status"], columns
        )
        names = dice.sample(
            [
                "Gull Island",
                "Cape Dorsal",
                "North Mole",
                "St. Anne",
                "Old Pier",
                "Ferry Point",
                "Red Rock",
                "Skerry",
                "Hook Sand",
                "West Bank",
            ],
            rows,
        )
        body = [(name, *(self._cell(wordy and c == columns - 1) for c in range(1, columns))) for name in names]
        return Grid((tuple(heads), *body))

    def _cell(self, wordy: bool) -> str:
        dice = self.dice
        if wordy:
            return dice.choice(ENGLISH.objects) + " " + dice.choice(ENGLISH.places)
        kind = dice.random()
        if kind < 0.1:
            return ""
        if kind < 0.5:
            return f"{dice.randint(1, 99_999):,}"
        return (
            f"{dice.uniform(0, 99):.1f}%"
            if kind < 0.75
            else dice.choice(("open", "closed", "n/a", "under repair", str(dice.randint(1850, 2024))))
        )
