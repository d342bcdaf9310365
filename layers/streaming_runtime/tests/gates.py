"""Lets a test and the application under test meet: the application knocks, the test sees it and lets it pass.

Order is shown by events instead of by clocks: what the test has seen before it opened the gate was sent before.
"""

import queue
import socket
import threading

TIMEOUT = 30.0


class Knock:
    """The application waits behind this gate until `open`."""

    def __init__(self, name: str, sock: socket.socket) -> None:
        self.name = name
        self._sock = sock

    def open(self) -> None:
        self._sock.sendall(b"go\n")
        self._sock.close()


class Gates:
    """Listens on a port that the application finds in GATES_PORT."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._knocks: queue.Queue[Knock] = queue.Queue()
        threading.Thread(target=self._accept, daemon=True).start()

    def wait(self, name: str) -> Knock:
        """The next knock, which must be this one."""
        knock = self._knocks.get(timeout=TIMEOUT)
        assert knock.name == name, f"expected {name!r}, the application is at {knock.name!r}"
        return knock

    def nobody(self) -> bool:
        return self._knocks.empty()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # closed
            with sock.makefile("r") as file:
                name = file.readline().strip()
            self._knocks.put(Knock(name, sock))
