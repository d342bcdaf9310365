"""Where a tool's server may not be."""

import asyncio
import ipaddress

import httpx2
import pytest

from docqa.mcp.network import MOST_BYTES, AddressRefused, GuardedTransport, TooMuch, is_public, public_address


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]".strip("[]")])
def test_names_of_this_machine_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(public_address(host, 443))


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"both.example": ["1.1.1.1", "10.0.0.1"], "public.example": ["1.1.1.1"]}

    async def resolved() -> list[str]:
        loop = asyncio.get_running_loop()

        async def lookup(host: str, port: int, **more: object) -> list[tuple[object, ...]]:
            return [(2, 1, 6, "", (address, port)) for address in found[host]]

        monkeypatch.setattr(loop, "getaddrinfo", lookup)
        with pytest.raises(AddressRefused):
            await public_address("both.example", 443)
        return [await public_address("public.example", 443)]

    assert asyncio.run(resolved()) == ["1.1.1.1"]


def test_the_address_that_was_checked_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx2.Request] = []

    async def kept(self: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, stream=httpx2.ByteStream(b"ok"))

    async def address(host: str, port: int) -> str:
        return "1.1.1.1"

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", kept)
    monkeypatch.setattr("docqa.mcp.network.public_address", address)

    async def get() -> None:
        async with httpx2.AsyncClient(transport=GuardedTransport(private=False)) as http:
            await http.get("https://tools.example/mcp")

    asyncio.run(get())
    [request] = asked
    assert request.url.host == "1.1.1.1"
    assert request.headers["host"] == "tools.example"
    assert request.extensions["sni_hostname"] == "tools.example"


def test_no_response_is_read_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def long(self: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=httpx2.ByteStream(b"x" * (MOST_BYTES + 1)))

    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", long)

    async def get() -> None:
        async with httpx2.AsyncClient(transport=GuardedTransport(private=True)) as http:
            await http.get("http://tools.example/mcp")

    with pytest.raises(TooMuch):
        asyncio.run(get())
