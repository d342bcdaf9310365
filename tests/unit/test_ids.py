"""Object keys: ours, reversible, and nothing of a user's in them."""

from uuid import UUID, uuid4

import pytest

from docqa.core import ids
from docqa.core.errors import InvalidRequest
from docqa.core.models import VersionKey

KEY = VersionKey(tenant_id=uuid4(), document_id=uuid4(), version=3)


def test_upload_key_is_reversible() -> None:
    assert ids.parse_upload_key(ids.upload_key(KEY)) == KEY


@pytest.mark.parametrize(
    "key", ["", "uploads/a/b/c", f"artifacts/{uuid4()}/{uuid4()}/1", f"uploads/{uuid4()}/{uuid4()}/1/2", "uploads///"]
)
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(InvalidRequest):
        ids.parse_upload_key(key)


def test_artifacts_are_addressed_by_what_went_in() -> None:
    tenant = UUID(int=1)
    one = ids.artifact_key(tenant, "ab", "pages", "pdf-1", "1-8")
    assert one == ids.artifact_key(tenant, "ab", "pages", "pdf-1", "1-8")
    others = {
        ids.artifact_key(UUID(int=2), "ab", "pages", "pdf-1", "1-8"),
        ids.artifact_key(tenant, "cd", "pages", "pdf-1", "1-8"),
        ids.artifact_key(tenant, "ab", "pages", "pdf-2", "1-8"),
        ids.artifact_key(tenant, "ab", "pages", "pdf-1", "9-16"),
        ids.artifact_key(tenant, "ab", "pages", "pdf-11-8", ""),
    }
    assert one not in others
    assert len(others) == 5
    assert one.startswith(ids.artifact_prefix(tenant, "ab"))
