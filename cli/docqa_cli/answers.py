"""Asks a question and shows the answer as it streams in."""

from dataclasses import dataclass, field
from typing import Any

from rich.markup import escape

from docqa_cli import show
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_cli.sse import Event


@dataclass
class Answer:
    """What has arrived so far."""

    done: dict[str, Any] | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    begun: bool = False
    """Whether some of its text is on the screen: a step would stand in the middle of it."""

    def as_json(self) -> dict[str, Any]:
        """Raises CliError when the stream ended early."""
        if self.done is None:
            raise CliError("The answer broke off before it was complete.", code="incomplete", retryable=True)
        names = ("answer", "citations", "grounded", "conversation_id")
        pending = {"pending": self.pending} if self.pending else {}
        return {name: self.done[name] for name in names} | {"usage": self.usage} | pending

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Calls of tools that wait for a yes."""
        calls: list[dict[str, Any]] = (self.done or {}).get("pending", [])
        return calls


def ask(client: Client, question: dict[str, Any], *, quiet: bool) -> Answer:
    """Ask and, unless `quiet`, print. Raises CliError for an error event or a stream that ends early."""
    answer = Answer()
    for event in client.stream("ask/stream", question):
        _take(answer, event)
        if not quiet:
            _show(answer, event)
    answer.as_json()
    return answer


def _take(answer: Answer, event: Event) -> None:
    if event.name == "error":
        raise CliError(event.data["message"], code=event.data["code"], retryable=event.data["retryable"])
    if event.name == "done":
        answer.done = event.data
    elif event.name == "usage":
        answer.usage = event.data


def _show(answer: Answer, event: Event) -> None:
    if event.name == "step" and event.data["status"] == "done" and not answer.begun:
        detail = f" {event.data['detail']}" if event.data["detail"] else ""
        ms = f" {event.data['ms']:.0f} ms" if event.data["ms"] is not None else ""
        show.err.print(f"[dim]· {escape(event.data['node'] + detail)}{ms}[/]")
    elif event.name == "token":
        answer.begun = True
        show.out.print(escape(event.data["text"]), end="")
    elif event.name == "correction":
        show.out.print(f"\n[yellow]{escape(event.data['text'])}[/]")
    elif event.name == "done":
        show.out.print("\n")
        show.sources(event.data["citations"])
