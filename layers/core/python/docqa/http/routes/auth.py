"""Accounts and access tokens."""

from fastapi import APIRouter, status

from docqa.auth.passwords import hash_password, password_matches
from docqa.core.errors import Unauthenticated
from docqa.core.models import Identity, Invitation
from docqa.http.dependencies import Admin, CurrentUser, ServicesNeeded
from docqa.http.schemas import AccessToken, Credentials, Invited, Me, NewInvitation, Registration
from docqa.http.services import Services

router = APIRouter(prefix="/auth", tags=["auth"])

NOBODY = "$2b$12$8ifO1CdvBPLmcPCm0v7WVeCCaRj8TgKyWqQz5bWmv1cKJ5cuP4EBW"
"""A hash to check against when the address is unknown, so that both answers take the same time."""


@router.post("/register", status_code=status.HTTP_201_CREATED)
async def register(body: Registration, services: ServicesNeeded) -> AccessToken:
    """Make an account: with a tenant of its own, or in the tenant that has invited this e-mail address."""
    if body.invitation is None:
        identity = await services.users.register(email=body.email, password_hash=await hash_password(body.password))
    else:
        invitation = services.invitations.verify(body.invitation, email=body.email)
        identity = await services.users.join(invitation, password_hash=await hash_password(body.password))
    return _token(services, identity)


@router.post("/invitations", status_code=status.HTTP_201_CREATED)
async def invite(body: NewInvitation, user: Admin, services: ServicesNeeded) -> Invited:
    """Let somebody join the tenant; an admin hands the invitation over. It holds for this e-mail address, once."""
    invitation = Invitation(tenant_id=user.tenant_id, email=body.email, role=body.role)
    return Invited(
        invitation=services.invitations.issue(invitation),
        email=invitation.email,
        role=invitation.role,
        expires_in=services.invitations.lifetime_s,
    )


@router.post("/login")
async def login(body: Credentials, services: ServicesNeeded) -> AccessToken:
    """Trade e-mail address and password for an access token."""
    found = await services.users.by_email(body.email)
    matches = await password_matches(body.password, found[1] if found else NOBODY)
    if found is None or not matches:
        raise Unauthenticated("The e-mail address or the password is wrong.")
    return _token(services, found[0])


@router.get("/me")
async def me(user: CurrentUser, services: ServicesNeeded) -> Me:
    """Who the access token belongs to."""
    role = await services.access.account_role(user)
    return Me(user_id=user.user_id, tenant_id=user.tenant_id, email=user.email, role=role)


def _token(services: Services, identity: Identity) -> AccessToken:
    return AccessToken(access_token=services.tokens.issue(identity), expires_in=services.tokens.lifetime_s)
