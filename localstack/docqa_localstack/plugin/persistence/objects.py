"""S3 objects that survive LocalStack, whose open release keeps them only as long as its process lives.

The storage backend puts the bytes of kept buckets (`blobs.is_kept`) into files, the key stores of these buckets note
each change before the request is answered and before its event goes out, and a new S3 provider begins with what it
finds. No event is sent for what is brought back.
"""

import functools
import io
import logging
import shutil
import threading
import time
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from docqa_localstack.plugin.persistence.blobs import BlobFolder, is_kept
from docqa_localstack.plugin.persistence.records import BLOB, SEQUENCE, bucket_record, object_record, restored_object
from docqa_localstack.plugin.settings import settings

LOG = logging.getLogger(__name__)


@functools.cache
def folder() -> BlobFolder:
    """Where the objects of this stack are kept."""
    return BlobFolder(settings().state / "s3")


class Journal:
    """Notes the objects of one bucket. It is attached to the bucket's key store.

    lock: held over a change of the key store and its note, so that the notes keep the order of the changes.
    """

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        self.lock = threading.RLock()

    def note(self, s3_object: Any) -> None:
        """Keep `s3_object` as it is now, with its tags."""
        if not hasattr(s3_object, SEQUENCE):
            setattr(s3_object, SEQUENCE, time.time_ns())
        tags = self.tags(s3_object)
        folder().save_object(self.bucket, object_record(s3_object, tags))
        s3_object.docqa_noted_tags = tags

    def note_tags(self, s3_object: Any) -> None:
        """Keep `s3_object` again if its tags are others than those last noted."""
        if self.tags(s3_object) != getattr(s3_object, "docqa_noted_tags", None):
            self.note(s3_object)

    def tags(self, s3_object: Any) -> dict[str, str]:
        return dict(_all_tags().get(_tag_key(self.bucket, s3_object)) or {})

    def drop_bytes(self, former: Any, s3_object: Any) -> None:
        """Remove the bytes of `former` (None: there was nothing), which `s3_object` has replaced."""
        blob = getattr(former, BLOB, None)
        if blob and blob != getattr(s3_object, BLOB, None):
            folder().remove_blob(self.bucket, blob)

    def forget(self, s3_object: Any) -> None:
        """Drop the record; the storage backend drops the bytes."""
        folder().forget_object(self.bucket, s3_object.key, s3_object.version_id)


def _storage_backend(ephemeral: Any) -> type:
    """The storage backend's class; `ephemeral` is LocalStack's own, which goes on holding the other buckets."""

    class BlobFile(ephemeral.LockedFileMixin, io.FileIO):
        """One blob, opened once: each request has a file of its own, so the locks of the base are never contended."""

    class StoredBlob(ephemeral.EphemeralS3StoredObject):
        """An open blob. Nothing is kept in memory."""

        def close(self) -> None:
            if not self.closed:
                super().close()
                self.file.close()

        def __exit__(self, kind: Any, *error: Any) -> None:
            super().__exit__(kind, *error)
            if kind is not None and self._mode == "w":  # refused, or its sender has gone
                Path(self.file.name).unlink(missing_ok=True)

    class BlobStore(ephemeral.EphemeralS3ObjectStore):
        """Files for kept buckets; the base class for the others and for the parts of multipart uploads."""

        def open(self, bucket: str, s3_object: Any, mode: str = "r") -> Any:
            if not is_kept(bucket):
                return super().open(bucket, s3_object, mode)
            if mode == "w":
                former = getattr(s3_object, BLOB, None)
                setattr(s3_object, BLOB, folder().new_blob(bucket))
                if former:
                    folder().remove_blob(bucket, former)
                return StoredBlob(s3_object, BlobFile(folder().blob(bucket, getattr(s3_object, BLOB)), "w+"), mode)
            owner = s3_object
            try:
                file = BlobFile(folder().blob(bucket, getattr(s3_object, BLOB)), "r")
            except FileNotFoundError:
                # Replaced since the caller looked it up: serve the new bytes. Their other modification time tells the
                # caller to look again.
                owner = find_bucket(bucket).get_object(s3_object.key, s3_object.version_id)
                if owner is s3_object:
                    raise
                file = BlobFile(folder().blob(bucket, getattr(owner, BLOB)), "r")
            file.internal_last_modified = owner.internal_last_modified
            return StoredBlob(s3_object, file, mode)

        def remove(self, bucket: str, s3_object: Any) -> None:
            if not is_kept(bucket):
                super().remove(bucket, s3_object)
                return
            for item in s3_object if isinstance(s3_object, list) else [s3_object]:
                if blob := getattr(item, BLOB, None):
                    folder().remove_blob(bucket, blob)

        def copy(self, src_bucket: str, src_object: Any, dest_bucket: str, dest_object: Any) -> Any:
            if is_kept(src_bucket) and is_kept(dest_bucket):
                source = folder().blob(src_bucket, getattr(src_object, BLOB))
                setattr(dest_object, BLOB, folder().link_blob(source, dest_bucket))
                dest_object.internal_last_modified = time.time_ns()
                return self.open(dest_bucket, dest_object)
            if not is_kept(src_bucket) and not is_kept(dest_bucket):
                return super().copy(src_bucket, src_object, dest_bucket, dest_object)
            with self.open(src_bucket, src_object) as source_object:
                stored = self.open(dest_bucket, dest_object, "w")
                stored.write(source_object)
                return stored

        def adopt_bucket(self, bucket: str) -> None:
            """Take a bucket that is on disk already."""
            super().create_bucket(bucket)

        def create_bucket(self, bucket: str) -> None:
            super().create_bucket(bucket)
            if is_kept(bucket):
                folder().save_bucket(bucket, bucket_record(find_bucket(bucket)))

        def delete_bucket(self, bucket: str) -> None:
            super().delete_bucket(bucket)
            if is_kept(bucket):
                folder().forget_bucket(bucket)

    return BlobStore


def find_bucket(name: str) -> Any:
    """The S3Bucket of that name, in whichever account it is. Raises KeyError."""
    from localstack.services.s3.models import s3_stores

    for account in dict(s3_stores).values():
        for store in dict(account).values():
            if name in store.buckets:
                return store.buckets[name]
    raise KeyError(name)


def _all_tags() -> dict[str, dict[str, str]]:
    """The tags of all objects: LocalStack has one table for all accounts."""
    from localstack.constants import DEFAULT_AWS_ACCOUNT_ID
    from localstack.services.s3.models import s3_stores

    tags: dict[str, dict[str, str]] = s3_stores[DEFAULT_AWS_ACCOUNT_ID]["us-east-1"].TAGS.tags
    return tags


def _tag_key(bucket: str, s3_object: Any) -> str:
    """LocalStack's key of an object in that table."""
    return f"{bucket}/{s3_object.key}/{s3_object.version_id or 'null'}"


def _held(keys: Any, key: str, version: str | None) -> Any:
    """What a KeyStore or VersionedKeyStore holds for exactly this key and version, or None."""
    entry = keys._store.get(key)
    return entry.get(version) if isinstance(entry, dict) else entry


class _NotedKeys:
    """The `objects` attribute of S3Bucket: whatever key store a kept bucket gets, it gets its journal too."""

    def __get__(self, bucket: Any, owner: type | None = None) -> Any:
        return self if bucket is None else bucket.__dict__["objects"]

    def __set__(self, bucket: Any, keys: Any) -> None:
        bucket.__dict__["objects"] = keys
        if is_kept(bucket.name):
            keys.docqa_journal = Journal(bucket.name)


def _note_changes(key_store: Any) -> None:
    """Let `set` and `pop` of a key store class tell its journal."""
    original_set, original_pop = key_store.set, key_store.pop

    @functools.wraps(original_set)
    def noting_set(self: Any, object_key: str, s3_object: Any) -> None:
        journal: Journal | None = getattr(self, "docqa_journal", None)
        if journal is None:
            original_set(self, object_key, s3_object)
            return
        with journal.lock:
            former = _held(self, object_key, s3_object.version_id)
            journal.note(s3_object)
            original_set(self, object_key, s3_object)
            journal.drop_bytes(former, s3_object)

    @functools.wraps(original_pop)
    def noting_pop(self: Any, object_key: str, *args: Any, **kwargs: Any) -> Any:
        journal: Journal | None = getattr(self, "docqa_journal", None)
        if journal is None:
            return original_pop(self, object_key, *args, **kwargs)
        with journal.lock:
            popped = original_pop(self, object_key, *args, **kwargs)
            if popped is not None:
                journal.forget(popped)
        return popped

    key_store.set, key_store.pop = noting_set, noting_pop


def note_objects(module: ModuleType) -> None:
    """Attach journals to the key stores of kept buckets."""
    module.S3Bucket.objects = _NotedKeys()
    _note_changes(module.KeyStore)
    _note_changes(module.VersionedKeyStore)


def _restored_bucket(models: Any, name: str, record: dict[str, Any], acl: Any) -> Any:
    bucket = models.S3Bucket(
        name=name,
        account_id=record["account_id"],
        bucket_region=record["region"],
        owner=record["owner"],
        acl=acl,
        object_ownership=record["object_ownership"],
        object_lock_enabled_for_bucket=record["object_lock_enabled"],
        location_constraint=record["location_constraint"],
    )
    bucket.creation_date = datetime.fromisoformat(record["creation_date"])
    bucket.versioning_status = record["versioning_status"]
    return bucket


def restore(models: Any, storage: Any) -> None:
    """Bring back every kept bucket with its objects."""
    from localstack.services.s3.utils import get_canned_acl

    for name, record in folder().buckets():
        acl = get_canned_acl("private", owner=record["owner"])
        bucket = _restored_bucket(models, name, record, acl)
        keys = models.VersionedKeyStore() if bucket.versioning_status else models.KeyStore()
        for entry in folder().objects(name):
            if "blob" in entry and not folder().blob(name, entry["blob"]).exists():
                LOG.error("the bytes of an object in bucket %s are missing; it is left out", name)
                continue
            s3_object = restored_object(entry, models.S3Object, models.S3DeleteMarker)
            s3_object.acl = acl
            keys.set(s3_object.key, s3_object)
            if entry.get("tags"):
                _all_tags()[_tag_key(name, s3_object)] = entry["tags"]
        bucket.objects = keys  # its journal comes with this, after the loop: nothing of it is news
        store = models.s3_stores[record["account_id"]][record["region"]]
        store.buckets[name] = bucket
        store.global_bucket_map[name] = record["account_id"]
        storage.adopt_bucket(name)
        LOG.info("bucket %s is back with its objects", name)


def keep_objects(module: ModuleType) -> None:
    """Give the S3 provider the storage backend, and the objects of the last time."""
    from localstack.services.s3 import models
    from localstack.services.s3.storage import ephemeral

    provider, backend = module.S3Provider, _storage_backend(ephemeral)
    create, notify, versioning = provider.__init__, provider._notify, provider.put_bucket_versioning

    @functools.wraps(create)
    def init(self: Any) -> None:
        scratch = settings().state / "tmp" / "s3"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        create(self, backend(str(scratch)))
        restore(models, self._storage_backend)

    @functools.wraps(notify)
    def noting_notify(self: Any, context: Any, s3_bucket: Any, s3_object: Any = None, s3_notif_ctx: Any = None) -> None:
        # the last step of every request that changes an object, and the first at which its tags are set
        keys = s3_bucket.objects
        journal: Journal | None = getattr(keys, "docqa_journal", None)
        if journal is not None and s3_object is not None:
            with journal.lock:
                if _held(keys, s3_object.key, s3_object.version_id) is s3_object:
                    journal.note_tags(s3_object)
        notify(self, context, s3_bucket, s3_object, s3_notif_ctx)

    @functools.wraps(versioning)
    def noting_versioning(self: Any, context: Any, bucket: str, *args: Any, **kwargs: Any) -> Any:
        was = self._get_cross_account_bucket(context, bucket)[1].versioning_status
        result = versioning(self, context, bucket, *args, **kwargs)
        if is_kept(bucket):
            found = find_bucket(bucket)
            if not was:
                for s3_object in found.objects.values():
                    found.objects.docqa_journal.note(s3_object)
            folder().save_bucket(bucket, bucket_record(found))
        return result

    provider.__init__, provider._notify, provider.put_bucket_versioning = init, noting_notify, noting_versioning


PATCHES: Final = {
    "localstack.services.s3.models": note_objects,
    "localstack.services.s3.provider": keep_objects,
}
