"""Tools of MCP servers that the operator has allowed, and what comes of calling them."""

from typing import Any
from uuid import UUID

from docqa.core.models.base import Model


class ToolInfo(Model):
    """A tool as its server describes it. `parameters`: JSON schema of an object.

    `read_only`: the server says that it changes nothing. `digest` is of all of it: it changes with the description.
    """

    server: str
    tool: str
    description: str
    parameters: dict[str, Any]
    read_only: bool
    digest: str


class ServerView(Model):
    """A server with its tools; `problem` says in words why there are none."""

    server: str
    tools: tuple[ToolInfo, ...] = ()
    problem: str = ""


class ToolGrant(Model):
    """A collection's owner allows a tool for questions about the collection, as it was when `digest` was taken.

    `confirm`: the one who asks is asked before each call.
    """

    collection_id: UUID
    server: str
    tool: str
    digest: str
    confirm: bool


class ToolUse(Model):
    """A tool that a question may use now. `confirm` as in the grant, which the strictest collection decides."""

    info: ToolInfo
    confirm: bool


class PlannedCall(Model):
    """A call that the question asks for; what documents say has no part in it."""

    server: str
    tool: str
    arguments: dict[str, Any]
    digest: str
    confirmed: bool = False


class PendingCall(Model):
    """A call that was not made yet: it is, when the same question comes again with `token`."""

    server: str
    tool: str
    arguments: dict[str, Any]
    token: str


class ToolOutput(Model):
    """What a tool said. `cut`: it said more than is read. `failed`: it says that it could not."""

    server: str
    tool: str
    text: str
    cut: bool = False
    failed: bool = False

    @property
    def name(self) -> str:
        return f"{self.server}.{self.tool}"
