"""How well a text says what its label says. All scores are between 0 and 1.

- words: recall and precision over the words as multisets, and their harmonic mean.
- order: of the words that both have, the share in the longest common subsequence.
- headings: F1 over the headings' words; `levels` asks for the same rank in the document's order of levels, too.
- cells: F1 over the filled cells of tables. `neighbours`: F1 over pairs of a filled cell with the next one to its right
  and below (Göbel et al., "A methodology for evaluating algorithms for table understanding in PDF documents", 2012).
  Tables are paired best first; the cells of tables without a partner are missing or made up.
- blocks: F1 over the beginnings and ends (four words) of paragraphs, list items and headings.

`quality` is the mean of words (F1), order, headings, and tables (mean of cells and neighbours), of those a label can
judge. What is not in the label, but read, counts only where the label is known to be complete.
"""

import itertools
import random
import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from benchmarks.parsing_markdown import Reading, Table

METRICS = ("recall", "precision", "words", "order", "headings", "levels", "cells", "neighbours", "blocks", "quality")
Scores = Mapping[str, float]
"""Metric → score; a metric that the label cannot judge is absent."""

_EDGE_WORDS = 4


def scores(label: Reading, read: Reading, *, complete: bool, lines_kept: bool = False) -> Scores:
    """Every metric that the label can judge.

    `complete`: the label has all headings and tables, so that others are made up. `lines_kept`: the label breaks lines
    where the page does, so that it says nothing of blocks.
    """
    found: dict[str, float] = {}
    common = (Counter(label.words) & Counter(read.words)).total()
    if label.words or read.words:
        found["recall"] = common / len(label.words) if label.words else 0.0
        found["precision"] = common / len(read.words) if read.words else 0.0
        found["words"] = _f1(common, len(label.words), len(read.words))
    if label.words:
        found["order"] = common_subsequence(label.words, read.words) / common if common else 0.0
    if label.headings or (complete and read.headings):
        found["headings"] = _multiset_f1((h.text for h in label.headings), (h.text for h in read.headings))
        found["levels"] = _multiset_f1(label.ranked, read.ranked)
    if label.tables or (complete and read.tables):
        found["cells"], found["neighbours"] = table_scores(label.tables, read.tables)
    if label.blocks and not lines_kept:
        found["blocks"] = _multiset_f1(_edges(label.blocks), _edges(read.blocks))
    return found | ({"quality": _quality(found)} if "words" in found else {})


def _quality(found: Scores) -> float:
    parts = [found[name] for name in ("words", "order", "headings") if name in found]
    if "cells" in found:
        parts.append((found["cells"] + found["neighbours"]) / 2)
    return statistics.fmean(parts)


def _f1(common: int, left: int, right: int) -> float:
    return 2 * common / (left + right) if left + right else 1.0


def _multiset_f1(left: Iterable[Hashable], right: Iterable[Hashable]) -> float:
    a, b = Counter(left), Counter(right)
    return _f1((a & b).total(), a.total(), b.total())


def _edges(blocks: Iterable[str]) -> Iterable[tuple[str, ...]]:
    for block in blocks:
        found = block.split()
        yield ("begins", *found[:_EDGE_WORDS])
        yield ("ends", *found[-_EDGE_WORDS:])


def common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence, by bits of one integer (Hyyrö, 2004): O(len(right)) long operations."""
    places: dict[str, int] = {}
    for position, word in enumerate(left):
        places[word] = places.get(word, 0) | 1 << position
    mask = (1 << len(left)) - 1
    row = mask
    for word in right:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & mask
    return len(left) - row.bit_count()


def table_scores(labels: Sequence[Table], read: Sequence[Table]) -> tuple[float, float]:
    """F1 over cells and over neighbours."""
    measures: tuple[Callable[[Table], Counter[Hashable]], ...] = (cells, neighbours)
    wanted, got = ([tuple(measure(table) for measure in measures) for table in side] for side in (labels, read))
    similar = sorted(
        (
            (sum((a & b).total() for a, b in zip(one, other, strict=True)), i, j)
            for i, one in enumerate(wanted)
            for j, other in enumerate(got)
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    common = [0, 0]
    left_open, right_open = set(range(len(wanted))), set(range(len(got)))
    for _, i, j in similar:
        if i in left_open and j in right_open:
            left_open.remove(i)
            right_open.remove(j)
            for measure in range(2):
                common[measure] += (wanted[i][measure] & got[j][measure]).total()
    by_cell, by_neighbour = (
        _f1(common[m], sum(one[m].total() for one in wanted), sum(one[m].total() for one in got)) for m in range(2)
    )
    return by_cell, by_neighbour


def cells(table: Table) -> Counter[Hashable]:
    """The filled cells."""
    return Counter(cell for row in table for cell in row if cell)


def neighbours(table: Table) -> Counter[Hashable]:
    """(cell, next filled cell to the right or below, which of the two)."""
    pairs: Counter[Hashable] = Counter()
    width = max(map(len, table), default=0)
    columns = [[row[c] if c < len(row) else "" for row in table] for c in range(width)]
    for direction, lines in (("right", table), ("below", columns)):
        for line in lines:
            filled = [cell for cell in line if cell]
            pairs.update((direction, a, b) for a, b in itertools.pairwise(filled))
    return pairs


def interval(values: Sequence[float], rounds: int = 2000, seed: int = 7) -> tuple[float, float]:
    """95 % bootstrap interval of the mean: percentiles of the means of resamples."""
    dice = random.Random(seed)
    means = sorted(statistics.fmean(dice.choices(values, k=len(values))) for _ in range(rounds))
    return means[round(0.025 * (rounds - 1))], means[round(0.975 * (rounds - 1))]
