"""Which port a part listens on: the one it had, else its usual one, else the next free one."""

import socket
from collections.abc import Collection
from dataclasses import dataclass

from docqa_localstack.host.errors import ServiceError
from docqa_localstack.host.paths import DEFAULT_STACK
from docqa_localstack.host.processes import listener

PREFERRED = {"localstack": 4566, "postgres": 54329, "valkey": 63799}
SEARCHED = 200
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Choice:
    """A port, and a sentence when it is not the one that was to be expected."""

    port: int
    remark: str = ""


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # as servers do: an old connection that waits for its end does not make a port taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(
    part: str, *, stack: str = DEFAULT_STACK, remembered: int | None = None, reserved: Collection[int] = ()
) -> Choice:
    """A free port for a part.

    The remembered one first, so that addresses stay. The usual ones are the main stack's; other stacks take the ones
    behind them. `reserved`: ports that belong to others of ours, whether they run or not.
    Raises ServiceError when none of the 200 behind the usual one is free.
    """
    usual = PREFERRED[part]
    wanted = remembered or (usual if stack == DEFAULT_STACK else None)
    if wanted is not None and wanted not in reserved and is_free(wanted):
        return Choice(wanted)
    for port in range(usual + 1, usual + 1 + SEARCHED):
        if port not in reserved and port not in PREFERRED.values() and is_free(port):
            return Choice(port, _remark(part, wanted, port) if wanted is not None else "")
    raise ServiceError(
        f"No port from {usual} to {usual + SEARCHED} is free for {part}.", hint="End what listens there and try again."
    )


def _remark(part: str, wanted: int, port: int) -> str:
    holder = listener(wanted)
    return f"Port {wanted} is taken by {holder or 'another program'}, so {part} listens on {port} instead."
