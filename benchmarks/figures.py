"""Figures and the table they go into."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One measured thing: its value, the aim if there is one, and how it was taken."""

    what: str
    value: str
    aim: str = ""
    how: str = ""


@dataclass
class Section:
    """A table of RESULTS.md."""

    title: str
    command: str
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, value: str, *, aim: str = "", how: str = "") -> None:
        self.rows.append(Row(what, value, aim, how))
        print(f"{what:60} {value:>34}  {aim}", flush=True)

    def markdown(self) -> str:
        head = f"## {self.title}\n\n`{self.command}`\n\n| what | measured | aim | how |\n| --- | --- | --- | --- |\n"
        return head + "".join(f"| {r.what} | {r.value} | {r.aim} | {r.how} |\n" for r in self.rows)


def spread(seconds: Sequence[float]) -> str:
    """Median, 95th percentile and maximum in milliseconds."""
    ordered = sorted(seconds)
    late = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    digits = 0 if ordered[-1] >= 0.01 else 2
    median, p95, most = (f"{value * 1000:.{digits}f}" for value in (statistics.median(ordered), late, ordered[-1]))
    return f"{median} ms (p95 {p95}, max {most})"


@dataclass
class Grid:
    """A table of RESULTS.md with columns of its own; `note` stands above it."""

    title: str
    command: str
    columns: tuple[str, ...]
    note: str = ""
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(cells)

    def show(self) -> None:
        """Print it, columns aligned."""
        widths = [max(len(row[c]) for row in (self.columns, *self.rows)) for c in range(len(self.columns))]
        print(f"\n{self.title}")
        for row in (self.columns, *self.rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), flush=True)

    def markdown(self) -> str:
        note = f"{self.note}\n\n" if self.note else ""
        lines = [self.columns, ("---",) * len(self.columns), *self.rows]
        table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
        return f"## {self.title}\n\n`{self.command}`\n\n{note}{table}"
