"""Password hashes: bcrypt over a SHA-256 digest.

bcrypt reads 72 bytes at most and stops at a NUL; the base64 of a SHA-256 digest is 44 bytes without one, so that every
character of a long passphrase counts.
"""

import asyncio
import base64
import hashlib

import bcrypt

COST = 12
"""log2 of the rounds; about 0.2 s a check on one core of 2026."""


async def hash_password(password: str) -> str:
    """Runs in a worker thread: bcrypt holds a core for a fifth of a second."""
    return (await asyncio.to_thread(bcrypt.hashpw, _digest(password), bcrypt.gensalt(COST))).decode("ascii")


async def password_matches(password: str, hashed: str) -> bool:
    return await asyncio.to_thread(bcrypt.checkpw, _digest(password), hashed.encode("ascii"))


def _digest(password: str) -> bytes:
    return base64.b64encode(hashlib.sha256(password.encode("utf-8")).digest())
