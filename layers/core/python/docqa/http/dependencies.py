"""Route signatures read as a list of needs: the aliases at the end."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from docqa.core.errors import Forbidden, Unauthenticated
from docqa.core.models import AccountRole, Identity, Role
from docqa.http.services import Services

bearer = HTTPBearer(auto_error=False, description="Access token from `auth/login`.")


def services(request: Request) -> Services:
    """The container that the app was created with."""
    container: Services = request.app.state.services
    return container


def current_user(
    container: Annotated[Services, Depends(services)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Identity:
    """Raises Unauthenticated. Verified locally, without a look-up."""
    if credentials is None:
        raise Unauthenticated()
    return container.tokens.verify(credentials.credentials)


ServicesNeeded = Annotated[Services, Depends(services)]
CurrentUser = Annotated[Identity, Depends(current_user)]


async def known_user(user: CurrentUser, container: ServicesNeeded) -> Identity:
    """Raises Unauthenticated for a user whom the tenant does not have any more, too: for what asks no other store."""
    await container.access.account_role(user)
    return user


async def admin(user: CurrentUser, container: ServicesNeeded) -> Identity:
    """Raises Forbidden for anybody but an admin of the tenant."""
    if await container.access.account_role(user) != AccountRole.ADMIN:
        raise Forbidden("Only an admin may do this.")
    return user


def require(role: Role, needed: Role) -> None:
    """Raises Forbidden."""
    if not role.includes(needed):
        raise Forbidden(f"This takes the role {needed}; yours is {role}.")


def _of_collection(needed: Role) -> Callable[..., Awaitable[Identity]]:
    """The user, who has the role in the collection of the address. Raises NotFound, Forbidden."""

    async def check(collection_id: UUID, user: CurrentUser, container: ServicesNeeded) -> Identity:
        require(await container.access.collection_role(user, collection_id), needed)
        return user

    return check


def _of_document(needed: Role) -> Callable[..., Awaitable[Identity]]:
    """The user, who has the role in the collection of the document. Raises NotFound, Forbidden."""

    async def check(document_id: UUID, user: CurrentUser, container: ServicesNeeded) -> Identity:
        require(await container.access.document_role(user, document_id), needed)
        return user

    return check


KnownUser = Annotated[Identity, Depends(known_user)]
Admin = Annotated[Identity, Depends(admin)]
CollectionViewer = Annotated[Identity, Depends(_of_collection(Role.VIEWER))]
CollectionOwner = Annotated[Identity, Depends(_of_collection(Role.OWNER))]
DocumentViewer = Annotated[Identity, Depends(_of_document(Role.VIEWER))]
DocumentEditor = Annotated[Identity, Depends(_of_document(Role.EDITOR))]
