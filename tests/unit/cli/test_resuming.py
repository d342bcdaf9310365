"""A connection that breaks in the middle of an answer is taken up again where it broke."""

import pytest

from docqa_cli import client as command_client
from docqa_cli.client import Client
from docqa_cli.session import Addresses
from tests.fakes.llm.server import Reply, Request, WireServer

FRAMES = [f'id: s:{n}\nevent: token\ndata: {{"text": "{n}"}}\n\n'.encode() for n in range(1, 7)]
STREAM = {"Content-Type": "text/event-stream"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_client, "RESUME_AFTER_S", (0.01, 0.01))
    monkeypatch.setenv("DOCQA_TOKEN", "t")


def read(server: WireServer) -> list[str]:
    with Client(Addresses(server.url, server.url)) as client:
        return [event.data["text"] for event in client.stream("ask/stream", {"question": "x"})]


def test_the_rest_is_asked_for() -> None:
    def answer(request: Request) -> Reply:
        last = request.headers.get("last-event-id")
        start = int(last.rpartition(":")[2]) if last else 0
        cut = start < 4
        return Reply(200, pieces=FRAMES[start : start + 2] if cut else FRAMES[start:], headers=STREAM, cut=cut)

    with WireServer(answer) as server:
        assert read(server) == ["1", "2", "3", "4", "5", "6"]
    assert [request.headers.get("last-event-id") for request in server.requests] == [None, "s:2", "s:4"]


def test_not_for_ever() -> None:
    def answer(request: Request) -> Reply:
        return Reply(200, pieces=FRAMES[:1], headers=STREAM, cut=True)

    with WireServer(answer) as server, pytest.raises(command_client.httpx.HTTPError):
        read(server)
    assert len(server.requests) == 3


def test_what_broke_before_the_first_event_is_not_asked_twice() -> None:
    cut = Reply(200, pieces=[], headers=STREAM, cut=True)
    with WireServer(lambda request: cut) as server, pytest.raises(command_client.httpx.HTTPError):
        read(server)
    assert len(server.requests) == 1
