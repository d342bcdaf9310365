"""SIGKILL for everything at once, then `up`: nothing is lost, and the addresses stay."""

import os
import signal
import time

from docqa_localstack.host import status
from docqa_localstack.host.up import up
from tests.stack import files
from tests.stack.support import Stack, User


def test_everything_survives_a_sigkill(stack: Stack, user: User) -> None:
    data = files.pdf("The observatory of Fagerlia has a mirror of 82 centimetres.")
    document = user.ready("mirror.pdf", data)
    unfinished = user.upload("wagons.pdf", files.long_pdf(40, seed="k"))
    before = status.status(stack.paths)
    for service in before["services"].values():
        os.kill(service["pid"], signal.SIGKILL)
    for function in ("docqa-api", "docqa-stream", "docqa-ingest-embed", "docqa-inference"):
        assert _gone(stack, function), f"{function} outlived its LocalStack"

    up(stack.paths)

    after = status.status(stack.paths)
    assert (after["api_url"], after["stream_url"]) == (before["api_url"], before["stream_url"])
    assert user.document(document["document_id"])["chunks"] == document["chunks"]
    assert "82 centimetres" in user.ask("How large is the mirror of the observatory of Fagerlia?")["answer"]
    link = user.call("GET", f"documents/{document['document_id']}/content").json()
    assert user.http.get(link["url"]).content == data
    # what was under way when the lights went out is carried on by the janitor
    assert user.until(unfinished, "ready", "failed", within_s=240)["status"] == "ready"


def _gone(stack: Stack, function: str) -> bool:
    deadline = time.monotonic() + 10
    while stack.environments(function):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
