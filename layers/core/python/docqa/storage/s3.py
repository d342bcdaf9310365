"""`ObjectStore` and `UploadStore` over boto3, whose blocking calls run in a worker thread."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from docqa.core.errors import DependencyUnavailable, UploadMissing

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CopySourceTypeDef, ObjectIdentifierTypeDef

MISSING = {"404", "NoSuchKey", "NotFound", "NoSuchVersion"}
_ACTIVE = ("text/html", "message/rfc822")
"""What a browser would run scripts of, in the store's origin: it is saved, never shown."""


class S3Bucket:
    """One bucket. The client is made on first use, once per Lambda environment."""

    def __init__(self, name: str, make_client: Callable[[], "S3Client"] | None = None) -> None:
        self.name = name
        self._make_client = make_client or _client

    @cached_property
    def _s3(self) -> "S3Client":
        return self._make_client()

    async def put_json(self, key: str, body: bytes) -> None:
        await self._call(self._s3.put_object, Bucket=self.name, Key=key, Body=body, ContentType="application/json")

    async def get(self, key: str) -> bytes:
        def read() -> bytes:
            return self._s3.get_object(Bucket=self.name, Key=key)["Body"].read()

        return bytes(await self._call(read))

    async def exists(self, key: str) -> bool:
        try:
            await self._call(self._s3.head_object, Bucket=self.name, Key=key)
        except UploadMissing:
            return False
        return True

    async def download(self, key: str, to: Path) -> int:
        await self._call(self._s3.download_file, self.name, key, str(to))
        return to.stat().st_size

    async def copy(self, source: str, target: str) -> None:
        where: CopySourceTypeDef = {"Bucket": self.name, "Key": source}
        await self._call(self._s3.copy, where, self.name, target)  # in parts above 8 MiB, by the library's transfers

    async def delete(self, key: str) -> None:
        await self._call(self._s3.delete_object, Bucket=self.name, Key=key)

    async def delete_prefix(self, prefix: str) -> None:
        def sweep() -> None:
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
                keys: list[ObjectIdentifierTypeDef] = [{"Key": item["Key"]} for item in page.get("Contents", [])]
                if not keys:
                    continue
                answer = self._s3.delete_objects(Bucket=self.name, Delete={"Objects": keys, "Quiet": True})
                if answer.get("Errors"):  # S3 answers 200 even so
                    raise DependencyUnavailable("The object store did not delete everything.")

        await self._call(sweep)

    def presign_upload(self, key: str, *, max_bytes: int, expires_s: int) -> tuple[str, dict[str, str]]:
        signed = self._s3.generate_presigned_post(
            self.name, key, Conditions=[["content-length-range", 1, max_bytes]], ExpiresIn=expires_s
        )
        return str(signed["url"]), dict(signed["fields"])

    def presign_download(self, key: str, *, filename: str, content_type: str, expires_s: int) -> str:
        # RFC 6266 / RFC 5987: the user's name travels percent-encoded, so that no character of it can end the header.
        shown = "attachment" if content_type in _ACTIVE else "inline"
        disposition = f"{shown}; filename*=UTF-8''{quote(filename, safe='')}"
        return self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.name,
                "Key": key,
                "ResponseContentDisposition": disposition,
                "ResponseContentType": content_type,
            },
            ExpiresIn=expires_s,
        )

    async def _call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                raise UploadMissing() from error
            raise DependencyUnavailable("The object store refused a request.") from error
        except BotoCoreError as error:
            raise DependencyUnavailable("The object store does not answer.") from error


def _client() -> "S3Client":
    import boto3
    from botocore.config import Config

    # Path style: bucket host names do not resolve against a loopback endpoint. Presigned POSTs need signature v4.
    client: S3Client = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    return client
