"""providers, usage."""

from typing import Annotated, Any

import typer
from rich.table import Table

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.commands.collections import Json


def providers(
    order: Annotated[
        str, typer.Option(metavar="NAMES", help='Ask in this order from now on, as "groq,openai:gpt-6-sol"; "default".')
    ] = "",
    json: Json = False,
) -> None:
    """Who may write answers, in which order, and what their models cost."""
    with Client() as client:
        if order:
            chosen = None if order == "default" else [name.strip() for name in order.split(",") if name.strip()]
            found = client.call("PUT", "providers", {"order": chosen})
        else:
            found = client.call("GET", "providers")
    if json:
        show.print_json(found["providers"])
        return
    table = _table("", "Provider", "Key", "Model", "Context", "USD/M in, out", "As of")
    for view in found["providers"]:
        for number, model in enumerate(view["models"] or [None]):
            first = number == 0
            table.add_row(
                str(view["position"] or "–") if first else "",
                view["provider"] if first else "",
                (view["key"] or "–") if first else "",
                *(_model(model) if model else ("–", "", "", "")),
            )
    show.out.print(table)


def usage(
    days: Annotated[int, typer.Option(help="Today and the days before it.", min=1, max=400)] = 30,
    everybody: Annotated[bool, typer.Option("--everybody", help="Of the whole tenant; for admins.")] = False,
    json: Json = False,
) -> None:
    """What language models were asked, what it cost, and what is left of the budgets."""
    with Client() as client:
        found = client.call("GET", f"usage?days={days}&whole_tenant={str(everybody).lower()}")
    if json:
        show.print_json(found)
        return
    table = _table("Day", "Provider", "Model", "Key", "Done", "Failed", "In", "Out", "USD")
    for row in found["rows"]:
        counts = (f"{row[name]:,}" for name in ("answered", "failed", "input_tokens", "output_tokens"))
        key = "own" if row["own_key"] else "platform"
        table.add_row(row["day"], row["provider"], row["model"], key, *counts, f"{row['cost_usd']:.6f}")
    if found["rows"]:
        show.out.print(table)
    totals = found["totals"]
    show.line(f"{totals['answered']:,} answered since {found['since']}, {totals['cost_usd']:.6f} USD.")
    for whose, name in (("user", "You"), ("tenant", "Your organisation")):
        spent = ", ".join(
            f"{budget['spent_usd']:.4f} of {budget['cap_usd']:.2f} USD this {period}"
            for period, budget in found[whose].items()
        )
        show.line(f"{name}: {spent}.")


def _model(model: dict[str, Any]) -> tuple[str, str, str, str]:
    price = model["price"]
    return (
        model["model"],
        f"{model['context_tokens']:,}",
        f"{price['input']:g}, {price['output']:g}",
        model["priced_on"],
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table
