"""Signed claims: HS256 JWTs, each for one purpose.

The purpose is the `aud` claim: a token made for one thing is refused for any other (RFC 8725, section 3.9).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from docqa.core.errors import InvalidSetting

ALGORITHM = "HS256"
ISSUER = "docqa"
MIN_KEY_BYTES = 32
"""RFC 7518, section 3.2: a key of at least the size of the hash."""


class SigningKey:
    """Signs and checks claims for one purpose. Raises InvalidSetting for a key that is too short."""

    def __init__(self, key: str, *, purpose: str) -> None:
        if len(key.encode()) < MIN_KEY_BYTES:
            raise InvalidSetting(f"The token signing key is shorter than {MIN_KEY_BYTES} bytes")
        self._key = key
        self._purpose = purpose

    def sign(self, claims: dict[str, str], *, lifetime_s: int, now: datetime | None = None) -> str:
        issued = now or datetime.now(UTC)
        ours = {
            "iss": ISSUER,
            "aud": self._purpose,
            "iat": issued,
            "exp": issued + timedelta(seconds=lifetime_s),
        }
        return jwt.encode(claims | ours, self._key, algorithm=ALGORITHM)

    def claims(self, token: str, *, required: Iterable[str]) -> dict[str, Any]:
        """Of a valid, unexpired token of this purpose. Raises jwt.InvalidTokenError for anything else."""
        return jwt.decode(
            token,
            self._key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=self._purpose,
            options={"require": ["aud", "iss", "exp", "iat", *required]},
        )
