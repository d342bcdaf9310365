"""LocalStack's S3 objects as JSON records, and back.

Named attributes, not pickles: a record is readable, and does not depend on the version of LocalStack.
"""

from datetime import datetime
from typing import Any, Final

from docqa_localstack.plugin.persistence.blobs import Record

PLAIN: Final = (
    "key",
    "version_id",
    "etag",
    "size",
    "user_metadata",
    "system_metadata",
    "storage_class",
    "checksum_algorithm",
    "checksum_value",
    "checksum_type",
    "encryption",
    "kms_key_id",
    "bucket_key_enabled",
    "sse_key_hash",
    "lock_mode",
    "lock_legal_status",
    "website_redirect_location",
    "owner",
    "internal_last_modified",
)
DATES: Final = ("last_modified", "expires", "lock_until")
BLOB: Final = "docqa_blob"
SEQUENCE: Final = "docqa_sequence"
"""Attributes that the store adds to LocalStack's objects: the name of the blob, and when it was set (ns)."""


def _date(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def object_record(s3_object: Any, tags: dict[str, str]) -> Record:
    """The record of an S3Object with its tags, or of an S3DeleteMarker."""
    common = {"key": s3_object.key, "version_id": s3_object.version_id, "sequence": getattr(s3_object, SEQUENCE)}
    if not hasattr(s3_object, "etag"):
        return {**common, "delete_marker": True, "last_modified": _date(s3_object.last_modified)}
    return {
        **common,
        **{name: getattr(s3_object, name) for name in PLAIN},
        **{name: _date(getattr(s3_object, name)) for name in DATES},
        "parts": list((s3_object.parts or {}).items()),
        "tags": tags,
        "blob": getattr(s3_object, BLOB),
    }


def restored_object(record: Record, object_class: Any, marker_class: Any) -> Any:
    """The S3Object or S3DeleteMarker of a record."""
    if record.get("delete_marker"):
        marker = marker_class(key=record["key"], version_id=record["version_id"])
        marker.last_modified = datetime.fromisoformat(record["last_modified"])
        setattr(marker, SEQUENCE, record["sequence"])
        return marker
    s3_object = object_class(key=record["key"])
    for name in PLAIN:
        setattr(s3_object, name, record[name])
    for name in DATES:
        value = record[name]
        setattr(s3_object, name, datetime.fromisoformat(value) if value else None)
    s3_object.parts = {int(number): part for number, part in record["parts"]}
    setattr(s3_object, BLOB, record["blob"])
    setattr(s3_object, SEQUENCE, record["sequence"])
    return s3_object


def bucket_record(bucket: Any) -> Record:
    """What a bucket needs to hold its objects. Its settings come back with the next deployment."""
    return {
        "account_id": bucket.bucket_account_id,
        "region": bucket.bucket_region,
        "location_constraint": bucket.location_constraint,
        "object_ownership": bucket.object_ownership,
        "object_lock_enabled": bool(bucket.object_lock_enabled),
        "versioning_status": bucket.versioning_status,
        "creation_date": _date(bucket.creation_date),
        "owner": bucket.owner,
    }
