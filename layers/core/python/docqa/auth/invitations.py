"""Invitations to a tenant: signed, for one e-mail address. An address has one account, so that one works once."""

from datetime import datetime
from uuid import UUID

import jwt

from docqa.auth.signing import SigningKey
from docqa.core.errors import InvalidInvitation
from docqa.core.models import AccountRole, Invitation

PURPOSE = "docqa:invitation"
LIFETIME_S = 7 * 24 * 3600


class Invitations:
    """Issues and verifies invitations."""

    lifetime_s = LIFETIME_S

    def __init__(self, signing_key: str) -> None:
        self._key = SigningKey(signing_key, purpose=PURPOSE)

    def issue(self, invitation: Invitation, *, now: datetime | None = None) -> str:
        claims = {"tenant": str(invitation.tenant_id), "email": invitation.email, "role": invitation.role.value}
        return self._key.sign(claims, lifetime_s=self.lifetime_s, now=now)

    def verify(self, token: str, *, email: str) -> Invitation:
        """Raises InvalidInvitation for anything but a valid, unexpired invitation of this address, in any case."""
        try:
            claims = self._key.claims(token, required=("tenant", "email", "role"))
            invitation = Invitation(
                tenant_id=UUID(claims["tenant"]), email=claims["email"], role=AccountRole(claims["role"])
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise InvalidInvitation() from error
        if invitation.email.lower() != email.lower():
            raise InvalidInvitation()
        return invitation
