"""Collections: made, listed, changed, deleted with what is in them; documents indexed anew under their options."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from docqa.core.ids import upload_key
from docqa.core.models import Status, VersionKey
from tests.fakes.answering import TENANT


def made(api: Any, name: str, **options: Any) -> str:
    answer = api.http.post("collections", json={"name": name, "options": options})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["collection_id"])


def announced(api: Any, collection_id: str | None = None) -> str:
    body = {"filename": "a.pdf", "size": 10, "collection_id": collection_id}
    return str(api.http.post("documents", json=body).json()["document_id"])


def test_everyone_has_a_default_collection_that_stays(api: Any) -> None:
    [default] = api.http.get("collections").json()["collections"]
    assert (default["name"], default["is_default"], default["options"]["strategy"]) == ("Documents", True, "sections")
    refused = api.http.delete(f"collections/{default['collection_id']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert api.http.get(f"documents/{announced(api)}").json()["collection_id"] == default["collection_id"]


def test_a_documents_options_are_its_collections(api: Any) -> None:
    chosen = made(api, "Contracts", strategy="sentence", chunk_tokens=120)
    view = api.http.get(f"documents/{announced(api, chosen)}").json()
    assert (view["options"]["strategy"], view["options"]["chunk_tokens"]) == ("sentence", 120)


def test_a_listing_can_be_of_one_collection(api: Any) -> None:
    chosen = made(api, "Contracts")
    inside, _ = announced(api, chosen), announced(api)
    listed = api.http.get("documents", params={"collection_id": chosen}).json()["documents"]
    assert [row["document_id"] for row in listed] == [inside]
    assert api.http.get("documents", params={"collection_id": str(uuid4())}).status_code == 404


@pytest.mark.parametrize(
    ("options", "field"),
    [({"strategy": "magic"}, "strategy"), ({"chunk_tokens": 5000}, "chunk_tokens"), ({"chunk_size": 5}, "chunk_size")],
)
def test_options_that_cannot_be_are_refused_with_their_name(api: Any, options: dict[str, Any], field: str) -> None:
    refused = api.http.post("collections", json={"name": "x", "options": options})
    assert refused.status_code in (400, 422)
    assert field in refused.text


def test_two_collections_of_one_name_are_refused(api: Any) -> None:
    made(api, "Contracts")
    refused = api.http.post("collections", json={"name": "contracts"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "collection_exists")


def test_deleting_a_collection_deletes_what_is_in_it_and_nothing_else(api: Any) -> None:
    chosen = made(api, "Contracts")
    inside, outside = announced(api, chosen), announced(api)
    for document_id in (inside, outside):
        key = VersionKey(tenant_id=TENANT, document_id=UUID(document_id), version=1)
        api.services.uploads.objects[upload_key(key)] = b"x"
    assert api.http.delete(f"collections/{chosen}").status_code == 204
    assert api.http.get(f"collections/{chosen}").status_code == 404
    assert [row["document_id"] for row in api.http.get("documents").json()["documents"]] == [outside]
    assert [key.split("/")[2] for key in api.services.uploads.objects] == [outside]


def test_indexing_anew_copies_the_file_to_a_new_version_under_the_present_options(api: Any) -> None:
    chosen = made(api, "Contracts")
    document_id = announced(api, chosen)
    first = VersionKey(tenant_id=TENANT, document_id=UUID(document_id), version=1)
    gone = api.http.post(f"documents/{document_id}/rechunk")
    assert gone.json()["error"]["code"] == "upload_missing"
    api.services.uploads.objects[upload_key(first)] = b"the file"
    early = api.http.post(f"documents/{document_id}/rechunk")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_ready")
    api.services.documents.change(TENANT, first.document_id, active_version=1, status=Status.READY)
    api.http.patch(f"collections/{chosen}", json={"options": {"strategy": "fixed"}})
    view = api.http.post(f"documents/{document_id}/rechunk").json()
    assert (view["version"], view["active_version"], view["options"]["strategy"]) == (2, 1, "fixed")
    assert api.services.uploads.objects[upload_key(first.model_copy(update={"version": 2}))] == b"the file"


def test_reranking_is_switched_per_collection_and_leaves_the_rest_alone(api: Any) -> None:
    chosen = made(api, "Contracts", strategy="sentence")
    assert api.http.get(f"collections/{chosen}").json()["search"] == {"rerank": True}
    changed = api.http.patch(f"collections/{chosen}", json={"search": {"rerank": False}}).json()
    assert (changed["search"], changed["name"]) == ({"rerank": False}, "Contracts")
    assert changed["options"]["strategy"] == "sentence"
    renamed = api.http.patch(f"collections/{chosen}", json={"name": "Deeds"}).json()
    assert renamed["search"] == {"rerank": False}
    born = api.http.post("collections", json={"name": "Code", "search": {"rerank": False}}).json()
    assert born["search"] == {"rerank": False}
    refused = api.http.patch(f"collections/{chosen}", json={"search": {"reranking": False}})
    assert refused.status_code == 422
