"""A request whose head does not end is refused, in every part of the head."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.support.asgi_server import speaking
from transport.server.http_limits import BoundedHttp

PATIENCE_SECONDS = 60
REFUSED = b"HTTP/1.1 400 Bad Request"
CLOSED = b"closed"  # a client that is still writing may not receive the reason
LONG = b"x" * 70_000
# More than is read at once.
ENDLESS = b"x" * 600_000
UPGRADE = (
    b"host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
)


async def count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())}")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = Starlette(routes=[Route("/", count, methods=["POST"])])
    async with speaking(BoundedHttp, app) as listening:
        yield listening


async def answer(port: int, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(PATIENCE_SECONDS):
        writer.writelines(pieces)
        try:
            said = await reader.readuntil(b"\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            return CLOSED
    writer.close()
    return said.partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET /", ENDLESS],
        [b"GET / HTTP/1.1\r\nhost: x\r\nx: ", ENDLESS],
        [b"GET / HTTP/1.1\r\nhost: x\r\n", b"x: y\r\n" * 90_000],
        [
            b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n",
            b"1\r\na\r\n0\r\n",
            b"x: y\r\n" * 90_000,
        ],
    ],
    ids=["url", "header", "headers", "trailers"],
)
async def test_an_endless_head_is_refused(port: int, pieces: list[bytes]) -> None:
    assert await answer(port, *pieces) in {REFUSED, CLOSED}


@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\ncontent-length: 2\r\n" + UPGRADE,
        b"GET / HTTP/1.1\r\ncontent-length: 2\r\n" + UPGRADE,
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 200 + UPGRADE,
        b"GET /?\xc3\xa9 HTTP/1.1\r\n" + UPGRADE,
        b"GET / HTTP/1.1\r\n" + UPGRADE.replace(b": 13", b": 99"),
    ],
    ids=["post", "body", "headers", "url", "version"],
)
async def test_what_is_no_handshake_is_refused(port: int, request_: bytes) -> None:
    """With a status: not by silence, and not by closing the connection."""
    said = await answer(port, request_ + b"\r\n")

    assert said in {
        REFUSED,
        b"HTTP/1.1 426 Upgrade Required",
    }  # the latter for an unknown version


async def test_a_real_handshake_reaches_the_application(port: int) -> None:
    said = await answer(port, b"GET / HTTP/1.1\r\n" + UPGRADE + b"\r\n")

    assert said == b"HTTP/1.1 403 Forbidden"  # this application has no sockets


async def test_bodies_are_not_counted(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 700000\r\n\r\n"

    assert await answer(port, head, *([LONG] * 10)) == b"HTTP/1.1 200 OK"


async def test_each_request_of_a_connection_is_counted_alone(port: int) -> None:
    request = b"POST / HTTP/1.1\r\nhost: x\r\nx: %b\r\ncontent-length: 0\r\n\r\n" % (
        b"y" * 30_000
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(4):
            writer.write(request)
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n0")
    writer.close()
