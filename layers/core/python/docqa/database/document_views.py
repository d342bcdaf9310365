"""Documents as their owner sees them: the newest version's state and progress."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.models import (
    DocumentMetadata,
    DocumentView,
    DocumentWarning,
    Failure,
    Format,
    IngestOptions,
    Stage,
    StageProgress,
    Status,
)
from docqa.database.tables import stage_progress, stage_units

_VIEW = text("""
    select d.id as document_id, d.collection_id, v.filename, v.version, d.active_version, v.status, v.format,
           coalesce(v.size_bytes, v.declared_bytes) as size_bytes, v.page_count as pages, v.chunk_count as chunks,
           v.language, v.metadata, v.warnings, v.options, v.error_stage, v.error_code, v.error_message,
           v.error_retryable, d.created_at, v.ready_at, v.id as version_id
      from documents d
      join document_versions v on v.document_id = d.id and v.version = d.latest_version
     where d.tenant_id = :tenant_id
       and d.deleted_at is null
       and (cast(:document_id as uuid) is null or d.id = :document_id)
       and (cast(:collection_ids as uuid[]) is null or d.collection_id = any (cast(:collection_ids as uuid[])))
     order by d.created_at desc, d.id
""")


async def views(
    connection: AsyncConnection, tenant_id: UUID, *, document_id: UUID | None, collection_ids: Sequence[UUID] | None
) -> list[DocumentView]:
    """Newest first; None means all."""
    values = {
        "tenant_id": tenant_id,
        "document_id": document_id,
        "collection_ids": None if collection_ids is None else list(collection_ids),
    }
    rows = (await connection.execute(_VIEW, values)).mappings().all()
    stages = await _stages(connection, [row["version_id"] for row in rows])
    return [_view(row, stages.get(row["version_id"], ())) for row in rows]


async def _stages(connection: AsyncConnection, version_ids: list[int]) -> dict[int, tuple[StageProgress, ...]]:
    """Progress of each version in the order of the stages."""
    done = (
        select(func.count())
        .where(stage_units.c.version_id == stage_progress.c.version_id, stage_units.c.stage == stage_progress.c.stage)
        .scalar_subquery()
    )
    found = await connection.execute(
        select(stage_progress, done.label("done")).where(stage_progress.c.version_id.in_(version_ids))
    )
    order = list(Stage)
    stages: dict[int, tuple[StageProgress, ...]] = {}
    for row in sorted(found, key=lambda row: order.index(row.stage)):
        progress = StageProgress(
            stage=Stage(row.stage),
            status="running" if row.finished_at is None else "done",
            done=row.done,
            total=row.total,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )
        stages[row.version_id] = (*stages.get(row.version_id, ()), progress)
    return stages


def _view(row: RowMapping, stages: tuple[StageProgress, ...]) -> DocumentView:
    error = None
    if row["error_code"] is not None:
        error = Failure(
            stage=None if row["error_stage"] is None else Stage(row["error_stage"]),
            code=row["error_code"],
            message=row["error_message"],
            retryable=row["error_retryable"],
        )
    return DocumentView(
        document_id=row["document_id"],
        collection_id=row["collection_id"],
        filename=row["filename"],
        version=row["version"],
        active_version=row["active_version"],
        status=Status(row["status"]),
        format=Format(row["format"]),
        size_bytes=row["size_bytes"],
        pages=row["pages"],
        chunks=row["chunks"],
        language=row["language"],
        metadata=DocumentMetadata.model_validate_json(json.dumps(row["metadata"])),
        warnings=tuple(DocumentWarning.model_validate_json(json.dumps(one)) for one in row["warnings"]),
        options=IngestOptions(**row["options"]),
        error=error,
        stages=stages,
        created_at=row["created_at"],
        ready_at=row["ready_at"],
    )
