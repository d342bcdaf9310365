"""From a presigned POST to *ready*, or to *failed* with a reason."""

import json
import threading
import time
import uuid

import pytest

from tests.stack import files
from tests.stack.support import SAMPLES, Stack, User, error_of

STAGES = ["claim", "parse", "chunk", "embed", "publish"]


@pytest.mark.parametrize("name", sorted(path.name for path in (SAMPLES / "documents").iterdir()))
def test_s3_event_to_ready(user: User, name: str) -> None:
    document = user.until(user.upload_sample(name), "ready", "failed")
    assert document["status"] == "ready", document
    assert document["active_version"] == 1
    assert document["chunks"] > 0
    assert document["pages"] == {"pdf": 20, "pptx": 4}.get(document["format"])
    assert [(s["stage"], s["status"]) for s in document["stages"]] == [(stage, "done") for stage in STAGES]
    assert all(stage["done"] == stage["total"] > 0 for stage in document["stages"])


def test_every_question_of_the_samples_is_answered_and_cited(user: User) -> None:
    ids = {user.upload_sample(p.name): p.name for p in sorted((SAMPLES / "documents").iterdir())}
    for document_id in ids:
        assert user.until(document_id, "ready", "failed")["status"] == "ready"
    wrong = []
    for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = user.ask(row["question"])
        if not row["answerable"]:
            right = answer["grounded"] is False
        else:
            said = any(gold.lower() in answer["answer"].lower() for gold in row["answers"])
            right = said and any(_is_evidence(citation, row["evidence"]) for citation in answer["citations"])
        if not right:
            wrong.append((row["question"], answer["answer"]))
    assert wrong == []


def _is_evidence(citation: dict[str, object], evidence: list[dict[str, object]]) -> bool:
    return any(
        str(item["doc"]).endswith(str(citation["filename"]))
        and all(item.get(place) in (None, citation[place]) for place in ("page", "row"))
        for item in evidence
    )


def test_the_same_event_twice_makes_one_document(stack: Stack, user: User) -> None:
    data = files.pdf("The lighthouse of Kvitholmen was lit for the first time in 1842.")
    created = user.announce("once.pdf", len(data)).json()
    assert user.send(created["upload"], data).status_code < 300
    key = created["upload"]["fields"]["key"]
    # at-least-once delivery: the rule's target is started again for the same object, before and after *ready*
    _deliver_again(stack, key)
    document = user.until(created["document_id"], "ready", "failed")
    assert document["status"] == "ready", document
    _deliver_again(stack, key)
    again = user.until(created["document_id"], "ready", "failed")
    assert (again["version"], again["chunks"], again["ready_at"]) == (1, document["chunks"], document["ready_at"])
    assert len(user.search("lighthouse of Kvitholmen", mode="lexical")) == 1
    assert len(user.call("GET", "documents").json()["documents"]) == 1


def _deliver_again(stack: Stack, key: str) -> None:
    machine = stack.client("stepfunctions")
    payload = {"bucket": stack.outputs["UploadsBucket"], "key": key, "size": 1, "event_id": str(uuid.uuid4())}
    arn = machine.start_execution(
        stateMachineArn=stack.outputs["StateMachineArn"], name=payload["event_id"], input=json.dumps(payload)
    )["executionArn"]
    deadline = time.monotonic() + 60
    while (state := machine.describe_execution(executionArn=arn))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state["status"] == "SUCCEEDED", state


def test_an_embed_function_killed_mid_batch_is_retried(stack: Stack, user: User) -> None:
    document_id = user.upload("long.pdf", files.long_pdf(60, seed=uuid.uuid4().hex[:6]))
    killed = 0
    deadline = time.monotonic() + 90
    while killed == 0 and time.monotonic() < deadline:
        stages = {stage["stage"]: stage for stage in user.document(document_id)["stages"]}
        if "embed" in stages and stages["embed"]["done"] < stages["embed"]["total"]:
            killed = stack.kill("docqa-ingest-embed")
        time.sleep(0.05)
    assert killed > 0, "no embed function was caught at work"
    document = user.until(document_id, "ready", "failed")
    assert document["status"] == "ready", document
    hits = user.search("The 60th inspection of depot 60", document_ids=[document_id])
    assert any(hit["page_from"] == 60 for hit in hits)


def test_a_broken_pdf_fails_with_a_reason_and_holds_nobody_up(user: User) -> None:
    broken = user.upload("broken.pdf", files.broken_pdf())
    good = user.upload("good.pdf", files.pdf("Saffron grows in the valley of Munster."))
    assert user.until(good, "ready", "failed")["status"] == "ready"
    document = user.until(broken, "ready", "failed")
    assert document["status"] == "failed"
    assert document["error"]["code"] == "corrupt_file"
    assert document["error"]["stage"] == "claim"
    assert document["error"]["retryable"] is False
    assert len(document["error"]["message"]) > 20


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("locked.pdf", files.password_protected_pdf(), "password_protected"),
        ("no-pages.pdf", files.pdf_without_pages(), "no_pages"),
        ("picture.pdf", files.PNG, "unsupported_type"),
        ("slides.docx", files.pdf("A PDF after all."), "type_mismatch"),
        ("blank.pdf", files.pdf(""), "no_text"),
        ("broken.docx", b"PK\x03\x04" + b"\0" * 500, "corrupt_file"),
    ],
)
def test_what_cannot_be_read_has_its_own_code(user: User, name: str, data: bytes, code: str) -> None:
    document = user.until(user.upload(name, data), "ready", "failed")
    assert (document["status"], document["error"]["code"]) == ("failed", code), document
    assert document["chunks"] in (None, 0)


def test_what_is_not_acceptable_is_refused_before_a_byte_is_sent(user: User) -> None:
    refused = {
        ("empty.pdf", 0): (422, "file_empty"),
        ("tool.exe", 10): (415, "unsupported_type"),
        ("noextension", 10): (415, "unsupported_type"),
        ("huge.pdf", 10**10): (413, "file_too_large"),
    }
    for (name, size), (status, code) in refused.items():
        answer = user.announce(name, size)
        assert (answer.status_code, error_of(answer)["code"]) == (status, code), name
    assert user.call("GET", "documents").json()["documents"] == []


def test_more_bytes_than_announced_are_refused_by_the_store(user: User) -> None:
    created = user.announce("small.pdf", 100).json()
    answer = user.send(created["upload"], b"x" * 101)
    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text


def test_a_new_version_answers_instead_of_the_old(user: User) -> None:
    document = user.ready("menu.pdf", files.pdf("The dish of the day is pickled herring."))
    data = files.pdf("The dish of the day is roasted celeriac.")
    created = user.call(
        "POST", f"documents/{document['document_id']}/versions", {"filename": "menu.pdf", "size": len(data)}
    )
    assert created.status_code == 201, created.text
    assert user.send(created.json()["upload"], data).status_code < 300
    deadline = time.monotonic() + 60
    while user.document(document["document_id"])["active_version"] != 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    texts = [hit["text"] for hit in user.search("dish of the day")]
    assert len(texts) == 1
    assert "celeriac" in texts[0]


def test_a_deleted_document_answers_no_more_and_leaves_nothing(stack: Stack, user: User) -> None:
    document = user.ready("secret.pdf", files.pdf("The vault opens with the number 4711."))
    assert "4711" in user.ask("With which number does the vault open?")["answer"]
    assert user.call("DELETE", f"documents/{document['document_id']}").status_code == 204
    assert user.search("vault number") == []
    answer = user.ask("With which number does the vault open?")
    assert answer["grounded"] is False
    assert "4711" not in answer["answer"]
    s3 = stack.client("s3")
    for bucket, prefix in (("UploadsBucket", "uploads"), ("ArtifactsBucket", "artifacts")):
        tenant = user.call("GET", "auth/me").json()["tenant_id"]
        listed = s3.list_objects_v2(Bucket=stack.outputs[bucket], Prefix=f"{prefix}/{tenant}/")
        assert listed["KeyCount"] == 0, listed


def test_a_failed_document_can_be_retried(stack: Stack, user: User) -> None:
    """Its object was gone when it was claimed; once it is back, a retry makes it ready."""
    data = files.pdf("The bell of Sankt Olav weighs 640 kilograms.")
    created = user.announce("bell.pdf", len(data)).json()
    key, s3 = created["upload"]["fields"]["key"], stack.client("s3")
    _deliver_again_failing(stack, key)
    document = user.until(created["document_id"], "failed")
    assert document["error"]["code"] == "upload_missing"
    refused = user.call("POST", f"documents/{created['document_id']}/retry")
    assert error_of(refused)["code"] == "upload_missing"
    s3.put_object(Bucket=stack.outputs["UploadsBucket"], Key=key, Body=data)
    assert user.call("POST", f"documents/{created['document_id']}/retry").status_code == 202
    assert user.until(created["document_id"], "ready", "failed")["status"] == "ready"


def _deliver_again_failing(stack: Stack, key: str) -> None:
    payload = {"bucket": stack.outputs["UploadsBucket"], "key": key, "size": 1, "event_id": str(uuid.uuid4())}
    stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.outputs["StateMachineArn"], name=payload["event_id"], input=json.dumps(payload)
    )


def test_twenty_uploads_at_once(user: User) -> None:
    found: dict[int, str] = {}

    def send(number: int) -> None:
        with User(user.stack, user.email, user.password, user.token) as me:
            found[number] = me.upload(
                f"note-{number}.pdf", files.pdf(f"Locker {number} holds the key of boat {number * 31}.")
            )

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(20))
    for number, document_id in sorted(found.items()):
        document = user.until(document_id, "ready", "failed", within_s=240)
        assert document["status"] == "ready", document
        (hit,) = user.search(f"key of boat {number * 31}", document_ids=[document_id], top_k=1)
        assert f"boat {number * 31}" in hit["text"]
