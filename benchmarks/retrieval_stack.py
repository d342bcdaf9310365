"""Our side: the passages of a set through the deployed stack, and every question asked by POST /api/v1/search."""

from collections.abc import Mapping
from typing import Any

from benchmarks.beside import KINDS, OURS
from benchmarks.judged_sets import JudgedSet
from benchmarks.retrieval_peers import Ranked
from docqa.evaluation.packing import packs, passage_ids
from docqa_cli.evaluating.variants import MODES
from tests.stack.support import Stack, User

READY_S = 1_800.0
WHOLE = {"chunk_tokens": 480}
"""The passages of a set are cut already: they stay as they are, as far as the model reads."""
TOP_K = 50
"""A passage may be several chunks: enough of them for ten passages."""


def ranked_by_stack(stack: Stack, one: JudgedSet) -> list[Ranked]:
    """A user of their own has the passages and nothing else. Every question by every method, one at a time."""
    rankings: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    lines: dict[str, tuple[str, ...]] = {}
    with User.register(stack) as user:
        made = user.call("POST", "collections", {"name": one.name, "options": WHOLE})
        assert made.status_code == 201, made.text
        uploaded = []
        for pack in packs(one.data.passages):
            lines[pack.filename] = pack.ids
            uploaded.append(user.upload(pack.filename, pack.content, collection_id=made.json()["collection_id"]))
        for document_id in uploaded:
            document = user.until(document_id, "ready", "failed", within_s=READY_S)
            assert document["status"] == "ready", document
        for question, text in one.questions.items():
            for kind in KINDS:
                rankings[kind][question] = passage_ids(_hits(user, text, MODES[kind].search), lines)
    return [Ranked(OURS, kind, found) for kind, found in rankings.items()]


def _hits(user: User, text: str, how: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The token of a long run ends before the run does."""
    answer = user.call("POST", "search", {"query": text, "top_k": TOP_K, "cache": False, **how})
    if answer.status_code == 401:
        login = user.call("POST", "auth/login", {"email": user.email, "password": user.password})
        user.token = login.json()["access_token"]
        answer = user.call("POST", "search", {"query": text, "top_k": TOP_K, "cache": False, **how})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["hits"])
