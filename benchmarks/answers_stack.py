"""Answers of the deployed stack."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.answered import ALL, Answered
from docqa.evaluation.datasets import Question
from docqa.evaluation.places import Passage
from tests.stack.support import TIMEOUT, User

PROVIDER = "openai-compatible"
READY_S = 900
_FRESH_S = 1_800
"""Half of the life of an access token."""


def upload(user: User, documents: Mapping[str, Path]) -> dict[str, str]:
    """Document ids by name."""
    ids = {name: user.upload(file.name, file.read_bytes()) for name, file in documents.items()}
    for name, document_id in ids.items():
        document = user.until(document_id, "ready", "failed", within_s=READY_S)
        if document["status"] != "ready":
            print(f"{name}: {document['error']}")
    return ids


def answered_by_stack(
    user: User,
    questions: Sequence[Question],
    ids: Mapping[str, str],
    system: str,
    scope: str,
    provider: str | None = None,
) -> Iterator[Answered]:
    """One answer a question; an answer that breaks off counts as none."""
    docs = {document_id: name for name, document_id in ids.items()}
    begun = time.monotonic()
    for question in questions:
        if time.monotonic() - begun > _FRESH_S:
            renew(user)
            begun = time.monotonic()
        options: dict[str, Any] = {} if provider is None else {"provider": provider}
        if scope != ALL:
            options["document_ids"] = [ids[doc] for doc in question.docs]
        start = time.perf_counter()
        events = {event.name: event.data for event, _ in user.stream(question.text, **options)}
        done = events.get("done", {"answer": "", "citations": [], "grounded": False})
        yield Answered(
            system=system,
            scope=scope,
            question=question,
            text=done["answer"],
            cited=tuple(_cited(citation, docs) for citation in done["citations"]),
            grounded=done["grounded"],
            wrote=events.get("usage", {}).get("provider") == PROVIDER,
            seconds=time.perf_counter() - start,
        )


def renew(user: User) -> None:
    """Another access token."""
    body = {"email": user.email, "password": user.password}
    answer = user.http.post(f"{user.stack.api_url}/api/v1/auth/login", json=body, timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text
    user.token = answer.json()["access_token"]


def _cited(citation: Mapping[str, Any], docs: Mapping[str, str]) -> Passage:
    page, row = citation["page"], citation["row"]
    return Passage(
        doc=docs[citation["document_id"]],
        text=citation["quote"],
        pages=None if page is None else (page, page),
        rows=None if row is None else (row, row),
    )
