"""up, down, status, doctor, clean: the local stack.

Each imports what it needs when it runs, so that `docqa ask` does not pay for the supervisor.
"""

from typing import Annotated

import typer
from rich.markup import escape

from docqa_cli import show
from docqa_cli.commands.collections import Json
from docqa_localstack.host.paths import StackPaths

Samples = Annotated[bool, typer.Option(help="Upload the samples and ask them a question.")]


def up(samples: Samples = True, json: Json = False) -> None:
    """Install, start and deploy everything, then ask the samples a question. What is done already stays."""
    from docqa_cli import first_run
    from docqa_localstack.host import status as inspection
    from docqa_localstack.host.up import up as bring_up

    stack = StackPaths.current()
    bring_up(stack)
    if samples:
        first_run.ask_samples(quiet=json)
    if json:
        show.print_json(inspection.brief(inspection.status(stack, show_passwords=True)))
    else:
        first_run.say_where()


def down(json: Json = False) -> None:
    """Stop everything; the data stays."""
    from docqa_localstack.host import supervisor

    stack = StackPaths.current()
    supervisor.stop(stack)
    if json:
        show.print_json({"stack": stack.name, "state": "stopped"})


def clean(json: Json = False) -> None:
    """Stop everything and remove the stack's data."""
    from docqa_localstack.host import supervisor

    stack = StackPaths.current()
    supervisor.clean(stack)
    if json:
        show.print_json({"stack": stack.name, "state": "removed"})


def status(json: Json = False) -> None:
    """What runs where, and its log files."""
    from docqa_localstack.host import status as inspection

    found = inspection.status(StackPaths.current(), show_passwords=json)
    if json:
        show.print_json(inspection.brief(found))
        return
    for name in ("api_url", "stream_url", "web_url", "database_url", "cache_url"):
        show.line(f"{name:13} {escape(found[name] or '-')}")
    for name, service in found["services"].items():
        colour = "green" if service["state"] == "running" else "red"
        where = f"port {service['port']}, pid {service['pid']}" if service["pid"] else ""
        show.line(f"{name:13} [{colour}]{service['state']}[/] {where} [dim]{escape(service['log'])}[/]")
    for name, log in found["logs"].items():
        show.line(f"[dim]{name:13} {escape(log)}[/]")


def doctor(json: Json = False) -> None:
    """Check every prerequisite and every part, and say how to mend it."""
    from docqa_localstack.host import doctor as diagnosis

    checks = diagnosis.doctor(StackPaths.current())
    if json:
        show.print_json([check.as_json() for check in checks])
    else:
        for check in checks:
            show.line(escape(check.text()))
    raise typer.Exit(1 if diagnosis.failed(checks) else 0)
