"""Tools of the MCP servers that the operator has set up, and for which collections they may be used."""

from uuid import UUID

from fastapi import APIRouter, status

from docqa.core.errors import NotFound, ToolUnavailable
from docqa.core.models.tools import ToolGrant, ToolInfo
from docqa.http.dependencies import CollectionOwner, KnownUser, ServicesNeeded
from docqa.http.schemas import AllowedTool, ToolAllowance, ToolServerView, ToolServerViews, ToolView
from docqa.http.services import Services

router = APIRouter(prefix="/tools", tags=["tools"])


@router.get("")
async def list_tools(user: KnownUser, services: ServicesNeeded) -> ToolServerViews:
    """What there is, and for which of your collections it is allowed."""
    scope = await services.access.scope(user, None, None)
    grants = await services.tool_grants.of(user.tenant_id, scope.collection_ids)
    views = await services.tool_servers.offered()
    return ToolServerViews(
        servers=[
            ToolServerView(server=view.server, problem=view.problem, tools=[_view(info, grants) for info in view.tools])
            for view in views
        ]
    )


@router.put("/{server}/{tool}/collections/{collection_id}")
async def allow(
    server: str, tool: str, collection_id: UUID, body: AllowedTool, user: CollectionOwner, services: ServicesNeeded
) -> ToolGrant:
    """Allow a tool, as it is described now, for questions about a collection.

    `confirm` null: whoever asks is asked before each call, unless the tool says that it changes nothing.
    """
    info = await _found(server, tool, services)
    confirm = not info.read_only if body.confirm is None else body.confirm
    grant = ToolGrant(collection_id=collection_id, server=server, tool=tool, digest=info.digest, confirm=confirm)
    await services.tool_grants.allow(user.tenant_id, user.user_id, grant)
    return grant


@router.delete("/{server}/{tool}/collections/{collection_id}", status_code=status.HTTP_204_NO_CONTENT)
async def withdraw(
    server: str, tool: str, collection_id: UUID, user: CollectionOwner, services: ServicesNeeded
) -> None:
    """From the next question on it is not used for this collection any more."""
    await services.tool_grants.withdraw(user.tenant_id, collection_id, server, tool)


async def _found(server: str, tool: str, services: Services) -> ToolInfo:
    """Raises NotFound, ToolUnavailable."""
    for view in await services.tool_servers.offered([server]):
        if view.problem:
            raise ToolUnavailable(view.problem)
        for info in view.tools:
            if info.tool == tool:
                return info
    raise NotFound(f"There is no tool {server}.{tool}.")


def _view(info: ToolInfo, grants: tuple[ToolGrant, ...]) -> ToolView:
    mine = [grant for grant in grants if (grant.server, grant.tool) == (info.server, info.tool)]
    return ToolView(
        tool=info.tool,
        description=info.description,
        parameters=info.parameters,
        read_only=info.read_only,
        allowed=[
            ToolAllowance(collection_id=grant.collection_id, confirm=grant.confirm, changed=grant.digest != info.digest)
            for grant in mine
        ],
    )
