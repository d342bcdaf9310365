"""Stacks that are gone after their test."""

from collections.abc import Iterator

import pytest

from tests.localstack.cloud.stacks import Stack
from tests.localstack.support import LocalStack


@pytest.fixture
def stack(localstack: LocalStack) -> Iterator[Stack]:
    """An empty stack of its own name."""
    created = Stack(localstack)
    yield created
    created.delete()
