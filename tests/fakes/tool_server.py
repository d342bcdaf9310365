"""An MCP server with tools of every temper, by the official SDK.

`python -m tests.fakes.tool_server` speaks over standard input and output; `ToolServer` over HTTP, in this process.
"""

import asyncio
import os
import socket
import threading
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from starlette.types import ASGIApp, Receive, Scope, Send

LONG = 60_000


def made(*, description: str = "The weather in a city, today.") -> tuple[MCPServer, list[tuple[str, dict[str, Any]]]]:
    """The server, and the calls that it got."""
    server, calls = MCPServer("weather station"), list[tuple[str, dict[str, Any]]]()

    @server.tool(description=description, annotations=ToolAnnotations(read_only_hint=True))
    def weather(city: str) -> str:
        calls.append(("weather", {"city": city}))
        return f"It is raining in {city}. The temperature is 7 degrees."

    @server.tool(description="Send a message to somebody.")
    def send(to: str, text: str) -> str:
        calls.append(("send", {"to": to, "text": text}))
        return f"The message to {to} was sent."

    @server.tool(description="Says a lot.", annotations=ToolAnnotations(read_only_hint=True))
    def chatter() -> str:
        return "word " * (LONG // 5)

    @server.tool(description="Says more than anybody reads.", annotations=ToolAnnotations(read_only_hint=True))
    def flood() -> str:
        return "x" * 3_000_000

    @server.tool(description="Takes its time.", annotations=ToolAnnotations(read_only_hint=True))
    async def slow() -> str:
        await asyncio.sleep(60)
        return "late"

    @server.tool(description="Says no.", annotations=ToolAnnotations(read_only_hint=True))
    def fails() -> str:
        raise ValueError("The station is closed.")

    @server.tool(description="Says what it was given.", annotations=ToolAnnotations(read_only_hint=True))
    def environment() -> str:
        return " ".join(sorted(f"{name}={value}" for name, value in os.environ.items()))

    return server, calls


class ToolServer:
    """Over Streamable HTTP on loopback. `requests`: the headers of each."""

    def __init__(self, **more: str) -> None:
        server, self.calls = made(**more)
        self.requests: list[dict[str, str]] = []
        guarding = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app = server.streamable_http_app(stateless_http=True, json_response=True, transport_security=guarding)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/mcp"
        self._server = uvicorn.Server(uvicorn.Config(self._kept(app), log_level="critical"))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def _kept(self, app: ASGIApp) -> ASGIApp:
        async def kept(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.requests.append({name.decode(): value.decode() for name, value in scope["headers"]})
            await app(scope, receive, send)

        return kept

    def __enter__(self) -> "ToolServer":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.should_exit = self._server.force_exit = True  # a tool that takes its time is not waited for
        self._thread.join(timeout=10)
        self._socket.close()


if __name__ == "__main__":
    made()[0].run("stdio")
