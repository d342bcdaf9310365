"""The command's entry: sub-commands, and the one place where an error becomes a sentence and an exit code."""

import sys

import httpx
import typer
from rich.markup import escape

from docqa_cli import dotenv, show
from docqa_cli.commands import (
    account,
    collections,
    documents,
    evaluate,
    members,
    memories,
    models,
    operate,
    questions,
    stack,
    tools,
)
from docqa_cli.errors import CliError
from docqa_localstack.host.errors import HostError

app = typer.Typer(
    help="Ask questions of your documents and see where every answer comes from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    stack.up,
    stack.down,
    stack.status,
    stack.doctor,
    stack.clean,
    account.register,
    account.login,
    account.token,
    documents.upload,
    documents.documents,
    documents.retry,
    documents.delete,
    collections.collections,
    collections.create_collection,
    collections.change_collection,
    collections.delete_collection,
    collections.rechunk,
    members.invite,
    members.members,
    members.share,
    members.unshare,
    models.providers,
    models.usage,
    memories.memories,
    memories.forget,
    tools.tools,
    tools.allow_tool,
    tools.withdraw_tool,
    questions.ask,
    questions.search,
):
    app.command()(command)
app.command()(operate.reindex)
app.command("eval")(evaluate.evaluate)


def main() -> None:
    """Run the command. Exit codes: 0 all went well, 1 something did not, 2 wrong usage, 130 interrupted."""
    dotenv.load()
    try:
        app()
    except CliError as error:
        _fail(error.message, error.code, error.hint)
    except HostError as error:
        _fail(error.text(), "stack", "")
    except httpx.ConnectError:
        _fail("The stack does not answer.", "unreachable", "Start it: make up")
    except httpx.HTTPError as error:
        _fail(f"The connection broke: {error}", "connection", "Try again; if it stays: docqa doctor")
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(message: str, code: str, hint: str) -> None:
    show.err.print(f"[red]{escape(message)}[/] [dim]({code})[/]")
    if hint:
        show.err.print(hint)
    sys.exit(1)
