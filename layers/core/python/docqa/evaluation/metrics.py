"""Figures of one ranking, each in 0..1.

`ranking` is the ids found, best first; of an id that occurs again only the first place counts. `relevant` maps ids to
grades; a grade of 0 or less says that the id was judged and is not relevant. Where nothing is relevant every figure is
0: leave such questions out of a mean, as trec_eval does.
"""

from collections.abc import Mapping, Sequence
from math import log2


def ndcg(ranking: Sequence[str], relevant: Mapping[str, int], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first k, gain = grade.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with the discount log2(rank + 1)
    that trec_eval's ndcg_cut uses.
    """
    grades = _grades(relevant)
    ideal = _gain(sorted(grades.values(), reverse=True)[:k])
    return _gain([grades.get(found, 0) for found in _first(ranking, k)]) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Share of the relevant ids that are among the first k."""
    grades = _grades(relevant)
    return sum(found in grades for found in _first(ranking, k)) / len(grades) if grades else 0.0


def precision(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Relevant ids among the first k, divided by k (k >= 1) even where fewer were found."""
    grades = _grades(relevant)
    return sum(found in grades for found in _first(ranking, k)) / k


def mrr(ranking: Sequence[str], relevant: Mapping[str, int]) -> float:
    """One divided by the rank of the first relevant id; 0 where none was found."""
    grades = _grades(relevant)
    places = enumerate(_first(ranking, len(ranking)), 1)
    return next((1 / rank for rank, found in places if found in grades), 0.0)


def _grades(relevant: Mapping[str, int]) -> dict[str, int]:
    return {name: grade for name, grade in relevant.items() if grade > 0}


def _first(ranking: Sequence[str], k: int) -> list[str]:
    return list(dict.fromkeys(ranking))[:k]


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, 1))
