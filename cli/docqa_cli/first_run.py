"""The end of `docqa up`: the samples are uploaded, a question is asked, and the addresses are printed."""

import json
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape

from docqa_cli import answers, show
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_cli.uploads import Upload, send_all, wait_all
from docqa_localstack.host import status as inspection
from docqa_localstack.host.paths import StackPaths

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
READY_WITHIN_S = 300.0


@dataclass(frozen=True)
class Expected:
    """A question of `samples/questions.jsonl` and what a right answer holds."""

    question: str
    answer: str
    filename: str
    page: int | None


def ask_samples(*, quiet: bool = False) -> None:
    """Upload what is not there yet, wait until all is searchable, ask the samples only, and check the answer.

    Raises CliError when a sample does not get ready, or when the answer is not the right one.
    """
    with Client() as client:
        _upload_missing(client)
        expected = _first_question()
        if not quiet:
            show.out.print(f"\n[bold]docqa ask[/] “{expected.question}”\n")
        # What else the developer has uploaded must not make a sound stack look broken
        question = {"question": expected.question, "document_ids": _sample_ids(client)}
        answer = answers.ask(client, question, quiet=quiet)
    _check(answer.as_json(), expected)


def say_where() -> None:
    """Print the addresses and what to do next."""
    show.out.print()
    found = inspection.status(StackPaths.current())
    for name, text in (
        ("API", f"{found['api_url']}/api/v1"),
        ("API document", f"{found['api_url']}/api/v1/openapi.json"),
        ("Streaming", f"{found['stream_url']}/api/v1/ask/stream"),
        ("Yours", ".venv/bin/docqa upload FILE --wait, then .venv/bin/docqa ask “…”"),
        ("More", ".venv/bin/docqa --help, docqa status, docqa doctor, make down"),
    ):
        show.line(f"[bold]{name:14}[/]{escape(text)}")


def sample_files() -> list[Path]:
    """The sample documents, by name."""
    return sorted(path for path in (SAMPLES / "documents").iterdir() if path.is_file())


def _upload_missing(client: Client) -> None:
    """What an earlier, interrupted run has sent is waited for and not sent again."""
    rows = client.call("GET", "documents")["documents"]
    # a ready one counts before one that is under way
    there = {row["filename"]: row for status in ("processing", "ready") for row in rows if row["status"] == status}
    uploads = [Upload(path) for path in sample_files() if path.name not in there]
    under_way = [
        Upload(path, document_id=there[path.name]["document_id"], status="processing")
        for path in sample_files()
        if path.name in there and there[path.name]["status"] != "ready"
    ]
    if not uploads + under_way:
        return
    with show.UploadProgress() as progress:
        send_all(client, uploads, progress)
        uploads += under_way
        wait_all(client, uploads, progress, timeout_s=READY_WITHIN_S)
    for upload in uploads:
        if upload.status != "ready":
            reason = upload.error["message"] if upload.error else upload.status
            raise CliError(f"{upload.path.name} did not get ready: {reason}", code="sample_failed")


def _sample_ids(client: Client) -> list[str]:
    names = {path.name for path in sample_files()}
    rows = client.call("GET", "documents")["documents"]
    # the contract takes 100 documents at most; the newest come first
    return [row["document_id"] for row in rows if row["filename"] in names and row["status"] == "ready"][:100]


def _first_question() -> Expected:
    with (SAMPLES / "questions.jsonl").open(encoding="utf-8") as file:
        row = json.loads(file.readline())
    evidence = row["evidence"][0]
    return Expected(row["question"], row["answers"][0], Path(evidence["doc"]).name, evidence.get("page"))


def _check(answer: dict[str, object], expected: Expected) -> None:
    citations = answer["citations"]
    assert isinstance(citations, list)
    cited = any(c["filename"] == expected.filename and c["page"] == expected.page for c in citations)
    if expected.answer.lower() not in str(answer["answer"]).lower() or not cited:
        raise CliError(
            f"The answer should say “{expected.answer}” and cite {expected.filename}, page {expected.page}.",
            code="wrong_answer",
            hint="See what is wrong: docqa doctor",
        )
