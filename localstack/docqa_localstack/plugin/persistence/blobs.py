"""Objects as files: one immutable file for the bytes and one small JSON file for the rest, both written atomically.

    <root>/<bucket>/bucket.json            versioning, account, region, creation date
    <root>/<bucket>/blobs/<uuid>           the bytes of one version of one object
    <root>/<bucket>/objects/<sha256>.json  what the object is, and its blob; named after a hash of key and version

The bytes are complete before the JSON names them, and a JSON file is renamed into its place, so a process killed at
any point leaves the former object or the new one. Nothing is forced to the disk: this outlives the process, not the
power supply.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]
NOT_KEPT = ("docqa-assets", "cdk-")
"""Buckets with these prefixes hold deployment packages, which each deployment uploads again."""


def is_kept(bucket: str) -> bool:
    """Whether the objects of `bucket` outlive LocalStack."""
    return not bucket.startswith(NOT_KEPT)


def _write(path: Path, record: Record) -> None:
    """Write `record` so that a reader, now or after a crash, sees all of it or what was there before."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    temporary.write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    os.replace(temporary, path)


class BlobFolder:
    """All kept buckets below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def blob(self, bucket: str, name: str) -> Path:
        return self.root / bucket / "blobs" / name

    def new_blob(self, bucket: str) -> str:
        """The name of a blob that does not exist yet; its folder does."""
        self.blob(bucket, "").mkdir(parents=True, exist_ok=True)
        return uuid.uuid4().hex

    def link_blob(self, source: Path, bucket: str) -> str:
        """A second name, in `bucket`, for the bytes of `source`: blobs never change, so a copy costs nothing."""
        name = self.new_blob(bucket)
        os.link(source, self.blob(bucket, name))
        return name

    def remove_blob(self, bucket: str, name: str) -> None:
        self.blob(bucket, name).unlink(missing_ok=True)

    def _object(self, bucket: str, key: str, version: str | None) -> Path:
        # an object without a version and the version "null" are the same thing
        identity = f"{key}\0{version or 'null'}".encode()
        return self.root / bucket / "objects" / f"{hashlib.sha256(identity).hexdigest()}.json"

    def save_object(self, bucket: str, record: Record) -> None:
        """Note an object or a delete marker; `record` has at least key and version_id."""
        path = self._object(bucket, record["key"], record["version_id"])
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, record)

    def forget_object(self, bucket: str, key: str, version: str | None) -> None:
        self._object(bucket, key, version).unlink(missing_ok=True)

    def save_bucket(self, bucket: str, record: Record) -> None:
        (self.root / bucket).mkdir(parents=True, exist_ok=True)
        _write(self.root / bucket / "bucket.json", record)

    def forget_bucket(self, bucket: str) -> None:
        """Remove an empty bucket; bucket.json goes first, so that a half-removed bucket is none."""
        folder = self.root / bucket
        (folder / "bucket.json").unlink(missing_ok=True)
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()

    def buckets(self) -> Iterator[tuple[str, Record]]:
        """(name, record) of every kept bucket."""
        if not self.root.is_dir():
            return
        for path in sorted(self.root.glob("*/bucket.json")):
            yield path.parent.name, json.loads(path.read_text(encoding="utf-8"))

    def objects(self, bucket: str) -> list[Record]:
        """The records of all versions in `bucket`, oldest first, after removing what a crash has left unfinished."""
        folder = self.root / bucket
        for unfinished in folder.glob("objects/.*"):
            unfinished.unlink()
        records = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("objects/*.json")]
        named = {record.get("blob") for record in records}
        for blob in folder.glob("blobs/*"):
            if blob.name not in named:
                blob.unlink()
        return sorted(records, key=lambda record: int(record["sequence"]))
