"""Collections from the command line: named, created with options, indexed anew."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from docqa_cli.client import Client
from docqa_cli.commands.collections import collection_id
from docqa_cli.errors import CliError
from docqa_cli.main import app
from tests.unit.cli.conftest import FakeStack, Seen

OPTIONS = {
    "strategy": "sections",
    "chunk_tokens": 200,
    "overlap_tokens": 0,
    "embed_headings": True,
    "include_hidden": False,
}


def collection(name: str, number: int, **options: Any) -> dict[str, Any]:
    return {
        "collection_id": f"id-{number}",
        "name": name,
        "is_default": number == 1,
        "role": "owner",
        "documents": 2,
        "options": OPTIONS | options,
        "search": {"rerank": True},
    }


def document(number: int, **fields: Any) -> dict[str, Any]:
    base = {"document_id": f"doc-{number}", "filename": f"{number}.pdf", "status": "ready", "active_version": 1}
    return base | {"pages": 1, "chunks": 3, "error": None, "warnings": []} | fields


@pytest.fixture
def two(stack: FakeStack) -> FakeStack:
    rows = [collection("Documents", 1), collection("Contracts", 2, strategy="sentence")]
    stack.answers["GET /api/v1/collections"] = (200, {"collections": rows})
    return stack


@pytest.mark.parametrize("named", ["Contracts", "contracts", "id-2"])
def test_a_collection_is_named_or_given_by_its_id(two: FakeStack, named: str) -> None:
    with Client() as client:
        assert collection_id(client, named) == "id-2"


def test_an_unknown_name_is_told_with_those_there_are(two: FakeStack) -> None:
    with Client() as client, pytest.raises(CliError, match=r"'Minutes'; there is: Documents, Contracts"):
        collection_id(client, "Minutes")


def test_only_the_options_that_were_given_are_sent(stack: FakeStack) -> None:
    stack.answers["POST /api/v1/collections"] = (201, collection("Contracts", 2))
    done = CliRunner().invoke(app, ["create-collection", "Contracts", "--chunk-tokens", "120", "--hidden"])
    assert done.exit_code == 0, done.output
    [sent] = [json.loads(request.body) for request in stack.seen]
    assert sent == {"name": "Contracts", "options": {"chunk_tokens": 120, "include_hidden": True}}


def test_reranking_is_switched_by_name(two: FakeStack) -> None:
    off = collection("Contracts", 2) | {"search": {"rerank": False}}
    two.answers["PATCH /api/v1/collections/id-2"] = (200, off)
    done = CliRunner().invoke(app, ["change-collection", "contracts", "--no-rerank"])
    assert done.exit_code == 0, done.output
    assert "never reranked" in " ".join(done.output.split())
    changed = next(request for request in two.seen if request.method == "PATCH")
    assert json.loads(changed.body) == {"search": {"rerank": False}}


def test_a_change_of_nothing_is_refused_before_anything_is_sent(two: FakeStack) -> None:
    done = CliRunner().invoke(app, ["change-collection", "contracts"])
    assert isinstance(done.exception, CliError)
    assert two.seen == []


def test_rechunk_changes_the_options_and_starts_every_document_that_answers(two: FakeStack) -> None:
    waiting = document(3, status="failed", active_version=None)
    two.answers |= {
        "GET /api/v1/collections/id-2": (200, collection("Contracts", 2, strategy="sentence")),
        "PATCH /api/v1/collections/id-2": (200, collection("Contracts", 2)),
        "GET /api/v1/documents?collection_id=id-2": (200, {"documents": [document(1), document(2), waiting]}),
        "POST /api/v1/documents/doc-1/rechunk": (202, document(1, status="awaiting_upload")),
        "POST /api/v1/documents/doc-2/rechunk": (202, document(2, status="awaiting_upload")),
        "GET /api/v1/documents": [
            (200, {"documents": [document(1), document(2, status="processing")]}),
            (200, {"documents": [document(1), document(2)]}),
        ],
    }
    done = CliRunner().invoke(app, ["rechunk", "contracts", "--strategy", "fixed", "--json"])
    assert done.exit_code == 0, done.output
    assert [row["document_id"] for row in json.loads(done.stdout)] == ["doc-1", "doc-2"]
    changed = next(request for request in two.seen if request.method == "PATCH")
    assert json.loads(changed.body) == {"options": OPTIONS | {"strategy": "fixed"}}
    assert "POST /api/v1/documents/doc-3/rechunk" not in two.paths()


def test_what_was_noticed_is_listed_below_the_documents(stack: FakeStack) -> None:
    noticed = {"code": "page_unreadable", "message": "A page was skipped.", "count": 2, "pages": [3, 9]}
    stack.answers["GET /api/v1/documents"] = (200, {"documents": [document(1, warnings=[noticed])]})
    done = CliRunner().invoke(app, ["documents"])
    assert "1.pdf: A page was skipped. Pages 3, 9. (page_unreadable)" in done.output.replace("\n", " ")


def test_a_search_and_a_question_can_be_of_one_collection(two: FakeStack) -> None:
    bodies: list[Any] = []

    def searched(request: Seen) -> tuple[int, Any]:
        bodies.append(json.loads(request.body))
        return 200, {"hits": [], "timings_ms": {"total": 1.0}, "reranking": None}

    two.answers["POST /api/v1/search"] = searched
    done = CliRunner().invoke(app, ["search", "lamp", "--collection", "Contracts", "--json"])
    assert done.exit_code == 0, done.output
    assert bodies[0]["collection_ids"] == ["id-2"]


def test_a_search_says_what_it_wants_and_why_it_was_not_reranked(stack: FakeStack) -> None:
    hit = {"rank": 1, "filename": "a.pdf", "page_from": 1, "page_to": 1, "row_from": None, "row_to": None}
    hit |= {"sheet": None, "heading_path": [], "score": 1.0, "text": "The ferry.", "context_before": "Before it."}
    skipped = {"outcome": "language", "model": None, "scored": 0}
    stack.answers["POST /api/v1/search"] = (200, {"hits": [hit], "timings_ms": {"total": 1.0}, "reranking": skipped})
    arguments = ["search", "渡船", "--rerank", "--deduplicate", "--diversity", "0.5", "--window", "1", "--parents"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    [sent] = [json.loads(request.body) for request in stack.seen]
    wishes = {"rerank": True, "deduplicate": True, "diversity": 0.5, "window": 1, "parents": True}
    assert {name: sent[name] for name in wishes} == wishes
    assert "Before it." in done.output
    assert "no model reads this language well enough" in done.output
