"""Access tokens: HS256 JWTs that carry the user, the tenant and the e-mail address; verified without a look-up."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from docqa.core.errors import InvalidSetting, Unauthenticated
from docqa.core.models import Identity

ALGORITHM = "HS256"
ISSUER = "docqa"
MIN_KEY_BYTES = 32
"""RFC 7518, section 3.2: a key of at least the size of the hash."""


class AccessTokens:
    """Issues and verifies access tokens."""

    def __init__(self, signing_key: str, lifetime_s: int) -> None:
        if len(signing_key.encode()) < MIN_KEY_BYTES:
            raise InvalidSetting(f"The token signing key is shorter than {MIN_KEY_BYTES} bytes")
        self._key = signing_key
        self.lifetime_s = lifetime_s

    def issue(self, identity: Identity, *, now: datetime | None = None) -> str:
        issued = now or datetime.now(UTC)
        return jwt.encode(
            {
                "iss": ISSUER,
                "sub": str(identity.user_id),
                "tenant": str(identity.tenant_id),
                "email": identity.email,
                "iat": issued,
                "exp": issued + timedelta(seconds=self.lifetime_s),
            },
            self._key,
            algorithm=ALGORITHM,
        )

    def verify(self, token: str) -> Identity:
        """Raises Unauthenticated for anything but a valid, unexpired token of ours."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "tenant", "email"]},
            )
            return Identity(user_id=UUID(claims["sub"]), tenant_id=UUID(claims["tenant"]), email=claims["email"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated() from error
