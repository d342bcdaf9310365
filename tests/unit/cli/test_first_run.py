"""The samples at the end of `up`: sent once, and the answer is checked."""

from typing import Any

import pytest

from docqa_cli import first_run
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from tests.unit.cli.conftest import FakeStack

NAMES = [path.name for path in first_run.sample_files()]


def rows(**statuses: str) -> dict[str, Any]:
    """The documents of the account: the samples, ready but for those named by their first word."""
    return {
        "documents": [
            {"document_id": name, "filename": name, "status": statuses.get(name.split("-")[0], "ready"), "error": None}
            for name in NAMES
        ]
    }


def test_what_is_ready_is_not_sent_again(stack: FakeStack) -> None:
    stack.answers = {"GET /api/v1/documents": (200, rows())}
    with Client() as client:
        first_run._upload_missing(client)
    assert stack.paths() == ["GET /api/v1/documents"]


def test_what_is_under_way_is_waited_for(stack: FakeStack) -> None:
    stack.answers = {"GET /api/v1/documents": [(200, rows(crew="processing")), (200, rows())]}
    with Client() as client:
        first_run._upload_missing(client)
    assert stack.paths() == ["GET /api/v1/documents"] * 2


def test_a_sample_that_failed_under_way_is_named(stack: FakeStack) -> None:
    failed = rows(crew="failed")
    stack.answers = {"GET /api/v1/documents": [(200, rows(crew="processing")), (200, failed)]}
    with Client() as client, pytest.raises(CliError, match=r"crew-handbook\.pdf"):
        first_run._upload_missing(client)


def test_only_the_samples_are_asked(stack: FakeStack) -> None:
    found = rows(crew="processing")
    found["documents"].append({"document_id": "mine", "filename": "mine.pdf", "status": "ready", "error": None})
    stack.answers = {"GET /api/v1/documents": (200, found)}
    with Client() as client:
        assert first_run._sample_ids(client) == [name for name in NAMES if not name.startswith("crew")]


@pytest.mark.parametrize(
    ("text", "page", "right"), [("By Ada Lund. [1]", 3, True), ("By Ada Lund. [1]", 4, False), ("By nobody.", 3, False)]
)
def test_the_answer_must_be_right_and_cited(text: str, page: int, right: bool) -> None:
    answer = {"answer": text, "citations": [{"filename": "a.pdf", "page": page}]}
    expected = first_run.Expected("Who?", "ada lund", "a.pdf", 3)
    if right:
        first_run._check(answer, expected)
    else:
        with pytest.raises(CliError, match=r"a\.pdf, page 3"):
            first_run._check(answer, expected)
