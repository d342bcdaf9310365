"""The buffered fallback: a whole Lambda proxy response."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from lambda_runtime_api import RuntimeApi
from processes import Start

Event = Callable[..., dict[str, Any]]
BUFFERED = {"STREAMING_RUNTIME_MODE": "buffered"}


def test_rest_api(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app", **BUFFERED)
    answer = api.submit(event("rest_get", path="/headers")).answer()
    assert answer.kind == "response"
    assert "lambda-runtime-function-response-mode" not in answer.headers
    assert answer.json() == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain"},
        "multiValueHeaders": {
            "vary": ["accept", "origin"],
            "set-cookie": ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
        },
        "body": "ok",
        "isBase64Encoded": False,
    }


def test_function_url(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app", **BUFFERED)
    assert api.submit(event("function_url_get", path="/headers")).answer().json() == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain", "vary": "accept, origin"},
        "cookies": ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
        "body": "ok",
        "isBase64Encoded": False,
    }


def test_binary_body(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app", **BUFFERED)
    answer = api.submit(event("function_url_post")).answer().json()
    assert answer["isBase64Encoded"] is True
    assert base64.b64decode(answer["body"]) == b"\x00\xffhi\x00\n"


def test_text_body(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app", **BUFFERED)
    answer = api.submit(event("rest_post")).answer().json()
    assert (answer["isBase64Encoded"], answer["body"]) == (False, '{"name": "Zoë"}')


def test_one_caller_may_ask_for_it(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app")
    payload = event("rest_get", path="/headers")
    assert api.submit(payload, Client_Context='{"custom": {"streaming": "off"}}').answer().json()["body"] == "ok"
    assert api.submit(payload).answer().kind == "stream"


def test_head(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app", **BUFFERED)
    answer = api.submit(event("rest_get", path="/headers", method="HEAD")).answer().json()
    assert (answer["statusCode"], answer["body"]) == (201, "")


def test_too_large(api: RuntimeApi, start: Start, event: Event) -> None:
    start("plain.app", **BUFFERED)
    answer = api.submit(event("rest_get", path="/large")).answer()
    assert (answer.kind, answer.json()["errorType"]) == ("error", "Function.ResponseSizeTooLarge")


@pytest.mark.parametrize("path", ["/fails-midway", "/fails-after-start"])
def test_failure_sends_nothing_of_the_response(api: RuntimeApi, start: Start, event: Event, path: str) -> None:
    start("plain.app", **BUFFERED)
    answer = api.submit(event("rest_get", path=path)).answer()
    assert answer.kind == "error"
    assert answer.json()["errorType"] in ("LookupError", "ValueError")
