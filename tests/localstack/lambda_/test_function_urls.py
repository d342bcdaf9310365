"""Function URLs: addresses, events, answers and CORS.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html and
https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors
"""

import base64
from typing import Any

import httpx
import pytest

from tests.localstack.lambda_.streams import rest_api, streaming_function
from tests.localstack.support import REGION, Functions

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(event)}
"""
PAGE = "http://localhost:5173"
CORS: dict[str, Any] = {
    "AllowOrigins": [PAGE],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["content-type", "authorization"],
    "ExposeHeaders": ["x-request-id"],
    "AllowCredentials": True,
    "MaxAge": 300,
}


def test_the_event_has_payload_format_2(functions: Functions) -> None:
    url = functions.url(functions.create(ECHO))
    event = httpx.post(
        f"{url}/a/b%20c?x=1&x=2&y=%26",
        json={"q": 1},
        headers=[("Cookie", "a=1; b=2"), ("X-Twice", "1"), ("X-Twice", "2")],
    ).json()
    assert event["version"] == "2.0"
    assert event["rawPath"] == "/a/b%20c"
    assert event["rawQueryString"] == "x=1&x=2&y=%26"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "&"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]
    assert event["headers"]["x-twice"] == "1,2"
    assert (event["body"], event["isBase64Encoded"]) == ('{"q":1}', False)
    http = event["requestContext"]["http"]
    assert (http["method"], http["path"], http["sourceIp"]) == ("POST", "/a/b%20c", "127.0.0.1")


def test_a_binary_body_is_in_base64(functions: Functions) -> None:
    url = functions.url(functions.create(ECHO))
    event = httpx.post(f"{url}/", content=b"\xff\x00\x01", headers={"Content-Type": "application/pdf"}).json()
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff\x00\x01"
    empty = httpx.get(f"{url}/").json()
    assert "body" not in empty
    assert empty["isBase64Encoded"] is False


@pytest.mark.parametrize("mode", ["BUFFERED", "RESPONSE_STREAM"])
def test_a_url_by_host_name_and_by_path(functions: Functions, mode: str) -> None:
    url = functions.url(functions.create(ECHO), mode)
    url_id = url.rpartition("/")[2]
    host = f"{url_id}.lambda-url.{REGION}.localhost:{functions.localstack.port}"
    by_host = httpx.get(f"{functions.localstack.endpoint}/a%20b/c?x=1", headers={"Host": host}).json()
    by_path = httpx.get(f"{url}/a%20b/c?x=1").json()
    assert by_host["rawPath"] == by_path["rawPath"] == "/a%20b/c"
    assert by_host["rawQueryString"] == by_path["rawQueryString"] == "x=1"
    assert httpx.get(url).json()["rawPath"] == "/"


def test_a_tag_gives_a_url_a_lasting_id(functions: Functions) -> None:
    name = functions.create(ECHO, Tags={"_custom_id_": "docqateststream"})
    assert functions.url(name).endswith("/_aws/lambda-url/docqateststream")


def test_an_unknown_url_is_forbidden(functions: Functions) -> None:
    response = httpx.get(f"{functions.localstack.endpoint}/_aws/lambda-url/no-such-url/x")
    assert response.status_code == 403
    assert response.headers["x-amzn-errortype"] == "AccessDeniedException"


def test_answers_with_cookies_base64_and_errors(functions: Functions) -> None:
    code = """
def handler(event, context):
    if event["rawPath"] == "/error":
        raise ValueError("no")
    if event["rawPath"] == "/bytes":
        return {"statusCode": 200, "body": "/wAB", "isBase64Encoded": True}
    if event["rawPath"] == "/bare":
        return {"a": 1}
    return {"statusCode": 201, "cookies": ["a=1; Path=/", "b=2"], "body": "text"}
"""
    url = functions.url(functions.create(code))
    answer = httpx.get(f"{url}/")
    assert (answer.status_code, answer.text) == (201, "text")
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]
    assert httpx.get(f"{url}/bytes").content == b"\xff\x00\x01"
    assert httpx.get(f"{url}/bare").json() == {"a": 1}
    assert httpx.get(f"{url}/error").status_code == 502


def preflight(url: str, origin: str) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    return httpx.options(url, headers=headers)


def test_cors_is_what_the_url_is_configured_with(functions: Functions, streaming_layer: str) -> None:
    code = "def handler(event):\n    yield {'statusCode': 200}\n    yield b'answer'"
    url = functions.url(streaming_function(functions, streaming_layer, code), "RESPONSE_STREAM", Cors=CORS)
    allowed = preflight(url, PAGE)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == PAGE
    assert allowed.headers["access-control-allow-methods"] == "GET,POST"
    assert allowed.headers["access-control-allow-headers"] == "content-type,authorization"
    assert allowed.headers["access-control-allow-credentials"] == "true"
    assert allowed.headers["access-control-max-age"] == "300"
    answer = httpx.get(url, headers={"Origin": PAGE})
    assert answer.text == "answer"
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-expose-headers"] == "x-request-id"
    assert answer.headers["vary"] == "Origin"


def test_another_origin_gets_no_cors_headers_and_is_not_blocked(functions: Functions) -> None:
    """LocalStack's edge answers 403 to an origin it does not know, before the function."""
    url = functions.url(functions.create(ECHO), Cors=CORS)
    for response in (preflight(url, "http://elsewhere"), httpx.get(url, headers={"Origin": "http://elsewhere"})):
        assert response.status_code == 200
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_without_cors_the_function_answers_a_preflight_itself(functions: Functions) -> None:
    code = """
def handler(event, context):
    return {"statusCode": 204, "headers": {"X-Seen": event["requestContext"]["http"]["method"]}}
"""
    url = functions.url(functions.create(code))
    response = preflight(url, "http://elsewhere")
    assert (response.status_code, response.headers["x-seen"]) == (204, "OPTIONS")
    assert "access-control-allow-origin" not in response.headers


def test_a_rest_api_answers_a_preflight_itself(functions: Functions) -> None:
    code = """
def handler(event, context):
    headers = {"Access-Control-Allow-Origin": "http://elsewhere", "X-Seen": event["httpMethod"]}
    return {"statusCode": 204, "headers": headers}
"""
    url = rest_api(functions.localstack, functions.create(code), streamed=False)
    response = preflight(f"{url}/a", "http://elsewhere")
    assert (response.status_code, response.headers["x-seen"]) == (204, "OPTIONS")
    assert response.headers.get_list("access-control-allow-origin") == ["http://elsewhere"]
    assert "access-control-allow-methods" not in response.headers
