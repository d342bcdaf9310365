"""tools, allow-tool, withdraw-tool; a yes to a pending call."""

import pytest

from docqa_cli import show
from tests.unit.cli.conftest import FakeStack
from tests.unit.cli.test_models import run

WEATHER = {"tool": "weather", "description": "The weather in [a] city.\nMore.", "parameters": {}, "read_only": True}
SEND = {"tool": "send", "description": "Send a message.", "parameters": {}, "read_only": False}
GRANT = {"collection_id": "c1", "confirm": True, "changed": False}
TOOLS = {
    "servers": [
        {
            "server": "station",
            "problem": "",
            "tools": [WEATHER | {"allowed": []}, SEND | {"allowed": [GRANT, GRANT | {"changed": True}]}],
        },
        {"server": "dead", "problem": "The tool server 'dead' does not answer.", "tools": []},
    ]
}
COLLECTIONS = {
    "collections": [
        {"collection_id": "c0", "name": "Documents", "is_default": True},
        {"collection_id": "c1", "name": "Weather", "is_default": False},
    ]
}


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show.out, "width", 160)


@pytest.fixture
def station(stack: FakeStack) -> FakeStack:
    stack.answers = {"GET /api/v1/tools": (200, TOOLS), "GET /api/v1/collections": (200, COLLECTIONS)}
    return stack


def test_tools_and_where_they_are_allowed(station: FakeStack) -> None:
    out = run("tools").splitlines()
    assert out == [
        "station.weather  The weather in [a] city.",
        "station.send (may change something)  Send a message.",
        "  allowed for Weather, after a yes each time",
        "  was allowed for Weather, has changed since and is not used",
        "dead: The tool server 'dead' does not answer.",
    ]


def test_a_tool_is_allowed_for_a_collection(station: FakeStack) -> None:
    station.answers |= {
        "PUT /api/v1/tools/station/send/collections/c1": (200, GRANT),
        "PUT /api/v1/tools/station/weather/collections/c0": (200, GRANT | {"confirm": False}),
        "DELETE /api/v1/tools/station/send/collections/c1": (204, None),
    }
    assert run("allow-tool", "station.send", "--collection", "Weather").endswith("after a yes each time.\n")
    assert run("allow-tool", "station.weather", "--no-confirm") == "station.weather may be used.\n"
    assert run("withdraw-tool", "station.send", "--collection", "weather") == ""
    run("allow-tool", "weather", code=1)
