"""Both roads to a streaming function: its URL, and a REST API with response transfer mode STREAM."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.localstack.support import ACCOUNT, REGION, Functions, LocalStack

WRAPPER = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/raw-runtime"}


@dataclass(frozen=True)
class Chunk:
    """A piece of an answer and the Unix time of its arrival."""

    data: bytes
    arrived: float


def chunks(response: httpx.Response) -> Iterator[Chunk]:
    for data in response.iter_raw():
        yield Chunk(data, time.time())


def streaming_function(functions: Functions, layer: str, code: str, **more: Any) -> str:
    """A function with the raw runtime; `code` defines the generator function `handler`."""
    environment = WRAPPER | more.pop("environment", {})
    return functions.create(code, layers=[layer], environment=environment, **more)


def rest_api(localstack: LocalStack, function: str, *, streamed: bool = True) -> str:
    """A REST API that sends everything to the function; returns the address of its stage."""
    gateway = localstack.client("apigateway")
    api = gateway.create_rest_api(name=function)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    version, action = ("2021-11-15", "response-streaming-invocations") if streamed else ("2015-03-31", "invocations")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    gateway.put_method(restApiId=api, resourceId=resource, httpMethod="ANY", authorizationType="NONE")
    gateway.put_integration(
        restApiId=api,
        resourceId=resource,
        httpMethod="ANY",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/{version}/functions/{arn}/{action}",
        **({"responseTransferMode": "STREAM"} if streamed else {}),
    )
    gateway.create_deployment(restApiId=api, stageName="test")
    return f"{localstack.endpoint}/_aws/execute-api/{api}/test"


def address(road: str, functions: Functions, function: str) -> str:
    """`road` is "url" or "rest"."""
    if road == "url":
        return functions.url(function, "RESPONSE_STREAM")
    return rest_api(functions.localstack, function)


@contextmanager
def opened(url: str, **more: Any) -> Iterator[httpx.Response]:
    """An answer whose head has arrived."""
    with httpx.Client(timeout=60) as client, client.stream("GET", url, **more) as response:
        yield response


def busy_environments(localstack: LocalStack, function: str) -> int:
    environments = httpx.get(f"{localstack.endpoint}/_docqa/executor").json()["environments"]
    return sum(int(count["busy"]) for arn, count in environments.items() if f":{function}:" in arn)
