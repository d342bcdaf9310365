"""A real stack of PostgreSQL, Valkey and LocalStack in a scratch home, on the environments that are installed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from docqa_localstack.host import credentials, install, state, supervisor
from docqa_localstack.host.paths import Home, StackPaths
from docqa_localstack.host.services import Service
from tests.localstack.host.support import Recorder

REPOSITORY = Path(__file__).resolve().parents[3]
ENVIRONMENTS = Path(os.environ.get("DOCQA_ENVS") or REPOSITORY / ".docqa" / "envs")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of its own; nothing is installed and nothing runs."""
    return Home(REPOSITORY, tmp_path / "home", tmp_path / "home" / "envs")


@pytest.fixture
def paths(home: Home) -> StackPaths:
    """A stack that was never started."""
    return StackPaths(home, "test")


@pytest.fixture(scope="session")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackPaths]:
    """One stack for all tests of this folder; removed at the end with all of its processes."""
    home = Home(REPOSITORY, tmp_path_factory.mktemp("host"), ENVIRONMENTS)
    for environment in install.ENVIRONMENTS:
        if not home.python(environment.name).exists():
            pytest.fail(f"{ENVIRONMENTS / environment.name} is missing: make test installs it")
    found = StackPaths(home, "test")
    yield found
    supervisor.clean(found, Recorder())


@pytest.fixture
def stack(shared_stack: StackPaths) -> StackPaths:
    """The shared stack, running and ready, however the test before left it."""
    supervisor.start(shared_stack, Recorder())
    return shared_stack


@pytest.fixture
def parts(stack: StackPaths) -> dict[str, Service]:
    """Its parts as they run now."""
    secrets = credentials.read(stack)
    assert secrets is not None
    return supervisor.services(stack, state.load(stack), secrets)
