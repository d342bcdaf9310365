"""Two people: a collection is shared, found in, and taken away again, by the `docqa` command."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from tests.stack.support import Stack, User, error_of

DOCQA = Path(sys.executable).with_name("docqa")
QUESTION = "What is the password of the boathouse?"


def docqa(user: User, *arguments: str, code: int = 0) -> Any:
    """The JSON that the command prints for this user."""
    addresses = {"DOCQA_API_URL": user.stack.api_url, "DOCQA_STREAM_URL": user.stack.stream_url}
    result = subprocess.run(
        [str(DOCQA), *arguments, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **addresses, "DOCQA_TOKEN": user.token},
    )
    assert result.returncode == code, (arguments, result.stdout, result.stderr)
    return json.loads(result.stdout) if code == 0 else result.stderr


def test_a_collection_is_shared_and_taken_away(stack: Stack, user: User, tmp_path: Path) -> None:
    email = f"{uuid.uuid4().hex[:12]}@example.org"
    invitation = docqa(user, "invite", email)["invitation"]
    note = tmp_path / "boathouse.md"
    note.write_text("# Boathouse\n\nThe password of the boathouse is quince.\n", encoding="utf-8")
    docqa(user, "create-collection", "Boats")
    (uploaded,) = docqa(user, "upload", str(note), "--collection", "Boats", "--wait")

    with User.register(stack, email=email, invitation=invitation) as eva:
        assert [row["name"] for row in docqa(eva, "collections")] == ["Documents"]
        sees_nothing(eva, uploaded["document_id"])

        docqa(user, "share", "Boats", email, "--role", "viewer")
        assert [hit["document_id"] for hit in eva.search(QUESTION)] == [uploaded["document_id"]]
        answer = eva.ask(QUESTION)
        assert (answer["grounded"], "quince" in answer["answer"]) == (True, True)
        assert eva.call("GET", f"documents/{uploaded['document_id']}/content").status_code == 200
        refused = eva.call("DELETE", f"documents/{uploaded['document_id']}")
        assert (refused.status_code, error_of(refused)["code"]) == (403, "forbidden")
        assert "forbidden" in docqa(eva, "share", "Boats", email, "--role", "owner", code=1)

        docqa(user, "unshare", "Boats", email)
        sees_nothing(eva, uploaded["document_id"])
    with User.register(stack) as stranger:
        sees_nothing(stranger, uploaded["document_id"])


def sees_nothing(user: User, document_id: str) -> None:
    assert user.search(QUESTION) == []
    assert user.ask(QUESTION)["grounded"] is False
    assert "quince" not in json.dumps(user.ask(QUESTION))
    for path in ("", "/content", "/events"):
        assert user.call("GET", f"documents/{document_id}{path}").status_code == 404
    assert user.call("POST", "search", {"query": QUESTION, "document_ids": [document_id]}).status_code == 404
