"""The `docqa` command against the deployed stack, as a person and as a program."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stack import files
from tests.stack.support import SAMPLES, Stack

DOCQA = Path(sys.executable).with_name("docqa")
HANDBOOK = str(SAMPLES / "documents" / "crew-handbook.pdf")


def docqa(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    result = subprocess.run([str(DOCQA), *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == code, (arguments, result.stdout, result.stderr)
    return result


def as_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(docqa(*arguments, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def handbook(stack: Stack) -> str:
    (row,) = as_json("upload", HANDBOOK, "--wait")
    assert (row["filename"], row["status"], row["error"]) == ("crew-handbook.pdf", "ready", None)
    return str(row["document_id"])


def test_it_is_logged_in_already(stack: Stack) -> None:
    token = docqa("token").stdout.strip()
    assert token.count(".") == 2


def test_ask_streams_and_cites(handbook: str) -> None:
    said = docqa("ask", "Who founded Halden Ferries?", "--document", handbook)
    assert "Ingrid Solberg" in said.stdout
    assert "crew-handbook.pdf, page 1" in said.stdout
    answer = as_json("ask", "Who founded Halden Ferries?", "--document", handbook)
    assert set(answer) == {"answer", "citations", "grounded", "conversation_id", "usage"}
    assert answer["grounded"] is True
    first = answer["citations"][0]
    assert {"marker", "document_id", "version", "filename", "page", "boxes", "quote"} <= set(first)
    assert (first["document_id"], first["version"], first["page"]) == (handbook, 1, 1)
    assert "Ingrid Solberg" in first["quote"]


def test_search_prints_the_body_of_the_contract(handbook: str) -> None:
    body = as_json("search", "lost property", "--document", handbook, "--top-k", "3")
    assert set(body) == {"hits", "timings_ms"}
    assert len(body["hits"]) == 3
    wanted = {"rank", "chunk_id", "document_id", "filename", "page_from", "page_to", "boxes", "heading_path", "text"}
    assert wanted <= set(body["hits"][0])
    assert body["hits"][0]["page_from"] == 12


def test_a_search_that_finds_nothing_says_so_and_no_more(handbook: str) -> None:
    said = docqa("search", "lost property", "--document", handbook, "--pages", "900")
    assert said.stdout.split() == ["Nothing", "was", "found."]


def test_status_has_the_shape_of_the_contract(stack: Stack) -> None:
    found = as_json("status")
    assert set(found) == {"api_url", "stream_url", "web_url", "database_url", "cache_url", "services"}
    assert set(found["services"].values()) == {"running"}


def test_doctor_finds_nothing_wrong(stack: Stack) -> None:
    docqa("doctor")


def test_every_refusal_is_reported_with_its_file(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "tool.exe").write_bytes(b"MZ")
    (tmp_path / "locked.pdf").write_bytes(files.password_protected_pdf())
    (tmp_path / "good.csv").write_text("city,mayor\nHalden,Ada Lund\n", encoding="utf-8")
    names = ["empty.pdf", "tool.exe", "locked.pdf", "good.csv", "missing.pdf"]
    rows = as_json("upload", *(str(tmp_path / name) for name in names), "--wait", code=1)
    assert [row["filename"] for row in rows] == names
    assert [(row["error"] or {}).get("code") for row in rows] == [
        "file_empty", "unsupported_type", "password_protected", None, "no_such_file",
    ]  # fmt: skip
    assert [row["status"] for row in rows] == ["rejected", "rejected", "failed", "ready", "rejected"]


def test_retry_and_delete(handbook: str, tmp_path: Path) -> None:
    refused = docqa("retry", handbook, code=1)
    assert "not_retryable" in refused.stderr
    path = tmp_path / "gone.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    (row,) = as_json("upload", str(path), "--wait")
    docqa("delete", row["document_id"])
    assert row["document_id"] not in {d["document_id"] for d in as_json("documents")}
    docqa("delete", row["document_id"])  # what broke off can be done again
    assert "not_found" in docqa("delete", "00000000-0000-4000-8000-000000000000", code=1).stderr


def test_a_stack_that_is_not_there_is_a_clear_sentence() -> None:
    result = subprocess.run(
        [str(DOCQA), "documents"],
        capture_output=True,
        text=True,
        check=False,
        env={"DOCQA_API_URL": "http://127.0.0.1:9", "DOCQA_TOKEN": "x", "PATH": "/usr/bin"},
    )
    assert result.returncode == 1
    assert "does not answer" in result.stderr
    assert "Traceback" not in result.stderr
