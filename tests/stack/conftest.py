"""The deployed stack under test: a stack of its own beside the developer's, with its own ports and data."""

import json
import os
from collections.abc import Iterator

import pytest

from docqa_localstack.host import supervisor
from docqa_localstack.host.paths import Home, StackPaths
from docqa_localstack.host.up import up
from tests.fakes.llm.completions import CompatibleApi
from tests.fakes.llm.server import WireServer
from tests.fakes.tool_server import ToolServer
from tests.stack.support import Stack, User

STACK = os.environ.get("DOCQA_TEST_STACK", "test")


@pytest.fixture(scope="session")
def model() -> Iterator[CompatibleApi]:
    """A language model that writes what a test has it write; questions reach it when they name its provider."""
    api = CompatibleApi()
    with WireServer(lambda request: api.answer(request)) as server:  # a test may put another model in its place
        os.environ["DOCQA_COMPATIBLE_URL"] = server.url + api.base_path
        os.environ["DOCQA_COMPATIBLE_MODEL"] = api.model
        os.environ["DOCQA_LLM_CHAIN"] = "extractive"
        yield api


@pytest.fixture(scope="session")
def station() -> Iterator[ToolServer]:
    """A server of tools, which the operator has allowed."""
    with ToolServer() as server:
        spec = {"name": "station", "url": server.url, "private": True}
        guarded = {"name": "inside", "url": server.url.replace("http:", "https:")}
        os.environ["DOCQA_TOOL_SERVERS"] = json.dumps([spec, guarded])
        os.environ["DOCQA_TOOL_KEY_STATION"] = "sesame"
        yield server


@pytest.fixture(scope="session")
def stack(model: CompatibleApi, station: ToolServer) -> Iterator[Stack]:
    """Deployed once, from an empty state, and stopped at the end; its logs stay for reading."""
    paths = StackPaths(Home.find(), STACK)
    supervisor.clean(paths)
    os.environ["DOCQA_STACK"] = STACK
    try:
        up(paths)
        yield Stack.of(paths)
    finally:
        supervisor.stop(paths)


@pytest.fixture
def user(stack: Stack) -> Iterator[User]:
    """A fresh account with a tenant of its own."""
    with User.register(stack) as someone:
        yield someone
