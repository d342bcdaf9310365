"""A run: every figure of every question in every variant, kept as JSON to be looked at and compared later."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from docqa.core.errors import InvalidDataSet, NotFound
from docqa.evaluation.bootstrap import Difference, Interval, mean_interval, paired_difference
from docqa.evaluation.scoring import in_order

Figures = Mapping[str, Mapping[str, float]]
"""Question → metric → figure."""
FILE = "run.json"


@dataclass(frozen=True)
class Run:
    """`created_at` in ISO 8601; `data_set`: its name, hash and size; `settings`: what was asked for."""

    name: str
    created_at: str
    data_set: Mapping[str, Any]
    settings: Mapping[str, Any]
    variants: Mapping[str, Figures]
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def summary(self) -> dict[str, dict[str, Interval]]:
        """Variant → metric → mean over the questions that have the figure, the metric that decides first."""
        return {variant: _means(figures) for variant, figures in self.variants.items()}

    def as_json(self) -> dict[str, Any]:
        """All but the figures of single questions."""
        return {
            "name": self.name,
            "created_at": self.created_at,
            "data_set": dict(self.data_set),
            "settings": dict(self.settings),
            "notes": list(self.notes),
            "summary": {
                variant: {metric: asdict(interval) for metric, interval in means.items()}
                for variant, means in self.summary.items()
            },
        }


def difference(new: Figures, old: Figures, metric: str) -> Difference | None:
    """How much higher a metric is, over the questions that have it in both; None if there are none."""
    common = [one for one in new if metric in new[one] and metric in old.get(one, {})]
    if not common:
        return None
    return paired_difference([new[one][metric] for one in common], [old[one][metric] for one in common])


class RunFolder:
    """Runs kept in a folder, each in one of its own beside its report."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def of(self, name: str) -> Path:
        """The folder of a run."""
        return self.root / name

    def save(self, run: Run) -> Path:
        """Write a run over one of the same name; its file."""
        path = self.of(run.name) / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = run.as_json() | {"variants": run.variants}
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path

    def load(self, name: str) -> Run:
        """A run by name, or by the path of its file or folder. Raises NotFound, InvalidDataSet."""
        for path in (self.of(name) / FILE, Path(name) / FILE, Path(name)):
            if path.is_file():
                return _read(path)
        names = ", ".join(run.name for run in self.all()) or "none"
        raise NotFound(f"There is no run {name!r}; there is: {names}.")

    def all(self) -> list[Run]:
        """Every run, the newest last. Raises InvalidDataSet."""
        runs = [_read(path) for path in self.root.glob(f"*/{FILE}")]
        return sorted(runs, key=lambda run: run.created_at)


def _means(figures: Figures) -> dict[str, Interval]:
    values: dict[str, list[float]] = {}
    for found in figures.values():
        for metric, value in found.items():
            values.setdefault(metric, []).append(value)
    return {metric: mean_interval(values[metric]) for metric in in_order(values)}


def _read(path: Path) -> Run:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return Run(
            name=str(value["name"]),
            created_at=str(value["created_at"]),
            data_set=dict(value["data_set"]),
            settings=dict(value["settings"]),
            variants=dict(value["variants"]),
            notes=tuple(value["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidDataSet(f"{path} holds no run: {error!r}.") from error
