"""The bounded pipe that carries a streamed answer from a function to the client that waits for it."""

import threading
from collections import deque
from collections.abc import Callable

MAX_BUFFERED = 256 * 1024
"""Bytes that may wait for the client; then the function's writes block (backpressure)."""


class ClientGoneError(Exception):
    """The client has disconnected: nobody will read what is written."""


class StreamBrokenError(Exception):
    """The function failed after its answer had begun; the message is its error body."""


class ResponseStream:
    """Written by the thread that serves the Runtime API, read by the one that serves the client.

    States: waiting → `start` (the function streams) → `end`; `finish` when the invocation is over, streamed or not;
    `cancel` at any time by the reader's side.
    """

    def __init__(self) -> None:
        self.content_type = ""
        self.started = False
        self.cancelled = False
        self._ended = False
        self._error: bytes | None = None
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._changed = threading.Condition()
        self._on_cancel: Callable[[], None] | None = None

    # the function's side

    def start(self, content_type: str, on_cancel: Callable[[], None]) -> None:
        """The function answers in streaming mode. `on_cancel` is called once if the client goes.

        Raises ClientGoneError.
        """
        with self._changed:
            if self.cancelled:
                raise ClientGoneError
            self.content_type, self._on_cancel, self.started = content_type, on_cancel, True
            self._changed.notify_all()

    def write(self, data: bytes) -> None:
        """Blocks while the client is slow. Raises ClientGoneError."""
        with self._changed:
            self._changed.wait_for(lambda: self.cancelled or self._ended or self._size < MAX_BUFFERED)
            if self.cancelled or self._ended:
                raise ClientGoneError
            self._pieces.append(data)
            self._size += len(data)
            self._changed.notify_all()

    def end(self, error: bytes | None = None) -> None:
        """No more data. `error`: the function failed with this error body. Only the first call counts."""
        with self._changed:
            if not self._ended:
                self._ended, self._error = True, error
                self._on_cancel = None
                self._changed.notify_all()

    # the client's side

    def wait_for_start(self) -> bool:
        """Blocks until the kind of answer is known; True: it is streamed."""
        with self._changed:
            self._changed.wait_for(lambda: self.started or self._ended)
            return self.started

    def read(self) -> bytes:
        """All that is there, at least one byte; empty at the end of the stream.

        Raises StreamBrokenError once everything before the failure has been read, ClientGoneError after `cancel`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._pieces or self._ended or self.cancelled)
            if self.cancelled:
                raise ClientGoneError
            if self._pieces:
                data = b"".join(self._pieces)
                self._pieces.clear()
                self._size = 0
                self._changed.notify_all()
                return data
            if self._error is not None:
                raise StreamBrokenError(self._error.decode("utf-8", "replace"))
            return b""

    def cancel(self) -> None:
        """The client has gone: drop what waits, and fail the function's writes from now on."""
        with self._changed:
            if self.cancelled or self._ended:
                return
            self.cancelled = True
            self._pieces.clear()
            self._size = 0
            on_cancel, self._on_cancel = self._on_cancel, None
            self._changed.notify_all()
        if on_cancel:
            on_cancel()
