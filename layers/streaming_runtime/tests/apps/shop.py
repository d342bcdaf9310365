"""A FastAPI application as people write them: lifespan, models, cookies, streams, background tasks, errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from knock import knock
from pydantic import BaseModel


class State(TypedDict):
    greeting: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    yield {"greeting": "hello"}
    print("shop closed")


app = FastAPI(lifespan=lifespan)


class Item(BaseModel):
    name: str
    price: float


@app.get("/greet/{name}")
def greet(name: str, request: Request, response: Response) -> dict[str, str]:
    response.set_cookie("seen", "yes")
    response.set_cookie("name", name)
    context = request.scope["aws.context"]
    return {"text": f"{request.state.greeting} {name}", "function": context.function_name}


@app.post("/items", status_code=201)
async def add(item: Item, tasks: BackgroundTasks) -> Item:
    tasks.add_task(knock, f"stored {item.name}")
    return item


@app.get("/ask/stream")
async def ask(request: Request) -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        for token in ("one", "two"):
            await knock(f"before {token}")
            yield f"event: token\ndata: {token}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@app.get("/endless")
async def endless() -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 4096
        finally:
            await knock("generator closed")

    return StreamingResponse(lines(), media_type="text/plain")


@app.get("/teapot")
def teapot() -> None:
    raise HTTPException(418, "short and stout")


@app.get("/bug")
def bug() -> None:
    raise RuntimeError("a bug")
