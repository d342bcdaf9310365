"""A run as a table: for a terminal, and in Markdown with the plot beside it."""

from collections.abc import Sequence

from docqa.evaluation.bootstrap import Interval
from docqa.evaluation.findings import Finding
from docqa.evaluation.runs import Run
from docqa.evaluation.scoring import in_order, label

PLOT = "plot.svg"


def table(run: Run) -> list[list[str]]:
    """Rows of cells, the header first: a metric a row, a variant a column, "0.531 (0.482 to 0.577)"."""
    summary = run.summary
    metrics = in_order({metric for means in summary.values() for metric in means})
    rows = [["", *summary]]
    for metric in metrics:
        cells = [_cell(means.get(metric), metric) for means in summary.values()]
        rows.append([label(metric), *cells])
    return rows


def text(run: Run) -> str:
    """The table for a terminal, columns aligned."""
    rows = table(run)
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


def markdown(run: Run, found: Sequence[Finding]) -> str:
    """A page about a run: what was asked of what, the table, the findings, the notes, the plot."""
    rows = table(run)
    lines = [
        f"# {run.name}",
        "",
        f"{_title(run)}. Means with their 95 % intervals.",
        "",
        *(_row(row) for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])),
        "",
        *(f"- {one.sentence}" for one in found),
        *(f"- Note: {note}" for note in run.notes),
        "",
        f"![{run.name}]({PLOT})",
    ]
    return "\n".join(lines) + "\n"


def _title(run: Run) -> str:
    return f"Data set {run.data_set['name']}, {run.data_set['questions']} questions, {run.created_at}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _cell(interval: Interval | None, metric: str) -> str:
    if interval is None:
        return "-"
    digits = 0 if metric == "ms" else 3
    return f"{interval.value:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"
