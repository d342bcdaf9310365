"""Passwords and access tokens."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest

from docqa.auth.invitations import LIFETIME_S, Invitations
from docqa.auth.passwords import hash_password, password_matches
from docqa.auth.tokens import AccessTokens
from docqa.core.errors import InvalidInvitation, InvalidSetting, Unauthenticated
from docqa.core.models import AccountRole, Identity, Invitation
from docqa.http.routes.auth import NOBODY

KEY = "k" * 48
EVA = Invitation(tenant_id=uuid4(), email="Eva@example.org", role=AccountRole.ADMIN)
WHO = Identity(user_id=uuid4(), tenant_id=uuid4(), email="ada@example.org")


def test_password_hash_matches_only_its_password() -> None:
    async def check() -> list[bool]:
        long = "a long passphrase " * 8
        hashed = await hash_password(long + "1")
        return [await password_matches(candidate, hashed) for candidate in (long + "1", long + "2", "")]

    # bcrypt itself stops at 72 bytes: the two long ones differ only far behind that
    assert asyncio.run(check()) == [True, False, False]


def test_nobody_matches_the_stand_in_hash() -> None:
    assert asyncio.run(password_matches("password", NOBODY)) is False


def test_token_carries_who_it_was_issued_for() -> None:
    tokens = AccessTokens(KEY, 60)
    assert tokens.verify(tokens.issue(WHO)) == WHO


@pytest.mark.parametrize(
    "forge", ["other_key", "expired", "none_algorithm", "garbage", "no_tenant", "no_purpose", "invitation"]
)
def test_other_tokens_are_refused(forge: str) -> None:
    now = datetime.now(UTC)
    claims = {
        "iss": "docqa",
        "aud": "docqa:access",
        "sub": str(WHO.user_id),
        "tenant": str(WHO.tenant_id),
        "email": WHO.email,
        "iat": now,
    }
    valid = claims | {"exp": now + timedelta(minutes=1)}
    token = {
        "other_key": AccessTokens("x" * 48, 60).issue(WHO),
        "expired": AccessTokens(KEY, 60).issue(WHO, now=now - timedelta(hours=1)),
        "none_algorithm": jwt.encode(valid, "", algorithm="none"),
        "garbage": "not.a.token",
        "no_tenant": jwt.encode({k: v for k, v in valid.items() if k != "tenant"}, KEY, algorithm="HS256"),
        "no_purpose": jwt.encode({k: v for k, v in valid.items() if k != "aud"}, KEY, algorithm="HS256"),
        "invitation": jwt.encode(valid | {"aud": "docqa:invitation"}, KEY, algorithm="HS256"),
    }[forge]
    assert AccessTokens(KEY, 60).verify(jwt.encode(valid, KEY, algorithm="HS256")) == WHO
    with pytest.raises(Unauthenticated):
        AccessTokens(KEY, 60).verify(token)


def test_an_invitation_is_of_one_address_in_any_case() -> None:
    invitations = Invitations(KEY)
    assert invitations.verify(invitations.issue(EVA), email="eva@EXAMPLE.org") == EVA
    with pytest.raises(InvalidInvitation):
        invitations.verify(invitations.issue(EVA), email="mallory@example.org")


@pytest.mark.parametrize("forge", ["other_key", "expired", "garbage", "access_token", "access_token_with_a_role"])
def test_nothing_else_is_an_invitation(forge: str) -> None:
    now = datetime.now(UTC)
    claims = {"iss": "docqa", "tenant": str(EVA.tenant_id), "email": EVA.email, "role": "admin", "iat": now}
    valid = claims | {"exp": now + timedelta(minutes=1), "sub": str(uuid4())}
    token = {
        "other_key": Invitations("x" * 48).issue(EVA),
        "expired": Invitations(KEY).issue(EVA, now=now - timedelta(seconds=LIFETIME_S + 1)),
        "garbage": "not.a.token",
        "access_token": AccessTokens(KEY, 60).issue(WHO.model_copy(update={"email": EVA.email})),
        "access_token_with_a_role": jwt.encode(valid | {"aud": "docqa:access"}, KEY, algorithm="HS256"),
    }[forge]
    with pytest.raises(InvalidInvitation):
        Invitations(KEY).verify(token, email=EVA.email)


def test_a_short_key_stops_the_start() -> None:
    with pytest.raises(InvalidSetting):
        AccessTokens("short", 60)
