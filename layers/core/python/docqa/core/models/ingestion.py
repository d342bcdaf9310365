"""What the stages of ingestion hand on, and a document as its owner sees it."""

from datetime import datetime
from uuid import UUID

from docqa.core.models.base import Format, Model, Stage, Status
from docqa.core.models.passages import IngestOptions
from docqa.core.models.reading import DocumentMetadata, DocumentWarning


class VersionKey(Model):
    """Names one version of one document of one tenant."""

    tenant_id: UUID
    document_id: UUID
    version: int


class Job(Model):
    """What the state machine carries from stage to stage: names, never content."""

    key: VersionKey
    execution_id: str
    attempt: int
    format: Format
    content_sha256: str
    parser_version: str
    page_count: int | None
    options: IngestOptions = IngestOptions()


class Claim(Model):
    """What an execution learns when it takes a version. `format` is what the upload was announced as."""

    attempt: int
    format: Format
    options: IngestOptions = IngestOptions()


class Batch(Model):
    """One unit of embedding: the chunks stored under an artifact key."""

    index: int
    key: str


class Failure(Model):
    """Why a document version failed, for a person."""

    stage: Stage | None
    code: str
    message: str
    retryable: bool


class Original(Model):
    """The uploaded file of one version."""

    key: VersionKey
    filename: str
    format: Format


class OpenVersion(Model):
    """A version that is neither ready nor failed, as the janitor sees it. `changed_at`: when its status last moved."""

    key: VersionKey
    status: Status
    execution_id: str | None
    attempt: int
    changed_at: datetime
    deadline_at: datetime | None


class StageProgress(Model):
    """How far one stage of a version is; `done` of `total` units (page ranges, batches)."""

    stage: Stage
    status: str
    done: int
    total: int
    started_at: datetime | None
    finished_at: datetime | None


class DocumentView(Model):
    """A document as its owner sees it: the newest version's state."""

    document_id: UUID
    collection_id: UUID
    filename: str
    version: int
    active_version: int | None
    status: Status
    format: Format
    size_bytes: int
    pages: int | None
    chunks: int | None
    language: str | None = None
    metadata: DocumentMetadata = DocumentMetadata()
    warnings: tuple[DocumentWarning, ...] = ()
    options: IngestOptions = IngestOptions()
    error: Failure | None
    stages: tuple[StageProgress, ...] = ()
    created_at: datetime
    ready_at: datetime | None
