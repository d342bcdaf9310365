"""Route signatures read as a list of needs: the aliases at the end."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from docqa.core.errors import Unauthenticated
from docqa.core.models import Identity
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
