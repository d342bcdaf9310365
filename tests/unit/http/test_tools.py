"""Tools over HTTP: what there is, what is allowed, and a yes to a call."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from docqa.core.events import DoneEvent
from docqa.core.models.tools import PlannedCall
from docqa.mcp.servers import McpServers
from docqa.mcp.specs import ServerSpec
from tests.fakes.answering import TENANT, USER
from tests.fakes.tool_server import ToolServer
from tests.unit.http.conftest import Api

CALL = PlannedCall(server="station", tool="send", arguments={"to": "Ada"}, digest="d")
DONE = DoneEvent(conversation_id=uuid4(), message_id=uuid4(), answer="Sent.", citations=(), grounded=False)


@pytest.fixture(scope="module")
def server() -> Iterator[ToolServer]:
    with ToolServer() as running:
        yield running


@pytest.fixture
def station(api: Api, server: ToolServer) -> Api:
    here = ServerSpec(name="station", url=server.url, private=True)
    dead = ServerSpec(name="dead", url="http://127.0.0.1:9/mcp", private=True)
    api.services.tool_servers = McpServers([here, dead], dict)
    return api


def tools_of(api: Api) -> dict[str, dict[str, object]]:
    return {tool["tool"]: tool for tool in api.http.get("tools").json()["servers"][0]["tools"]}


def test_servers_and_their_tools_are_listed(station: Api) -> None:
    here, dead = station.http.get("tools").json()["servers"]
    assert (here["server"], here["problem"]) == ("station", "")
    assert (dead["server"], dead["tools"]) == ("dead", [])
    assert "does not answer" in dead["problem"]
    assert all(tool["allowed"] == [] for tool in here["tools"])


def test_a_tool_is_allowed_and_withdrawn(station: Api) -> None:
    collection = station.http.post("collections", json={"name": "Weather"}).json()["collection_id"]
    for tool, body, confirm in (("weather", {}, False), ("send", {}, True), ("send", {"confirm": False}, False)):
        answer = station.http.put(f"tools/station/{tool}/collections/{collection}", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["confirm"] is confirm
        [allowed] = tools_of(station)[tool]["allowed"]  # type: ignore[misc]
        assert allowed == {"collection_id": collection, "confirm": confirm, "changed": False}
    assert station.http.delete(f"tools/station/send/collections/{collection}").status_code == 204
    assert tools_of(station)["send"]["allowed"] == []
    assert station.http.delete(f"tools/station/send/collections/{collection}").status_code == 404


def test_what_there_is_not_cannot_be_allowed(station: Api) -> None:
    collection = station.http.post("collections", json={"name": "Weather"}).json()["collection_id"]
    assert station.http.put(f"tools/station/none/collections/{collection}", json={}).status_code == 404
    assert station.http.put(f"tools/none/weather/collections/{collection}", json={}).status_code == 404
    assert station.http.put(f"tools/station/weather/collections/{uuid4()}", json={}).status_code == 404
    answer = station.http.put(f"tools/dead/weather/collections/{collection}", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "tool_unavailable")


def test_a_yes_comes_with_the_question_once(make_api: Callable[..., Api]) -> None:
    api = make_api(DONE)
    token = api.services.confirmations.ask(TENANT, USER, CALL).token
    assert api.http.post("ask", json={"question": "Send it", "confirm": token}).status_code == 200
    [question] = api.services.answerer.questions
    assert question.confirmed == CALL.model_copy(update={"confirmed": True})
    again = api.http.post("ask", json={"question": "Send it", "confirm": token})
    assert (again.status_code, again.json()["error"]["code"]) == (400, "invalid_confirmation")


@pytest.mark.parametrize("whose", ["nobody", "another user", "another tenant", "an access token"])
def test_no_other_yes_counts(make_api: Callable[..., Api], whose: str) -> None:
    api = make_api(DONE)
    ask = api.services.confirmations.ask
    token = {
        "nobody": "x.y.z",
        "another user": ask(TENANT, uuid4(), CALL).token,
        "another tenant": ask(uuid4(), USER, CALL).token,
        "an access token": api.http.headers["authorization"].removeprefix("Bearer "),
    }[whose]
    answer = api.http.post("ask/stream", json={"question": "Send it", "confirm": token})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_confirmation")
    assert api.services.answerer.questions == []
