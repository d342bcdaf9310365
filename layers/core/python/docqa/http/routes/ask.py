"""Questions: the whole answer at once, or as it is made."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from docqa.core.errors import DocQAError, InvalidRequest
from docqa.core.events import AskEvent, DoneEvent, ErrorEvent, UsageEvent
from docqa.core.models import Identity, Question, Scope, Usage
from docqa.http import errors, sse
from docqa.http.dependencies import CurrentUser, ServicesNeeded
from docqa.http.replays import Replays, parsed
from docqa.http.schemas import Answer, AskRequest
from docqa.http.scope import scope_of
from docqa.http.services import Services
from docqa.observability import EventLog

router = APIRouter(tags=["ask"])
log = EventLog()


@router.post("/ask")
async def ask(body: AskRequest, user: CurrentUser, services: ServicesNeeded) -> Answer:
    """Answer a question, with a citation for every claim."""
    question = await _accept(body, user, services)
    usage = Usage(provider="", model="")
    async for event in services.answerer.answer(question):
        if isinstance(event, UsageEvent):
            usage = Usage(**event.model_dump())
        elif isinstance(event, DoneEvent):
            return Answer(**event.model_dump(), usage=usage)
    raise DocQAError("The answer ended before it was complete.")


@router.post("/ask/stream", response_class=StreamingResponse)
async def ask_stream(
    body: AskRequest,
    user: CurrentUser,
    services: ServicesNeeded,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> StreamingResponse:
    """Answer a question as server-sent events. Every 4xx is decided before the first byte.

    With `Last-Event-ID` nothing is asked: an answer that was cut off goes on after the event of that id.
    """
    replays = Replays(services.cache)
    if last_event_id is not None:
        frames = await replays.follow(user, *parsed(last_event_id))
        return sse.EventResponse(frames)
    question = await _accept(body, user, services)
    events = services.answerer.answer(question)
    first = await anext(events)  # the answerer refuses a question before its first event
    stream_id = uuid.uuid4().hex
    frames = sse.encode(_ending_in_an_event(sse.begun(first, events)), stream_id=stream_id)
    return sse.EventResponse(replays.kept(frames, user, stream_id))


async def _accept(body: AskRequest, user: Identity, services: Services) -> Question:
    """Raises InvalidRequest for an unknown provider, NotFound for a scope or conversation that is not the user's,
    InvalidConfirmation."""
    if body.provider is not None:
        await _check_provider(body.provider, user, services)
    scope = await scope_of(body, user, services)
    if body.conversation_id is not None:
        await services.conversations.require(user.tenant_id, user.user_id, body.conversation_id)
    question = _question(body, user, scope)
    if body.confirm is None:
        return question
    confirmed = await services.confirmations.redeem(user.tenant_id, user.user_id, body.confirm)
    return question.model_copy(update={"confirmed": confirmed})


async def _check_provider(provider: str, user: Identity, services: Services) -> None:
    """Raises InvalidRequest for one that there is not, or that nobody has a key for."""
    offered = [view.provider for view in await services.models.offers(user.tenant_id, user.user_id) if view.available]
    if provider not in offered:
        raise InvalidRequest(f"The provider {provider!r} cannot be asked; there is: {', '.join(offered)}.")


def _question(body: AskRequest, user: Identity, scope: Scope) -> Question:
    return Question(
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        text=body.question,
        conversation_id=body.conversation_id,
        document_ids=scope.document_ids,
        collection_ids=scope.collection_ids,
        filters=body.filters,
        provider=body.provider,
        epoch=scope.epoch,
        embedding_model=scope.embedding_model,
    )


async def _ending_in_an_event(events: AsyncGenerator[AskEvent]) -> AsyncGenerator[AskEvent]:
    """The status line is long gone when an answer fails midway: what was raised becomes the last event."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    except Exception as error:
        shown = errors.shown(error)
        log.exception("answer_failed", code=shown.code)
        yield ErrorEvent(code=shown.code, message=shown.message, retryable=shown.retryable)
