"""The streamed HTTP API: an ASGI app that the streaming runtime serves."""

from docqa.bootstrap import container
from docqa.http.app import create_app
from docqa.http.routes import ask, chat, mcp, operations, progress, tools

app = create_app(
    container(),
    [ask.router, progress.router, tools.router, operations.router],
    root=[chat.router, mcp.router],
)
