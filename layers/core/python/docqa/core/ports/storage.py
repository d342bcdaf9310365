"""Files, and the cache."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class ObjectStore(Protocol):
    """Blobs by key. Raises UploadMissing for a key that is not there, DependencyUnavailable."""

    async def put_json(self, key: str, body: bytes) -> None: ...
    async def get(self, key: str) -> bytes: ...
    async def exists(self, key: str) -> bool: ...
    async def copy(self, source: str, target: str) -> None: ...
    async def download(self, key: str, to: Path) -> int:
        """Write the object to a file; its size in bytes."""
        ...

    async def delete(self, key: str) -> None: ...
    async def delete_prefix(self, prefix: str) -> None:
        """Delete every object whose key starts with `prefix`."""
        ...


class UploadStore(Protocol):
    """The bucket that browsers and the CLI upload to."""

    def presign_upload(self, key: str, *, max_bytes: int, expires_s: int) -> tuple[str, dict[str, str]]:
        """URL and form fields of a presigned POST, with a content-length range of 1..max_bytes."""
        ...

    def presign_download(self, key: str, *, filename: str, content_type: str, expires_s: int) -> str: ...


class Cache(Protocol):
    """Bytes that may be gone at any moment. All tenants share the keys: who makes one puts the tenant into it.

    Every call raises CacheUnavailable, after a fraction of a second at the latest.
    """

    async def get(self, key: str) -> bytes | None: ...
    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None: ...
    async def claim(self, key: str, token: bytes, *, ttl_s: float) -> bool:
        """Whether nobody else held the claim; it is ours until released or until `ttl_s` have passed."""
        ...

    async def release(self, key: str, token: bytes) -> None:
        """End the claim, if it still is this token's."""
        ...

    async def recent(self, key: str) -> list[bytes]:
        """What was remembered under the key, newest first."""
        ...

    async def items(self, key: str, *, start: int, count: int) -> list[bytes]:
        """Of what was appended under the key, oldest first; `start` counts from 0."""
        ...

    async def extend(self, key: str, items: Sequence[bytes], *, ttl_s: float) -> None:
        """Append, and let all go `ttl_s` after the last."""
        ...

    async def remember(self, key: str, item: bytes, *, keep: int, ttl_s: float) -> None:
        """Put an item before the others; only the newest `keep` stay, and all go `ttl_s` after the last."""
        ...
