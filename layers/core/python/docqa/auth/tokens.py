"""Access tokens carry the user, the tenant and the e-mail address; verified without a look-up."""

from datetime import datetime
from uuid import UUID

import jwt

from docqa.auth.signing import SigningKey
from docqa.core.errors import Unauthenticated
from docqa.core.models import Identity

PURPOSE = "docqa:access"


class AccessTokens:
    """Issues and verifies access tokens."""

    def __init__(self, signing_key: str, lifetime_s: int) -> None:
        self._key = SigningKey(signing_key, purpose=PURPOSE)
        self.lifetime_s = lifetime_s

    def issue(self, identity: Identity, *, now: datetime | None = None) -> str:
        claims = {"sub": str(identity.user_id), "tenant": str(identity.tenant_id), "email": identity.email}
        return self._key.sign(claims, lifetime_s=self.lifetime_s, now=now)

    def verify(self, token: str) -> Identity:
        """Raises Unauthenticated for anything but a valid, unexpired access token of ours."""
        try:
            claims = self._key.claims(token, required=("sub", "tenant", "email"))
            return Identity(user_id=UUID(claims["sub"]), tenant_id=UUID(claims["tenant"]), email=claims["email"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated() from error
