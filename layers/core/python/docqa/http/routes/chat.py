"""Chat completions for clients that only know OpenAI's API: `/v1/models`, `/v1/chat/completions`.

A conversation that the client keeps is the history of the question. What such a client asks for its own purposes, as
titles, is answered without looking anything up.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from docqa.core.errors import DocQAError, NotFound
from docqa.core.events import AskEvent, DoneEvent, TokenEvent, UsageEvent
from docqa.core.models import Question, Usage
from docqa.http import chat_wire, errors, sse
from docqa.http.chat_wire import ChatBody, Completion
from docqa.http.dependencies import KnownUser, ServicesNeeded
from docqa.observability import EventLog

router = APIRouter(prefix="/v1", tags=["chat completions"])
log = EventLog()

NO_USAGE = Usage(provider="", model="")


@router.get("/models")
async def list_models(user: KnownUser) -> dict[str, Any]:
    """The models that can be named in `chat/completions`."""
    del user
    return chat_wire.model_list()


@router.get("/models/{model:path}")
async def get_model(model: str, user: KnownUser) -> dict[str, Any]:
    """One of them."""
    del user
    if model not in chat_wire.MODELS:
        raise NotFound(f"There is no model {model!r}; there is: {', '.join(chat_wire.MODELS)}.")
    return chat_wire.model_of(model)


@router.post("/chat/completions", response_model=None)
async def chat(body: ChatBody, request: Request, user: KnownUser, services: ServicesNeeded) -> Response:
    """Answer the last question of a conversation from the documents, with citations; streamed or not."""
    await get_model(body.model, user)
    text, turns = body.checked().conversation()
    completion = Completion(body, documents_url=f"{str(request.base_url).rstrip('/')}/api/v1/documents")
    if text.startswith(chat_wire.TASK):
        return _without_looking(completion, stream=body.stream)
    scope = await services.access.scope(user, None, None)
    question = Question(
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        text=text,
        turns=turns,
        document_ids=scope.document_ids,
        collection_ids=scope.collection_ids,
        epoch=scope.epoch,
        embedding_model=scope.embedding_model,
    )
    events = services.answerer.answer(question)
    first = await anext(events)  # a question is refused before its first event
    if not body.stream:
        return JSONResponse(await _whole(completion, sse.begun(first, events)))
    return sse.EventResponse(_frames(completion, sse.begun(first, events)))


async def _whole(completion: Completion, events: AsyncGenerator[AskEvent]) -> dict[str, Any]:
    usage = NO_USAGE
    async with aclosing(events):
        async for event in events:
            if isinstance(event, UsageEvent):
                usage = Usage(**event.model_dump())
            elif isinstance(event, DoneEvent):
                return completion.whole(event.answer, event.citations, usage, grounded=event.grounded)
    raise DocQAError("The answer ended before it was complete.")


async def _frames(completion: Completion, events: AsyncGenerator[AskEvent]) -> AsyncGenerator[bytes]:
    """The status line is long gone when an answer fails midway: the stream ends in an error, without its end."""
    usage = NO_USAGE
    yield completion.begin()
    try:
        async with aclosing(sse.beating(events)) as beats:
            async for event in beats:
                if event is None:
                    yield sse.HEARTBEAT
                elif isinstance(event, TokenEvent):
                    yield completion.token(event.text)
                elif isinstance(event, UsageEvent):
                    usage = Usage(**event.model_dump())
                elif isinstance(event, DoneEvent):
                    yield completion.end(event.citations, usage, grounded=event.grounded)
    except Exception as error:
        told = errors.shown(error)
        log.exception("answer_failed", code=told.code)
        yield completion.failed(told.message, told.code)


def _without_looking(completion: Completion, *, stream: bool) -> Response:
    if not stream:
        return JSONResponse(completion.whole(chat_wire.TASK_ANSWER, (), NO_USAGE, grounded=False))
    frames = completion.begin() + completion.token(chat_wire.TASK_ANSWER)
    return Response(frames + completion.end((), NO_USAGE, grounded=False), media_type=sse.MEDIA_TYPE)
