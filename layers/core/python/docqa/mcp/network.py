"""Requests that reach public addresses only and read no more than so much.

The address that was checked is the one that is connected to: a name that resolves to something else a moment later (DNS
rebinding) changes nothing. Redirects are not followed.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator

import httpx2

MOST_BYTES = 1_048_576
"""Of one response."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(httpx2.TransportError):
    """The server is at an address that it may not be at."""


class TooMuch(httpx2.TransportError):
    """A response is longer than `MOST_BYTES`."""


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """`private`: any address will do."""

    def __init__(self, *, private: bool) -> None:
        super().__init__(trust_env=False)
        self._private = private

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises AddressRefused, TooMuch, and what the transport raises."""
        if not self._private:
            host = request.url.host
            address = await public_address(host, request.url.port or 443)
            request.url = request.url.copy_with(host=address)  # the Host header stays
            request.extensions = {**request.extensions, "sni_hostname": host}
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Capped(response.stream),
            extensions=response.extensions,
        )


async def public_address(host: str, port: int) -> str:
    """An address of the host, if all of them are public. Raises AddressRefused, ConnectError for an unknown host."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx2.ConnectError(f"{host} is not known.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(is_public(ipaddress.ip_address(address.partition("%")[0])) for address in addresses):
        raise AddressRefused(f"{host} is at an address that is not public.")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether it is reachable over the internet, also of an IPv4 address that stands within an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


class _Capped(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for part in self._stream:
            left -= len(part)
            if left < 0:
                raise TooMuch(f"The response is longer than {MOST_BYTES} bytes.")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
