"""Functions that stream: a layer with a runtime of the tests' own."""

from pathlib import Path

import pytest

from tests.localstack.support import Functions, LocalStack

RAW_RUNTIME = Path(__file__).parent / "raw_runtime"


@pytest.fixture(scope="session")
def streaming_layer(localstack: LocalStack) -> str:
    """ARN of a layer whose /opt/raw-runtime lets a generator stream its answer."""
    files = {path.name: (path.read_bytes(), path.stat().st_mode & 0o777) for path in RAW_RUNTIME.iterdir()}
    return Functions(localstack).layer(files)
