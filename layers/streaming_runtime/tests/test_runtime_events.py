"""What an application sees of each kind of event; without a process."""

from collections.abc import Callable
from typing import Any

import pytest

from streaming_runtime.errors import UnknownEvent
from streaming_runtime.events import parse_event, scope_of
from streaming_runtime.invocation import Context

Event = Callable[..., dict[str, Any]]
CONTEXT = Context("id", 0, "arn")


def scope(event: dict[str, Any]) -> Any:
    return scope_of(parse_event(event), event, CONTEXT, None)


def test_function_url_request(event: Event) -> None:
    seen = scope(event("function_url_get"))
    assert (seen["method"], seen["scheme"], seen["http_version"]) == ("GET", "https", "1.1")
    assert seen["path"] == "/orders/café noir"
    assert seen["raw_path"] == b"/orders/caf%C3%A9%20noir"
    assert seen["query_string"] == b"tag=a&tag=b&q=gr%C3%BCn+tea&empty="
    assert seen["client"] == ("203.0.113.7", 0)
    assert seen["server"] == ("abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws", 443)
    assert [v for k, v in seen["headers"] if k == b"cookie"] == [b"session=abc; theme=dark"]
    assert seen["root_path"] == ""


def test_base64_body_is_decoded(event: Event) -> None:
    assert parse_event(event("function_url_post")).body == b"\x00\xffhi\x00\n"


def test_text_body_is_utf8(event: Event) -> None:
    assert parse_event(event("rest_post")).body == '{"name": "Zoë"}'.encode()


def test_rest_request_has_no_stage_and_all_values(event: Event) -> None:
    seen = scope(event("rest_get"))
    assert seen["path"] == "/orders/2026/open"
    assert seen["query_string"] == b"tag=a&tag=b&q=gr%C3%BCn%20%26%20tea"
    assert [v for k, v in seen["headers"] if k == b"x-tag"] == [b"one", b"two"]
    assert seen["client"] == ("203.0.113.7", 0)


def test_rest_request_without_multi_value_fields(event: Event) -> None:
    payload = event("rest_get")
    del payload["multiValueHeaders"], payload["multiValueQueryStringParameters"]
    seen = scope(payload)
    assert seen["query_string"] == b"tag=b&q=gr%C3%BCn%20%26%20tea"
    assert (b"x-tag", b"two") in seen["headers"]


@pytest.mark.parametrize(
    ("path", "resource", "parameters", "expected"),
    [
        ("/orders/1", "/orders/{id}", {"id": "1"}, "/orders/1"),
        ("/base/orders/1", "/orders/{id}", {"id": "1"}, "/orders/1"),  # a custom domain's base path
        ("/prod/orders/1", "/orders/{id}", {"id": "1"}, "/orders/1"),  # a gateway that leaves the stage in
        ("/orders/orders", "/{proxy+}", {"proxy": "orders/orders"}, "/orders/orders"),
        ("/base/orders/1/", "/orders/{id}", {"id": "1"}, "/orders/1/"),
        ("/base/caf%C3%A9", "/{proxy+}", {"proxy": "café"}, "/caf%C3%A9"),
        ("/xorders", "/orders", None, "/xorders"),  # not a whole segment
        ("/base", "/", None, "/"),
        ("/prod/a", None, None, "/a"),
        ("/", "/", None, "/"),
    ],
)
def test_rest_paths(event: Event, path: str, resource: str, parameters: dict[str, str], expected: str) -> None:
    payload = event("rest_get") | {"path": path, "resource": resource, "pathParameters": parameters}
    assert parse_event(payload).path == expected


def test_http_api_stage_is_cut(event: Event) -> None:
    payload = event("function_url_get", path="/test/orders")
    payload["requestContext"]["stage"] = "test"
    assert parse_event(payload).path == "/orders"


def test_path_of_a_function_url_is_kept_whatever_it_begins_with(event: Event) -> None:
    assert parse_event(event("function_url_get", path="/$default/x")).path == "/$default/x"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        "text",
        None,
        {"version": "2.0"},
        {"Records": [{"eventSource": "aws:s3"}]},
        {"version": "2.0", "requestContext": {"http": {}}},
        {"version": "2.0", "requestContext": {"http": {"method": "GET"}}, "rawPath": "/", "headers": ["a"]},
        {"httpMethod": "GET", "path": "/", "body": "no base64!", "isBase64Encoded": True},
    ],
)
def test_other_events_are_refused(payload: Any) -> None:
    with pytest.raises(UnknownEvent):
        parse_event(payload)


def test_header_values_outside_latin1_become_utf8(event: Event) -> None:
    payload = event("function_url_get")
    payload["headers"]["x-name"] = "名"
    assert parse_event(payload).header(b"x-name") == "名".encode().decode("latin-1")


def test_each_request_gets_its_own_state(event: Event) -> None:
    request, state = parse_event(event("function_url_get")), {"pool": object()}
    first = scope_of(request, {}, CONTEXT, state)
    first["state"]["mine"] = 1
    assert scope_of(request, {}, CONTEXT, state)["state"] == state
