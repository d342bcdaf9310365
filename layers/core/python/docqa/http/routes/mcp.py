"""`/mcp`: the Model Context Protocol over Streamable HTTP, one POST a call, with the user's own token.

Without sessions: a GET, which would hold a stream open for nothing, and a DELETE are answered with 405, as the
specification allows.
"""

from fastapi import APIRouter, Response
from starlette.types import Receive, Scope, Send

from docqa.core.models import Identity
from docqa.http.dependencies import KnownUser, ServicesNeeded
from docqa.http.services import Services

router = APIRouter(tags=["mcp"])

LARGEST_REQUEST = 256 * 1024


class McpResponse(Response):
    """An answer that the SDK writes, for a user who was let in before."""

    def __init__(self, services: Services, user: Identity) -> None:
        super().__init__()
        self._services = services
        self._user = user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from docqa.http.mcp_server import server_for

        manager = StreamableHTTPSessionManager(
            server_for(self._services, self._user),
            json_response=True,
            stateless=True,
            max_request_body_size=LARGEST_REQUEST,
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)


@router.post("/mcp", response_model=None)
async def mcp(user: KnownUser, services: ServicesNeeded) -> Response:
    """One message of the protocol: tools `search`, `ask`, `list_documents`, `get_passage`; documents as resources."""
    return McpResponse(services, user)
