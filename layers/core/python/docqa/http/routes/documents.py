"""Documents: upload by presigned POST, look, retry, delete."""

from uuid import UUID

from fastapi import APIRouter, status

from docqa.core.errors import FileEmpty, FileTooLarge, UnsupportedType, UploadMissing
from docqa.core.formats import refusal
from docqa.core.ids import artifact_prefix, upload_key
from docqa.core.models import DocumentView, Format, Role, VersionKey
from docqa.http.dependencies import CurrentUser, DocumentEditor, DocumentViewer, ServicesNeeded, require
from docqa.http.schemas import DocumentCreated, DocumentLink, Documents, NewDocument, UploadForm
from docqa.http.services import Services

router = APIRouter(prefix="/documents", tags=["documents"])

MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    Format.CSV: "text/csv",
    Format.HTML: "text/html",
    Format.MARKDOWN: "text/markdown",
    Format.TEXT: "text/plain",
    Format.EML: "message/rfc822",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/jsonl",
}


@router.post("", status_code=status.HTTP_201_CREATED)
async def create(body: NewDocument, user: CurrentUser, services: ServicesNeeded) -> DocumentCreated:
    """Announce an upload and get the form to send it with. Nothing is uploaded through this address."""
    format = _accept(body, services)
    require(await services.access.collection_role(user, body.collection_id), Role.EDITOR)
    key = await services.documents.create(
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        filename=body.filename,
        format=format,
        size_bytes=body.size,
        collection_id=body.collection_id,
    )
    return _created(key, services, body.size)


@router.post("/{document_id}/versions", status_code=status.HTTP_201_CREATED)
async def add_version(
    document_id: UUID, body: NewDocument, user: DocumentEditor, services: ServicesNeeded
) -> DocumentCreated:
    """Replace a document, in the collection that it is in. The present version answers until the new one is ready."""
    format = _accept(body, services)
    key = await services.documents.add_version(
        tenant_id=user.tenant_id, document_id=document_id, filename=body.filename, format=format, size_bytes=body.size
    )
    return _created(key, services, body.size)


@router.get("")
async def list_documents(user: CurrentUser, services: ServicesNeeded, collection_id: UUID | None = None) -> Documents:
    """All documents that the user may see, or those of one collection, newest first."""
    scope = await services.access.scope(user, None, None if collection_id is None else (collection_id,))
    found = await services.documents.list_documents(user.tenant_id, collection_ids=scope.collection_ids)
    return Documents(documents=found)


@router.get("/{document_id}")
async def get_document(document_id: UUID, user: DocumentViewer, services: ServicesNeeded) -> DocumentView:
    """One document: status, stages, pages, chunks, error."""
    return await services.documents.get(user.tenant_id, document_id)


@router.post("/{document_id}/retry", status_code=status.HTTP_202_ACCEPTED)
async def retry(document_id: UUID, user: DocumentEditor, services: ServicesNeeded) -> DocumentView:
    """Process a failed document again; finished work is passed over."""
    view = await services.documents.get(user.tenant_id, document_id)
    key = VersionKey(tenant_id=user.tenant_id, document_id=document_id, version=view.version)
    if not await services.upload_objects.exists(upload_key(key)):
        raise UploadMissing()
    key, attempt = await services.documents.reset_for_retry(user.tenant_id, document_id)
    await services.executions.start(key, name=f"{document_id}-{key.version}-{attempt}")
    return await services.documents.get(user.tenant_id, document_id)


@router.post("/{document_id}/rechunk", status_code=status.HTTP_202_ACCEPTED)
async def rechunk(document_id: UUID, user: DocumentEditor, services: ServicesNeeded) -> DocumentView:
    """Index the same file anew, under the present options of its collection. What it says now answers until then."""
    original = await services.documents.original(user.tenant_id, document_id)
    if not await services.upload_objects.exists(upload_key(original.key)):
        raise UploadMissing()
    active, new = await services.documents.repeat_version(tenant_id=user.tenant_id, document_id=document_id)
    await services.upload_objects.copy(upload_key(active), upload_key(new))
    return await services.documents.get(user.tenant_id, document_id)


@router.delete("/{document_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete(document_id: UUID, user: DocumentEditor, services: ServicesNeeded) -> None:
    """Delete a document. It answers no question from this moment on; its files go too."""
    await remove(services, user.tenant_id, document_id)


@router.get("/{document_id}/content")
async def content(document_id: UUID, user: DocumentViewer, services: ServicesNeeded) -> DocumentLink:
    """A link to the original file of the version that answers now."""
    original = await services.documents.original(user.tenant_id, document_id)
    key = upload_key(original.key)
    if not await services.upload_objects.exists(key):
        raise UploadMissing()
    expires = services.settings.upload_lifetime_s
    url = services.uploads.presign_download(
        key, filename=original.filename, content_type=MEDIA_TYPES[original.format], expires_s=expires
    )
    return DocumentLink(url=url, expires_in=expires)


async def remove(services: Services, tenant_id: UUID, document_id: UUID) -> None:
    """Delete a document with its uploads and artifacts. Raises NotFound."""
    for key, content_hash in await services.documents.delete(tenant_id, document_id):
        await services.upload_objects.delete(upload_key(key))
        if content_hash is not None:
            await services.artifact_objects.delete_prefix(artifact_prefix(tenant_id, content_hash))


def _accept(body: NewDocument, services: Services) -> Format:
    """The format of an announced file. Raises UnsupportedType, FileEmpty, FileTooLarge."""
    format = Format.of_filename(body.filename)
    if format is None:
        raise UnsupportedType(refusal(body.filename))
    if body.size == 0:
        raise FileEmpty()
    if body.size > services.limits.max_upload_bytes:
        raise FileTooLarge(f"The file has {body.size:,} bytes; {services.limits.max_upload_bytes:,} are allowed.")
    return format


def _created(key: VersionKey, services: Services, size: int) -> DocumentCreated:
    url, fields = services.uploads.presign_upload(
        upload_key(key), max_bytes=size, expires_s=services.settings.upload_lifetime_s
    )
    return DocumentCreated(document_id=key.document_id, version=key.version, upload=UploadForm(url=url, fields=fields))
