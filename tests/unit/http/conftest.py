"""The app of all routes over services in memory."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from docqa.core.events import AskEvent
from docqa.core.models import Identity
from docqa.http.app import create_app
from docqa.http.routes import (
    ask,
    auth,
    chat,
    collections,
    documents,
    mcp,
    members,
    memories,
    models,
    operations,
    progress,
    search,
    tools,
)
from tests.fakes.answering import TENANT, USER
from tests.fakes.services import FakeServices

ROUTERS = [
    auth.router,
    collections.router,
    members.router,
    documents.router,
    search.router,
    models.router,
    memories.router,
    ask.router,
    progress.router,
    tools.router,
    operations.router,
]
WHO = Identity(user_id=USER, tenant_id=TENANT, email="ada@example.org")


class Api:
    """A signed-in client, and the services behind it."""

    def __init__(self, *events: AskEvent | Exception) -> None:
        self.services = FakeServices(*events)
        self.http = TestClient(
            create_app(self.services, ROUTERS, root=[chat.router, mcp.router]),
            base_url="http://testserver/api/v1/",
            headers={"authorization": f"Bearer {self.services.tokens.issue(WHO)}"},
            raise_server_exceptions=False,
        )


@pytest.fixture
def make_api() -> Callable[..., Api]:
    """Makes an Api whose answerer sends the given events."""
    return Api


@pytest.fixture
def api() -> Api:
    return Api()
