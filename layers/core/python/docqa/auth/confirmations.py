"""Calls of tools that wait for a yes: signed for one user, good for ten minutes and one time."""

import json
import secrets
from uuid import UUID

import jwt
from pydantic import ValidationError

from docqa.auth.signing import SigningKey
from docqa.core.errors import InvalidConfirmation
from docqa.core.models.tools import PendingCall, PlannedCall
from docqa.core.ports import Cache

PURPOSE = "docqa:tool-call"
LIFETIME_S = 600


class SignedConfirmations:
    """Confirmations. That one was used is kept in the cache; without it none is redeemed."""

    def __init__(self, signing_key: str, cache: Cache) -> None:
        self._key = SigningKey(signing_key, purpose=PURPOSE)
        self._cache = cache

    def ask(self, tenant_id: UUID, user_id: UUID, call: PlannedCall) -> PendingCall:
        told = call.model_dump(include={"server", "tool", "arguments"})
        claims = {
            "tenant": str(tenant_id),
            "user": str(user_id),
            "call": call.model_dump_json(),
            "once": secrets.token_urlsafe(12),
        }
        return PendingCall(**told, token=self._key.sign(claims, lifetime_s=LIFETIME_S))

    async def redeem(self, tenant_id: UUID, user_id: UUID, token: str) -> PlannedCall:
        """Raises InvalidConfirmation, CacheUnavailable."""
        try:
            claims = self._key.claims(token, required=("tenant", "user", "call", "once"))
            call = PlannedCall.model_validate(json.loads(claims["call"]))
        except (jwt.InvalidTokenError, ValidationError, ValueError) as error:
            raise InvalidConfirmation() from error
        if (claims["tenant"], claims["user"]) != (str(tenant_id), str(user_id)):
            raise InvalidConfirmation()
        ours = secrets.token_bytes(16)
        if not await self._cache.claim(f"confirmed:{claims['once']}", ours, ttl_s=2 * LIFETIME_S):
            raise InvalidConfirmation()
        return call.model_copy(update={"confirmed": True})
