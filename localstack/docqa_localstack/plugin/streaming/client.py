"""The connection of a client to LocalStack's gateway, as the thread that makes an answer sees it.

Twisted's WSGI container says nothing to the application about its client: an answer is written into an unbounded
buffer, and a client that has gone shows only with the next write. Here the request that Twisted holds travels in the
WSGI environment, under CLIENT_KEY.
"""

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

CLIENT_KEY = "docqa.client"


class ClientConnection:
    """One request's connection. Made in the reactor's thread, used in the application's.

    Backpressure: this is a push producer of Twisted's, so it is paused while more than 64 KiB wait for the socket.
    """

    def __init__(self, wsgi_response: Any) -> None:
        self._response = wsgi_response
        self._writable = threading.Event()
        self._writable.set()
        self._gone = threading.Event()
        self._on_gone: Callable[[], None] | None = None
        # else each small piece waits, by Nagle's algorithm, for the client's delayed acknowledgement of the last: 40 ms
        wsgi_response.request.transport.setTcpNoDelay(True)
        wsgi_response.request.notifyFinish().addErrback(self._connection_lost)

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when the client goes before its answer is complete; now if it already has."""
        self._on_gone = callback
        if self._gone.is_set():
            callback()

    def begin(self) -> None:
        """Send status and headers now, before there is a body, and take part in flow control."""
        from twisted.internet.threads import blockingCallFromThread

        self._response.write(b"")
        blockingCallFromThread(self._response.reactor, self._register)

    def wait_until_writable(self) -> None:
        """Block while the client has much to read still; returns when it has gone, too."""
        self._writable.wait()

    def finish(self) -> None:
        """Take no more part in flow control. To be called before the answer ends."""
        self._response.reactor.callFromThread(self._unregister)

    def _register(self) -> None:
        if not self._gone.is_set():
            self._response.request.registerProducer(self, True)

    def _unregister(self) -> None:
        if not self._gone.is_set() and not self._response.request.finished:
            self._response.request.unregisterProducer()

    def _connection_lost(self, reason: Any) -> None:
        self._gone.set()
        self._writable.set()
        if self._on_gone:
            self._on_gone()

    # what Twisted calls on a push producer, in the reactor's thread

    def pauseProducing(self) -> None:
        self._writable.clear()

    def resumeProducing(self) -> None:
        self._writable.set()

    def stopProducing(self) -> None:
        self._writable.set()


def expose_client(module: ModuleType) -> None:
    """Patch rolo.serving.twisted: put the connection into the WSGI environment of each request."""
    response_class = module.HeaderPreservingWSGIResponse
    original = response_class.__init__

    def __init__(self: Any, reactor: Any, threadpool: Any, application: Any, request: Any) -> None:
        original(self, reactor, threadpool, application, request)
        self.environ[CLIENT_KEY] = ClientConnection(self)

    response_class.__init__ = __init__
