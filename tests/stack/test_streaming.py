"""Streaming streams, on both roads, and a client that leaves is noticed."""

import socket
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest

from docqa_cli.sse import parse
from tests.stack import files
from tests.stack.support import Stack, User, error_of

ROADS = ["function_url", "api_gateway"]
ORIGIN = "http://localhost:5173"
QUESTION = "Which river does the railway bridge of Vindheim cross?"


@pytest.fixture
def reader(user: User) -> User:
    """A user with one document."""
    user.ready(
        "bridge.pdf", files.pdf("The railway bridge of Vindheim crosses the river Skjoldåa. It was built in 1911.")
    )
    return user


@pytest.mark.parametrize("road", ROADS)
def test_events_come_in_order_and_as_they_are_made(reader: User, road: str) -> None:
    reader.ask(QUESTION, road=road)  # warm
    timed = list(reader.stream(QUESTION, road=road))
    names = [event.name for event, _ in timed]
    assert names[0] == "step"
    assert names.index("sources") < names.index("token") < names.index("citation") < names.index("usage")
    assert names[-1] == "done"
    ids = [event.id for event, _ in timed]
    assert len(set(ids)) == len(ids)
    done = timed[-1][0].data
    assert "".join(event.data["text"] for event, _ in timed if event.name == "token").strip() == done["answer"].strip()
    assert "Skjoldåa" in done["answer"]
    assert done["citations"][0]["page"] == 1
    assert done["citations"][0]["boxes"]
    # the first event left the function before the last was made: retrieval lies between them
    took = sum(e.data["ms"] or 0 for e, _ in timed if e.name == "step" and e.data["status"] == "done") / 1000
    assert timed[-1][1] - timed[0][1] > 0.5 * took > 0


@pytest.mark.parametrize("road", ROADS)
def test_what_is_wrong_is_said_before_the_first_byte(reader: User, road: str) -> None:
    url = f"{reader.stack.roads[road]}/api/v1/ask/stream"
    nobody = httpx.post(url, json={"question": QUESTION})
    assert (nobody.status_code, error_of(nobody)["code"]) == (401, "unauthenticated")
    empty = httpx.post(url, json={"question": " "}, headers=reader.headers)
    assert (empty.status_code, error_of(empty)["code"]) == (422, "invalid_request")
    foreign = {"question": QUESTION, "document_ids": ["00000000-0000-4000-8000-000000000000"]}
    unknown = httpx.post(url, json=foreign, headers=reader.headers)
    assert (unknown.status_code, error_of(unknown)["code"]) == (404, "not_found")


@pytest.mark.parametrize("road", ROADS)
def test_a_page_of_an_allowed_origin_may_read_the_answer(stack: Stack, road: str) -> None:
    url = f"{stack.roads[road]}/api/v1/ask/stream"
    for origin, allowed in ((ORIGIN, [ORIGIN]), ("https://other.example", [])):
        answer = httpx.post(url, json={"question": QUESTION}, headers={"origin": origin}, timeout=60)
        assert answer.headers.get_list("access-control-allow-origin") == allowed  # twice is once too often


@pytest.mark.parametrize("road", ROADS)
def test_the_whole_answer_at_once(reader: User, road: str) -> None:
    answer = httpx.post(
        f"{reader.stack.roads[road]}/api/v1/ask", json={"question": QUESTION}, headers=reader.headers, timeout=60
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert "Skjoldåa" in body["answer"]
    assert body["grounded"] is True
    assert body["usage"]["cost_usd"] == 0


def test_an_answer_that_the_documents_do_not_hold_is_refused(reader: User) -> None:
    answer = reader.ask("What is the boiling point of tungsten?")
    assert answer["grounded"] is False
    assert "could not find" in answer["answer"].lower()


@pytest.mark.parametrize("road", ROADS)
def test_what_was_made_first_arrives_before_the_rest_can_exist(user: User, road: str) -> None:
    """No clock needed: the file is sent only when the first event is here, and *ready* cannot be made before that."""
    data = files.pdf("The ferry to Husøya takes 25 minutes.")
    created = user.announce("late.pdf", len(data)).json()
    url = f"{user.stack.roads[road]}/api/v1/documents/{created['document_id']}/events"
    seen = []
    with httpx.stream("GET", url, headers=user.headers, timeout=60) as answer:
        for event in parse(answer.iter_lines()):
            if not seen:
                assert user.send(created["upload"], data).status_code < 300
            seen.append(event.data["status"])
    assert (seen[0], seen[-1]) == ("awaiting_upload", "ready")


def test_a_document_is_followed_to_ready(user: User) -> None:
    document_id = user.upload("follow.pdf", files.long_pdf(3))
    url = f"{user.stack.stream_url}/api/v1/documents/{document_id}/events"
    with user.http.stream("GET", url, headers=user.headers) as answer:
        text = "".join(answer.iter_text())
    states = [line for line in text.splitlines() if line.startswith("data: ")]
    assert '"status":"ready"' in states[-1]


def test_a_client_that_leaves_frees_the_environment(stack: Stack, reader: User) -> None:
    """Live progress of a document that waits for its upload is silent; its reader goes away without a word."""
    document_id = reader.announce("never.pdf", 10).json()["document_id"]
    path = f"/api/v1/documents/{document_id}/events"
    before = busy(stack)
    sockets = [_open(f"{stack.stream_url}{path}", reader.token) for _ in range(3)]
    assert _until(lambda: busy(stack) >= before + 3), "the streams did not start"
    for connection in sockets:
        connection.close()
    assert _until(lambda: busy(stack) <= before), "environments stayed busy after their clients had gone"
    assert reader.ask(QUESTION)["grounded"] is True


def busy(stack: Stack) -> int:
    """Environments of the stream function that are at work."""
    answer = httpx.get(f"{stack.aws_url}/_docqa/executor", timeout=10).json()
    return sum(counts["busy"] for name, counts in answer["environments"].items() if ":docqa-stream:" in name)


def _open(url: str, token: str) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30)
    head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(64).startswith(b"HTTP/1.1 200")
    return connection


def _until(condition, within_s: float = 30.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_twenty_questions_at_once(reader: User) -> None:
    answers: dict[int, dict[str, object]] = {}

    def ask(number: int) -> None:
        with User(reader.stack, reader.email, reader.password, reader.token) as me:
            answers[number] = me.ask(QUESTION, road=ROADS[number % 2])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(20))
    assert all("Skjoldåa" in str(answer["answer"]) for answer in answers.values())
    assert len({answer["message_id"] for answer in answers.values()}) == 20
