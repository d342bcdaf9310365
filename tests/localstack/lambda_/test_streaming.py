"""Streamed answers on both roads: function URLs and REST APIs.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
"""

import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.localstack.lambda_.streams import (
    Chunk,
    address,
    busy_environments,
    chunks,
    opened,
    rest_api,
    streaming_function,
)
from tests.localstack.support import Functions, LocalStack, wait_for

ROADS = pytest.mark.parametrize("road", ["url", "rest"])

SLOW = """
import time
def handler(event):
    yield {"statusCode": 200, "headers": {"Content-Type": "text/event-stream"}}
    for _ in range(4):
        yield f"{time.time()}\\n".encode()
        time.sleep(0.4)
"""


@ROADS
def test_each_chunk_arrives_as_it_is_made(functions: Functions, streaming_layer: str, road: str) -> None:
    url = address(road, functions, streaming_function(functions, streaming_layer, SLOW))
    for _ in range(2):  # cold and warm
        with opened(f"{url}/a") as response:
            assert response.headers["content-type"] == "text/event-stream"
            arrived = list(chunks(response))
        made = [float(line) for line in b"".join(chunk.data for chunk in arrived).split()]
        assert len(arrived) == len(made) == 4
        for chunk, next_made in zip(arrived, made[1:], strict=False):
            assert chunk.arrived < next_made


@ROADS
def test_the_head_arrives_before_there_is_a_body(functions: Functions, streaming_layer: str, road: str) -> None:
    code = """
import time
def handler(event):
    yield {"statusCode": 202}
    time.sleep(1.5)
    yield str(time.time()).encode()
"""
    url = address(road, functions, streaming_function(functions, streaming_layer, code))
    with opened(f"{url}/a") as response:
        headed = time.time()
        assert response.status_code == 202
        assert headed < float(response.read()) - 1


@ROADS
def test_status_headers_and_cookies_of_the_prelude(functions: Functions, streaming_layer: str, road: str) -> None:
    code = """
def handler(event):
    headers = {"X-One": "1", "Content-Type": "text/plain"}
    yield {"statusCode": 418, "headers": headers, "cookies": ["a=1; Path=/", "b=2"]}
    yield b"short and stout"
"""
    url = address(road, functions, streaming_function(functions, streaming_layer, code))
    with opened(f"{url}/a") as response:
        body = response.read()
    assert (response.status_code, body) == (418, b"short and stout")
    assert response.headers["x-one"] == "1"
    assert response.headers["content-type"] == "text/plain"
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]


def test_multi_value_headers_through_the_rest_api(functions: Functions, streaming_layer: str) -> None:
    code = """
def handler(event):
    yield {"statusCode": 200, "multiValueHeaders": {"X-Many": ["1", "2"], "Set-Cookie": ["a=1", "b=2"]}}
    yield b"x"
"""
    url = rest_api(functions.localstack, streaming_function(functions, streaming_layer, code))
    response = httpx.get(f"{url}/a")
    assert response.headers.get_list("x-many") == ["1", "2"]
    assert response.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_the_event_of_a_rest_api_is_a_proxy_event(functions: Functions, streaming_layer: str) -> None:
    code = """
import json
def handler(event):
    yield {"statusCode": 200}
    yield json.dumps(event).encode()
"""
    url = rest_api(functions.localstack, streaming_function(functions, streaming_layer, code))
    event = httpx.post(f"{url}/a/b?x=1&x=2", json={"question": "why"}).json()
    assert (event["httpMethod"], event["path"], event["body"]) == ("POST", "/a/b", '{"question":"why"}')
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert event["pathParameters"] == {"proxy": "a/b"}


@ROADS
def test_an_error_in_the_middle_cuts_the_connection(functions: Functions, streaming_layer: str, road: str) -> None:
    """An answer that stops short must not look complete."""
    code = """
def handler(event):
    yield {"statusCode": 200}
    yield b"the first half"
    raise ValueError("no second half")
"""
    url = address(road, functions, streaming_function(functions, streaming_layer, code))
    with opened(f"{url}/a") as response:
        arriving = chunks(response)
        assert next(arriving).data == b"the first half"
        with pytest.raises(httpx.RemoteProtocolError):
            next(arriving)
    assert httpx.get(f"{functions.localstack.endpoint}/_localstack/health").status_code == 200


@ROADS
def test_an_end_of_the_process_in_the_middle_cuts_the_connection(
    functions: Functions, streaming_layer: str, road: str
) -> None:
    code = """
import os, time
def handler(event):
    yield {"statusCode": 200}
    yield b"the first half"
    time.sleep(0.5)  # an answer that has not begun when the process ends is a clean 502
    os._exit(1)
"""
    url = address(road, functions, streaming_function(functions, streaming_layer, code))
    with pytest.raises(httpx.RemoteProtocolError), opened(f"{url}/a") as response:
        response.read()


@ROADS
def test_a_timeout_in_the_middle_cuts_the_connection(functions: Functions, streaming_layer: str, road: str) -> None:
    code = """
import time
def handler(event):
    yield {"statusCode": 200}
    yield b"the first half"
    time.sleep(60)
"""
    url = address(road, functions, streaming_function(functions, streaming_layer, code, timeout=2))
    with pytest.raises(httpx.RemoteProtocolError), opened(f"{url}/a") as response:
        response.read()


@ROADS
def test_an_error_before_the_first_byte_is_a_bad_gateway(functions: Functions, streaming_layer: str, road: str) -> None:
    code = "def handler(event):\n    raise ValueError('nothing at all')\n    yield {}"
    url = address(road, functions, streaming_function(functions, streaming_layer, code))
    assert httpx.get(f"{url}/a").status_code == 502


@ROADS
def test_a_client_that_leaves_frees_the_environment(functions: Functions, streaming_layer: str, road: str) -> None:
    """The function is silent when its client goes; already its next write fails, and the environment takes the next
    invocation long before the function would have ended."""
    code = """
import os, time
WRITTEN = 0
def handler(event):
    global WRITTEN
    query = event.get("queryStringParameters") or {}
    yield {"statusCode": 200}
    if "report" in query:
        yield f"{os.getpid()} {WRITTEN}".encode()
        return
    yield str(os.getpid()).encode()
    time.sleep(1.5)
    for _ in range(100):
        yield b"more"
        WRITTEN += 1
        time.sleep(0.3)
"""
    name = streaming_function(
        functions, streaming_layer, code, timeout=60, environment={"DOCQA_LOCAL_ENVIRONMENTS": "1"}
    )
    url = address(road, functions, name)
    with opened(f"{url}/a") as response:
        pid = next(chunks(response)).data.decode()
        assert busy_environments(functions.localstack, name) == 1
    wait_for(lambda: busy_environments(functions.localstack, name) == 0, 10, "the environment to be free")
    assert httpx.get(f"{url}/a?report=1", timeout=30).text == f"{pid} 0"


def test_a_slow_client_slows_the_function(functions: Functions, streaming_layer: str, tmp_path: Path) -> None:
    code = """
import os
def handler(event):
    yield {"statusCode": 200}
    for written in range(64):
        yield b"x" * 1_000_000
        with open(os.environ["PROGRESS"], "w") as progress:
            progress.write(str(written + 1))
"""
    progress = tmp_path / "progress"
    environment = {"PROGRESS": str(progress)}
    name = streaming_function(functions, streaming_layer, code, timeout=60, environment=environment)
    with opened(functions.url(name, "RESPONSE_STREAM")) as response:
        time.sleep(2)  # nothing is read meanwhile, so no more is written than the buffers on the way hold
        assert 0 < int(progress.read_text()) < 32
        assert sum(len(chunk.data) for chunk in chunks(response)) == 64_000_000
    assert int(progress.read_text()) == 64


def test_many_streams_at_once(functions: Functions, streaming_layer: str) -> None:
    url = functions.url(streaming_function(functions, streaming_layer, SLOW, timeout=60), "RESPONSE_STREAM")
    answers: list[list[Chunk]] = []

    def read() -> None:
        with opened(f"{url}/") as response:
            answers.append(list(chunks(response)))

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [len(b"".join(chunk.data for chunk in answer).split()) for answer in answers] == [4] * 8


def test_without_a_prelude_the_body_is_passed_on(functions: Functions, streaming_layer: str) -> None:
    code = "def handler(event):\n    yield None\n    yield b'plain'"
    url = functions.url(streaming_function(functions, streaming_layer, code), "RESPONSE_STREAM")
    response = httpx.get(f"{url}/")
    assert (response.status_code, response.headers["content-type"], response.text) == (200, "text/plain", "plain")


@ROADS
def test_a_function_that_does_not_stream_answers_as_ever(functions: Functions, road: str) -> None:
    code = "def handler(event, context):\n    return {'statusCode': 201, 'headers': {'X-A': 'b'}, 'body': 'whole'}"
    url = address(road, functions, functions.create(code))
    response = httpx.get(f"{url}/a")
    assert (response.status_code, response.headers["x-a"], response.text) == (201, "b", "whole")


def test_invoke_collects_a_streamed_answer(functions: Functions, streaming_layer: str, localstack: LocalStack) -> None:
    """Invoke of a function that streams: the whole answer at once."""
    code = "def handler(event):\n    yield None\n    yield b'{\"a\"'\n    yield b': 1}'"
    assert functions.invoke(streaming_function(functions, streaming_layer, code)).payload == {"a": 1}
