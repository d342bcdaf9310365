"""Rankings of judged sets as tables: ours beside each peer's, question by question.

nDCG@10 with the grades as gains (Järvelin and Kekäläinen 2002), recall@5 over all that is relevant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import Grid
from benchmarks.judged_sets import JudgedSet
from benchmarks.retrieval import interval
from benchmarks.retrieval_peers import Ranked
from docqa.evaluation.metrics import ndcg, recall

COMMAND = "python -m benchmarks --retrieval FOLDER"
OURS = "DocQA"
SAME_TERMS = "bm25s on our terms"
KINDS = ("lexical", "dense", "hybrid", "reranked")


@dataclass(frozen=True)
class Compared:
    """A set, and how everybody ranked it; ours are named `OURS`, one of each kind."""

    judged: JudgedSet
    ranked: Sequence[Ranked]

    def ours(self, kind: str) -> Ranked:
        return next(one for one in self.ranked if (one.name, one.kind) == (OURS, kind))

    def named(self, name: str) -> Ranked:
        return next(one for one in self.ranked if one.name == name)

    def ndcg(self, one: Ranked) -> list[float]:
        """nDCG@10, question by question."""
        return [ndcg(one.rankings[q], self.judged.relevant[q], 10) for q in self.judged.questions]

    def recall(self, one: Ranked) -> list[float]:
        """Recall@5, question by question."""
        return [recall(one.rankings[q], self.judged.relevant[q], 5) for q in self.judged.questions]


def tables(sets: Sequence[Compared]) -> list[Grid]:
    """Both figures of every method, ours against the best peer, and keywords against bm25s."""
    shape = "; ".join(f"{s.judged.name}: {len(s.judged.passages)} passages, {len(s.judged.questions)}" for s in sets)
    best = "Bold: the best of the set."
    return [
        _figures(f"nDCG@10 beside peers ({len(sets)} sets)", f"Questions: {shape}. {best}", "ndcg", sets),
        _figures("Recall@5 beside peers", best, "recall", sets),
        _against_the_best(sets),
        _keywords(sets),
    ]


def _figures(title: str, note: str, figure: str, sets: Sequence[Compared]) -> Grid:
    grid = Grid(title, COMMAND, ("by", "method", *(one.judged.name for one in sets)), note)
    methods = sorted(
        {(r.kind, r.name) for one in sets for r in one.ranked},
        key=lambda m: (KINDS.index(m[0]), m[1] != OURS, m[1]),
    )
    means = [{(r.kind, r.name): _mean(getattr(one, figure)(r)) for r in one.ranked} for one in sets]
    for method in methods:
        cells = [_cell(of_set.get(method), max(of_set.values())) for of_set in means]
        grid.add(method[0], method[1], *cells)
    grid.show()
    return grid


def _cell(value: float | None, best: float) -> str:
    if value is None:
        return ""
    return f"**{value:.3f}**" if round(value, 3) >= round(best, 3) else f"{value:.3f}"


def _against_the_best(sets: Sequence[Compared]) -> Grid:
    grid = Grid(
        "Hybrid with the second stage, against the best peer of each set",
        COMMAND,
        ("set", "ours", "ours without the second stage", "best peer", "its nDCG@10", "difference"),
        "The peer that did best on the set, in hindsight. 95 % interval by bootstrap over the questions.",
    )
    for one in sets:
        ours, plain = one.ndcg(one.ours("reranked")), one.ndcg(one.ours("hybrid"))
        peers = [r for r in one.ranked if r.name not in (OURS, SAME_TERMS)]
        best = max(peers, key=lambda r: _mean(one.ndcg(r)))
        theirs = one.ndcg(best)
        mean, low, high = interval([a - b for a, b in zip(ours, theirs, strict=True)])
        difference = f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"
        grid.add(
            one.judged.name, f"{_mean(ours):.3f}", f"{_mean(plain):.3f}", best.name, f"{_mean(theirs):.3f}", difference
        )
    grid.show()
    return grid


def _keywords(sets: Sequence[Compared]) -> Grid:
    grid = Grid(
        "Keyword search against bm25s",
        COMMAND,
        ("set", "ours", SAME_TERMS, "difference", "same first ten", "bm25s, its best words"),
        "Aims: within 0.005 on the same terms; Chinese and Arabic within 0.1 of English. *Same first ten*: questions "
        "whose first ten passages are the same ones.",
    )
    for one in sets:
        ours, same = one.ours("lexical"), one.named(SAME_TERMS)
        mine, theirs = _mean(one.ndcg(ours)), _mean(one.ndcg(same))
        alike = _mean([float(set(ours.rankings[q][:10]) == set(same.rankings[q][:10])) for q in one.judged.questions])
        grid.add(
            one.judged.name,
            f"{mine:.3f}",
            f"{theirs:.3f}",
            f"{mine - theirs:+.4f}",
            f"{alike:.1%}",
            f"{_mean(one.ndcg(one.named('bm25s'))):.3f}",
        )
    grid.show()
    return grid


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
