"""Grants in memory, and a toolbox over real MCP servers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from docqa.agent.toolbox import Toolbox
from docqa.auth.confirmations import SignedConfirmations
from docqa.core.errors import NotFound
from docqa.core.models.tools import ToolGrant
from docqa.mcp.servers import McpServers
from docqa.mcp.specs import ServerSpec
from tests.fakes.cache import MemoryCache


class MemoryGrants:
    """ToolGrants of one tenant."""

    def __init__(self, grants: Sequence[ToolGrant] = ()) -> None:
        self.grants = {(grant.collection_id, grant.server, grant.tool): grant for grant in grants}

    async def of(self, tenant_id: UUID, collection_ids: Sequence[UUID] | None) -> tuple[ToolGrant, ...]:
        every = self.grants.values()
        return tuple(grant for grant in every if collection_ids is None or grant.collection_id in collection_ids)

    async def allow(self, tenant_id: UUID, user_id: UUID, grant: ToolGrant) -> None:
        self.grants[grant.collection_id, grant.server, grant.tool] = grant

    async def withdraw(self, tenant_id: UUID, collection_id: UUID, server: str, tool: str) -> None:
        if self.grants.pop((collection_id, server, tool), None) is None:
            raise NotFound


def toolbox_of(
    specs: Sequence[ServerSpec] = (), grants: MemoryGrants | None = None, keys: Mapping[str, str] | None = None
) -> Toolbox:
    """By default an empty one."""
    servers = McpServers(specs, lambda: keys or {})
    return Toolbox(servers, grants or MemoryGrants(), SignedConfirmations("k" * 48, MemoryCache()))
