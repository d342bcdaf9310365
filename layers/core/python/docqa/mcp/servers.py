"""`McpServers`: the tools of the allowed servers, over Streamable HTTP or a command's standard input and output.

Each call is a connection of its own: a Lambda environment may be frozen between two, and a server's state is nothing to
rely on. What the tools are is asked every few minutes.
"""

import asyncio
import hashlib
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from docqa.core.errors import InvalidRequest, NotFound, ToolUnavailable
from docqa.core.models.tools import ServerView, ToolInfo, ToolOutput
from docqa.mcp import bounded
from docqa.mcp.specs import KEY_PREFIX, ServerSpec
from docqa.observability import EventLog

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult, Tool

MOST_CHARACTERS = 20_000
"""Of what a tool says; the rest is not read, and that is told."""
MOST_TOOLS = 100
"""Of one server."""
LISTED_S = 300.0
FAILED_S = 30.0
LISTING_S = 8.0
"""What the tools are is known for so long, that a server fails for so long; for finding out."""

log = EventLog()
logging.getLogger("mcp.client.stdio").setLevel(logging.CRITICAL)  # a traceback for each line that is no message


class McpServers:
    """`keys`: the keys of providers and tools, read on first use."""

    def __init__(self, specs: Sequence[ServerSpec], keys: Callable[[], Mapping[str, str]]) -> None:
        self._specs = {spec.name: spec for spec in specs}
        self._keys = keys
        self._known: dict[str, tuple[float, ServerView]] = {}

    @property
    def names(self) -> Sequence[str]:
        return list(self._specs)

    async def offered(self, servers: Collection[str] | None = None) -> tuple[ServerView, ...]:
        """All, or those of these names that there are. One that does not answer says so."""
        wanted = [spec for name, spec in self._specs.items() if servers is None or name in servers]
        return tuple(await asyncio.gather(*(self._view(spec) for spec in wanted)))

    async def call(self, server: str, tool: str, arguments: Mapping[str, Any]) -> ToolOutput:
        """Raises NotFound, InvalidRequest for arguments that are not as the tool wants them, ToolUnavailable."""
        spec = self._specs.get(server)
        info = await self._info(spec, tool) if spec is not None else None
        if spec is None or info is None:
            raise NotFound(f"There is no tool {server}.{tool}.")
        _check(arguments, info)
        with log.timed("tool_called", server=server, tool=tool) as more:
            async with _answering(spec, spec.timeout_s), self._connected(spec) as client:
                result = await client.call_tool(tool, dict(arguments))
            output = _output(server, tool, result)
            more |= {"failed": output.failed, "characters": len(output.text)}
        return output

    async def _info(self, spec: ServerSpec, tool: str) -> ToolInfo | None:
        view = await self._view(spec)
        if view.problem:
            raise ToolUnavailable(view.problem)
        return next((info for info in view.tools if info.tool == tool), None)

    async def _view(self, spec: ServerSpec) -> ServerView:
        until, view = self._known.get(spec.name, (0.0, None))
        if view is None or time.monotonic() >= until:
            try:
                view, lasts = await self._listed(spec), LISTED_S
            except ToolUnavailable as error:
                log.warning("tool_server_failed", server=spec.name, cause=error.details.get("cause", ""))
                view, lasts = ServerView(server=spec.name, problem=error.message), FAILED_S
            self._known[spec.name] = (time.monotonic() + lasts, view)
        return view

    async def _listed(self, spec: ServerSpec) -> ServerView:
        found: list[ToolInfo] = []
        async with _answering(spec, LISTING_S), self._connected(spec) as client:
            cursor: str | None = None
            while len(found) < MOST_TOOLS:
                page = await client.list_tools(cursor=cursor)
                found += [_info(spec.name, tool) for tool in page.tools if not spec.tools or tool.name in spec.tools]
                cursor = page.next_cursor
                if cursor is None or not page.tools:
                    break
        return ServerView(server=spec.name, tools=tuple(found[:MOST_TOOLS]))

    @asynccontextmanager
    async def _connected(self, spec: ServerSpec) -> AsyncIterator["Client"]:
        from mcp import Client, StdioServerParameters  # 0.7 s: only where there are servers

        from docqa.mcp.network import MOST_BYTES

        key = self._keys().get(f"{KEY_PREFIX}{spec.name}", "")
        if spec.command:
            environment = {**spec.environment, **({spec.key_variable: key} if spec.key_variable and key else {})}
            args = ["-I", "-S", bounded.__file__, str(MOST_BYTES), *spec.command]
            params = StdioServerParameters(command=sys.executable, args=args, env=environment, cwd=os.sep)
            async with Client(params, read_timeout_seconds=spec.timeout_s, cache=None) as client:
                yield client
            return
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        from docqa.mcp.network import GuardedTransport

        http = httpx2.AsyncClient(
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=spec.timeout_s,
            transport=GuardedTransport(private=spec.private),
            follow_redirects=False,
            trust_env=False,
        )
        async with http:
            road = streamable_http_client(spec.url, http_client=http, max_sse_event_size=MOST_BYTES)
            async with Client(road, read_timeout_seconds=spec.timeout_s, cache=None) as client:
                yield client


@asynccontextmanager
async def _answering(spec: ServerSpec, within_s: float) -> AsyncIterator[None]:
    """Whatever goes wrong between us and a server is ToolUnavailable; what is ours stays what it is."""
    import anyio
    import httpx2
    from mcp import MCPError

    from docqa.mcp.network import AddressRefused

    faults = (MCPError, httpx2.HTTPError, OSError, TimeoutError, ValueError, RuntimeError, anyio.ClosedResourceError)
    try:
        async with asyncio.timeout(within_s):
            yield
    except* faults as group:
        cause = _first(group)
        said = "does not answer as it should"
        if isinstance(cause, AddressRefused):
            said = "is at an address that is not public"
        elif isinstance(cause, (TimeoutError, httpx2.TimeoutException)):
            said = "does not answer in time"
        raise ToolUnavailable(f"The tool server {spec.name!r} {said}.", cause=type(cause).__name__) from group


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _info(server: str, tool: "Tool") -> ToolInfo:
    told = tool.model_dump(
        mode="json", by_alias=True, include={"name", "title", "description", "input_schema", "annotations"}
    )
    return ToolInfo(
        server=server,
        tool=tool.name,
        description=(tool.description or tool.title or "").strip(),
        parameters=dict(tool.input_schema),
        read_only=bool(tool.annotations and tool.annotations.read_only_hint),
        digest=hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest(),
    )


def _check(arguments: Mapping[str, Any], info: ToolInfo) -> None:
    """Raises InvalidRequest, ToolUnavailable for a schema that is none."""
    from jsonschema.exceptions import SchemaError, best_match
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    kind = validator_for(info.parameters)
    try:
        kind.check_schema(info.parameters)
        # a registry of its own: nothing that the schema points to is fetched
        wrong = best_match(kind(info.parameters, registry=Registry()).iter_errors(dict(arguments)))
    except (SchemaError, Unresolvable) as error:
        raise ToolUnavailable(f"What {info.server}.{info.tool} wants is not told as it should be.") from error
    if wrong is not None:
        where = "/".join(map(str, wrong.absolute_path)) or "the arguments"
        raise InvalidRequest(f"{info.server}.{info.tool} does not take this: {where}: {wrong.message[:200]}")


def _output(server: str, tool: str, result: "CallToolResult") -> ToolOutput:
    """The texts; of a result that has none, its JSON."""
    texts = [part.text for part in result.content if part.type == "text"]
    if not any(text.strip() for text in texts) and result.structured_content is not None:
        texts = [json.dumps(result.structured_content, ensure_ascii=False)]
    text = "\n".join(texts).strip()
    return ToolOutput(
        server=server,
        tool=tool,
        text=text[:MOST_CHARACTERS],
        cut=len(text) > MOST_CHARACTERS,
        failed=bool(result.is_error),
    )
