"""eval."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from docqa.core.errors import DocQAError
from docqa.evaluation import report
from docqa.evaluation.datasets import DataSet
from docqa.evaluation.findings import Finding, compared, findings, main_metric
from docqa.evaluation.plot import svg
from docqa.evaluation.reading import read_data_set
from docqa.evaluation.runs import Run, RunFolder
from docqa.evaluation.scoring import label
from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import Json
from docqa_cli.errors import CliError
from docqa_cli.evaluating.asking import Asker, Figures
from docqa_cli.evaluating.indexing import Corpus, indexed, own_collection
from docqa_cli.evaluating.progress import Steps
from docqa_cli.evaluating.variants import MODES, Variant, chosen, contrasts
from docqa_localstack.host.paths import Home

ANSWERS = "answers"
_NAME = re.compile(r"[\w][\w. -]{0,99}")


def evaluate(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A data set: BEIR's layout, or qa.jsonl.")
    ] = None,
    collection: Annotated[
        str | None, typer.Option(help="Search this collection of yours, matched by file names; upload nothing.")
    ] = None,
    modes: Annotated[str, typer.Option(help="What to compare.")] = ",".join(MODES),
    chunking: Annotated[
        str | None, typer.Option(help="Other ways to cut, too: recursive,sentence:120,fixed:200+40,120.")
    ] = None,
    answers: Annotated[bool, typer.Option("--answers", help="Have the questions answered, too.")] = False,
    provider: Annotated[
        str | None, typer.Option(help="With --answers: who writes them, one after the other: groq,extractive.")
    ] = None,
    per_document: Annotated[
        bool, typer.Option("--per-document", help="Ask each question of the documents that it names only.")
    ] = False,
    top_k: Annotated[int, typer.Option(help="Passages to look at.", min=1, max=50)] = 10,
    limit: Annotated[int | None, typer.Option(help="So many of the questions, the same each time.", min=1)] = None,
    name: Annotated[str | None, typer.Option(help="What to call this run.")] = None,
    compare: Annotated[str | None, typer.Option(metavar="RUN", help="Compare with an earlier run.")] = None,
    list_runs: Annotated[bool, typer.Option("--list", help="List the runs that were kept.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where runs are kept.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for documents.", min=1)] = 3600,
    json: Json = False,
) -> None:
    """Measure retrieval and answers on questions whose answers are known, and say what helps there."""
    runs = RunFolder(out or Home.find().root / "eval")
    try:
        if list_runs:
            _list(runs.all(), folder, json=json)
            return
        old = runs.load(compare) if compare else None
        if folder is None:
            _compare(runs, name, old, json=json)
            return
        if name is not None and not _NAME.fullmatch(name):
            raise CliError(f"{name!r} is no name for a run.", code="usage")
        if collection is not None and chunking is not None:
            raise CliError("--chunking makes collections of its own: leave --collection out.", code="usage")
        data_set = read_data_set(folder, limit=limit)
        if answers and not data_set.documents:
            raise CliError("--answers needs a data set with documents and answers (qa.jsonl).", code="usage")
        writers = list(dict.fromkeys(one.strip() for one in (provider or "").split(",") if one.strip()))
        if writers and not answers:
            raise CliError("--provider says who writes answers: give --answers, too.", code="usage")
        variants = chosen(modes, chunking)
        settings = {
            "variants": {one.name: {"search": one.search, "options": one.options} for one in variants},
            "collection": collection, "top_k": top_k, "limit": limit, "per_document": per_document,
            "provider": provider,
        }  # fmt: skip
        with Client() as client:
            settings["api_url"] = client.where.api_url
            figures, missing = _measured(
                client, data_set, variants, Steps(quiet=json),
                collection=collection, writers=(writers or [None]) if answers else [], top_k=top_k,
                per_document=per_document, timeout_s=timeout,
            )  # fmt: skip
        now = datetime.now(UTC)
        run = Run(
            name=name or f"{data_set.name}-{now:%Y%m%d-%H%M%S}",
            created_at=now.isoformat(timespec="seconds"),
            data_set={"name": data_set.name, "sha256": data_set.sha256, "questions": len(data_set.questions)},
            settings=settings,
            variants=figures,
            notes=(*data_set.notes, *missing),
        )
        _keep_and_show(runs, run, findings(run, contrasts(variants)), compared(run, old) if old else [], json=json)
    except DocQAError as error:
        raise CliError(error.message, code=error.code) from error
    raise typer.Exit(1 if missing else 0)


def _measured(
    client: Client,
    data_set: DataSet,
    variants: Sequence[Variant],
    steps: Steps,
    *,
    collection: str | None,
    writers: Sequence[str | None],
    top_k: int,
    per_document: bool,
    timeout_s: float,
) -> tuple[dict[str, Figures], list[str]]:
    """Variant → figures, and what could not be indexed. `writers`: of answers, None for whoever comes first."""
    asker = Asker(client, top_k=top_k, per_document=per_document, tick=steps.tick)
    figures: dict[str, Figures] = {}
    missing: list[str] = []
    corpora: dict[str, Corpus] = {}
    for variant in variants:
        key = repr(variant.options)
        if key not in corpora:
            with steps.uploading() as watch:
                corpora[key] = (
                    own_collection(client, data_set, collection)
                    if collection is not None
                    else indexed(client, data_set, variant.options, watch, timeout_s=timeout_s)
                )
            missing += filter(None, [corpora[key].note()])
        with steps.asking(variant.name, len(data_set.questions)):
            figures[variant.name] = asker.search(data_set.questions, variant, corpora[key])
    for writer in writers:
        name = f"{ANSWERS} by {writer}" if writer else ANSWERS
        with steps.asking(name, len(data_set.questions)):
            figures[name] = asker.answers(data_set.questions, next(iter(corpora.values())), writer)
    return figures, list(dict.fromkeys(missing))


def _keep_and_show(
    runs: RunFolder, run: Run, found: Sequence[Finding], against: Sequence[Finding], *, json: bool
) -> None:
    path = runs.save(run)
    path.with_name("report.md").write_text(report.markdown(run, [*found, *against]), encoding="utf-8")
    path.with_name(report.PLOT).write_text(svg(run), encoding="utf-8")
    if json:
        show.print_json(
            run.as_json()
            | {"findings": [_as_json(one) for one in found], "compared": [_as_json(one) for one in against]}
            | {"path": str(path)}
        )
        return
    show.line(escape(report.text(run)))
    show.out.print()
    for one in (*found, *against):
        show.line(escape(one.sentence))
    for note in run.notes:
        show.line(f"[yellow]{escape(note)}[/]")
    show.line(f"[dim]{escape(str(path.parent))}: run.json, report.md, {report.PLOT}[/]")


def _compare(runs: RunFolder, name: str | None, old: Run | None, *, json: bool) -> None:
    """Two runs that were kept."""
    if name is None or old is None:
        raise CliError("Name a data set; or two runs: --name NEW --compare OLD; or --list.", code="usage")
    found = compared(runs.load(name), old)
    if json:
        show.print_json([_as_json(one) for one in found])
        return
    for one in found:
        show.line(escape(one.sentence))
    if not found:
        show.line("The runs have no question, metric and variant in common.")


def _list(found: Sequence[Run], folder: Path | None, *, json: bool) -> None:
    """Every run, or those of one data set."""
    wanted = None if folder is None else folder.resolve().name
    kept = [run for run in found if wanted is None or run.data_set["name"] == wanted]
    if json:
        show.print_json([run.as_json() for run in kept])
        return
    for run in kept:
        metric = main_metric(run)
        values = ", ".join(
            f"{variant} {means[metric].value:.3f}" for variant, means in run.summary.items() if metric in means
        )
        questions = f"{run.data_set['questions']} questions"
        show.line(escape(f"{run.name}  {run.created_at}  {questions}  {label(metric or '')}: {values}"))
    if not kept:
        show.line("No runs were kept yet.")


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "variant": finding.variant,
        "base": finding.base,
        "metric": finding.metric,
        "verdict": finding.verdict,
        **asdict(finding.difference),
        "sentence": finding.sentence,
    }
