"""A document's way to *ready*, live."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from docqa.core.events import ErrorEvent
from docqa.core.models import DocumentView, Identity, Status
from docqa.http import errors, sse
from docqa.http.dependencies import DocumentViewer, ServicesNeeded
from docqa.http.services import Services
from docqa.observability import EventLog

router = APIRouter(prefix="/documents", tags=["documents"])
log = EventLog()

POLL_S = 0.4
MAX_POLLS = 600
"""Four minutes, inside the function's time limit; a client reconnects and goes on."""


@router.get("/{document_id}/events", response_class=StreamingResponse)
async def events(document_id: UUID, user: DocumentViewer, services: ServicesNeeded) -> StreamingResponse:
    """`progress` events with the document's state whenever it moves; the stream ends at *ready* or *failed*.

    An `error` event ends it when the document cannot be looked at any more, for example because it was deleted or
    is no longer shared with the user.
    """
    first = await services.documents.get(user.tenant_id, document_id)
    return StreamingResponse(_follow(first, user, services), media_type=sse.MEDIA_TYPE, headers=sse.HEADERS)


async def _follow(view: DocumentView, user: Identity, services: Services) -> AsyncIterator[bytes]:
    last = ""
    for poll in range(MAX_POLLS):
        state = view.model_dump_json()
        if state != last:
            yield sse.frame("progress", state, f"{view.document_id}:{poll}")
            last = state
        elif poll % int(sse.HEARTBEAT_S / POLL_S) == 0:
            yield b": still here\n\n"
        if view.status in (Status.READY, Status.FAILED):
            return
        await asyncio.sleep(POLL_S)
        try:
            await services.access.document_role(user, view.document_id)
            view = await services.documents.get(user.tenant_id, view.document_id)
        except Exception as error:
            shown = errors.shown(error)
            log.exception("progress_failed", code=shown.code)
            event = ErrorEvent(code=shown.code, message=shown.message, retryable=shown.retryable)
            yield sse.frame(event.name, event.model_dump_json(), f"{view.document_id}:{poll}:error")
            return
