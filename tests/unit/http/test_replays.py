"""An answer is read on after a cut, by its user alone, while it is made and afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import uuid4

import pytest

from docqa.core.errors import NotFound
from docqa.core.models import Identity
from docqa.http import replays
from docqa.http.replays import Replays, parsed
from docqa.http.sse import HEARTBEAT, frame
from tests.fakes.cache import MemoryCache

STREAM = uuid4().hex
USER = Identity(user_id=uuid4(), tenant_id=uuid4(), email="ada@example.org")
FRAMES = [frame("token", f'{{"text": "{n}"}}', f"{STREAM}:{n}") for n in range(1, 7)]


class Made:
    """Frames, one each time it is let go on; `closed` when it was closed before its end."""

    def __init__(self, *frames: bytes) -> None:
        self.frames = frames or tuple(FRAMES)
        self.next = asyncio.Event()
        self.closed = False

    async def __call__(self) -> AsyncGenerator[bytes]:
        try:
            for each in self.frames:
                await self.next.wait()
                yield each
                await asyncio.sleep(0.06)  # longer than what is gathered
        except (GeneratorExit, asyncio.CancelledError):
            self.closed = True
            raise


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "POLL_S", 0.01)
    monkeypatch.setattr(replays, "GRACE_S", 0.3)


async def read(frames: AsyncGenerator[bytes], count: int | None = None) -> list[bytes]:
    found: list[bytes] = []
    async with aclosing(frames):
        async for each in frames:
            found.append(each)
            if len(found) == count:
                break
    return found


def test_a_reader_who_stays_gets_everything() -> None:
    async def run() -> list[bytes]:
        made = Made()
        made.next.set()
        return await read(Replays(MemoryCache()).kept(made(), USER, STREAM))

    assert asyncio.run(run()) == FRAMES


@pytest.mark.parametrize("after", [0, 1, 3, 5, 6])
def test_a_finished_answer_is_read_on_from_anywhere(after: int) -> None:
    async def run() -> list[bytes]:
        kept, made = Replays(MemoryCache()), Made()
        made.next.set()
        await read(kept.kept(made(), USER, STREAM))
        return await read(await kept.follow(USER, STREAM, after))

    assert asyncio.run(run()) == FRAMES[after:]


def test_an_answer_goes_on_for_the_one_who_comes_back() -> None:
    async def run() -> tuple[list[bytes], list[bytes], bool]:
        kept, made = Replays(MemoryCache()), Made()
        made.next.set()
        first = asyncio.create_task(read(kept.kept(made(), USER, STREAM), 2))
        await asyncio.sleep(0.15)  # the connection breaks while the answer is being made
        rest = await read(await kept.follow(USER, STREAM, 2))
        return await first, rest, made.closed

    first, rest, closed = asyncio.run(run())
    assert (first, rest, closed) == (FRAMES[:2], FRAMES[2:], False)


def test_an_answer_that_nobody_reads_is_given_up() -> None:
    async def run() -> bool:
        kept, made = Replays(MemoryCache()), Made(*FRAMES * 100)
        made.next.set()
        await read(kept.kept(made(), USER, STREAM), 1)
        return made.closed

    assert asyncio.run(run())


@pytest.mark.parametrize(
    "who",
    [
        USER.model_copy(update={"user_id": uuid4()}),
        USER.model_copy(update={"tenant_id": uuid4()}),
    ],
    ids=["colleague", "stranger"],
)
def test_an_id_opens_nothing_to_others(who: Identity) -> None:
    async def run() -> None:
        kept, made = Replays(MemoryCache()), Made()
        made.next.set()
        await read(kept.kept(made(), USER, STREAM))
        await kept.follow(who, STREAM, 0)

    with pytest.raises(NotFound):
        asyncio.run(run())


def test_when_its_maker_is_gone_the_rest_is_an_error() -> None:
    async def run() -> list[bytes]:
        cache = MemoryCache()
        await cache.extend(f"replay:{USER.tenant_id}:{USER.user_id}:{STREAM}", FRAMES[:3], ttl_s=60)
        return await read(await Replays(cache).follow(USER, STREAM, 1))

    *found, last = asyncio.run(run())
    assert found == FRAMES[1:3]
    assert last.startswith(b"event: error\n")
    assert b'"retryable":true' in last


def test_without_a_cache_the_answer_is_whole_and_not_kept() -> None:
    async def run() -> list[bytes]:
        cache, made = MemoryCache(), Made()
        cache.down = True
        made.next.set()
        return await read(Replays(cache).kept(made(), USER, STREAM))

    assert asyncio.run(run()) == FRAMES


def test_heartbeats_are_passed_on_and_not_kept() -> None:
    async def run() -> tuple[list[bytes], list[bytes]]:
        kept, made = Replays(MemoryCache()), Made(FRAMES[0], HEARTBEAT, FRAMES[1])
        made.next.set()
        first = await read(kept.kept(made(), USER, STREAM))
        return first, await read(await kept.follow(USER, STREAM, 0))

    assert asyncio.run(run()) == ([FRAMES[0], HEARTBEAT, FRAMES[1]], FRAMES[:2])


def test_what_is_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "LARGEST", len(FRAMES[0]) * 3)

    async def run() -> tuple[list[bytes], list[bytes]]:
        kept, made = Replays(MemoryCache()), Made()
        made.next.set()
        first = await read(kept.kept(made(), USER, STREAM))
        return first, await read(await kept.follow(USER, STREAM, 0))

    first, again = asyncio.run(run())
    assert first == FRAMES
    assert again[-1].startswith(b"event: error\n")


@pytest.mark.parametrize("wrong", ["", "1", "x:1", f"{STREAM}", f"{STREAM}:", f"{STREAM}:-1", f"{STREAM}:1:2"])
def test_what_was_never_an_id_is_not_found(wrong: str) -> None:
    with pytest.raises(NotFound):
        parsed(wrong)
    assert parsed(f"{STREAM}:12") == (STREAM, 12)
