"""One real LocalStack for the whole session, and functions that are removed after each test."""

from collections.abc import Iterator

import pytest

from tests.localstack.support import LAMBDA_PYTHON, LOCALSTACK_PYTHON, Functions, LocalStack


@pytest.fixture(scope="session")
def localstack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """LocalStack with our plugin on a free port, with a scratch state folder."""
    for python in (LOCALSTACK_PYTHON, LAMBDA_PYTHON):
        if not python.exists():
            pytest.fail(f"{python} is missing: install the environments first (make up, or make test)")
    server = LocalStack(state=tmp_path_factory.mktemp("localstack")).start()
    yield server
    server.stop()


@pytest.fixture
def functions(localstack: LocalStack) -> Iterator[Functions]:
    """Creates functions and layers; the functions are gone after the test."""
    created = Functions(localstack)
    yield created
    created.clean()
