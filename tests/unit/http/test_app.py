"""What surrounds the routes: CORS on both roads, request ids, health, the API document."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from docqa.core.errors import DependencyUnavailable
from docqa.http.app import create_app
from docqa.http.routes import ask, operations, search
from tests.fakes.services import ORIGIN, FakeServices

ALLOWED = "access-control-allow-origin"
ROADS: dict[str, Any] = {
    "function_url": {"version": "2.0", "requestContext": {"http": {"method": "GET"}}},
    "api_gateway": {"resource": "/{proxy+}", "httpMethod": "GET"},
    "no_lambda": None,
}


class Context:
    aws_request_id = "from-lambda"


def client(road: str) -> TestClient:
    """The app as a Lambda adapter calls it."""
    app = create_app(FakeServices(), [operations.router])

    async def adapted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ROADS[road] is not None:
            scope |= {"aws.event": ROADS[road], "aws.context": Context()}
        await app(scope, receive, send)

    return TestClient(adapted, base_url="http://testserver/api/v1/")


@pytest.mark.parametrize(
    ("road", "expected"), [("function_url", []), ("api_gateway", [ORIGIN]), ("no_lambda", [ORIGIN])]
)
def test_the_origin_is_allowed_once(road: str, expected: list[str]) -> None:
    """A function URL adds the header itself; twice is once too often for a browser."""
    answer = client(road).get("health", headers={"origin": ORIGIN})
    assert answer.headers.get_list(ALLOWED) == expected


def test_other_origins_are_not_allowed() -> None:
    assert ALLOWED not in client("api_gateway").get("health", headers={"origin": "https://other.example"}).headers


def test_the_request_id_is_that_of_the_invocation() -> None:
    assert client("api_gateway").get("health").headers["x-request-id"] == "from-lambda"
    with client("no_lambda") as http:
        assert http.get("health").headers["x-request-id"] != http.get("health").headers["x-request-id"]


def test_ready_names_what_does_not_answer(api: Any) -> None:
    async def well() -> None:
        return

    async def ill() -> None:
        raise DependencyUnavailable

    api.services.probes = {"database": well}
    assert api.http.get("ready").json() == {"status": "ok", "dependencies": {"database": "ok"}}
    api.services.probes = {"database": well, "cache": ill}
    answer = api.http.get("ready")
    assert answer.status_code == 503
    assert answer.json()["dependencies"] == {"database": "ok", "cache": "dependency_unavailable"}


def test_the_document_speaks_of_what_another_function_serves() -> None:
    http = TestClient(create_app(FakeServices(), [search.router], elsewhere=[ask.router]))
    paths = http.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) == {"/api/v1/search", "/api/v1/ask", "/api/v1/ask/stream"}
    assert http.post("/api/v1/ask", json={}).status_code == 404
