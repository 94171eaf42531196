"""A slow request is cut off; a client that waits for a response is not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.support.asgi_server import speaking
from tests.support.polling import eventually
from transport.server.http_limits import BoundedHttp

PATIENCE_SECONDS = 60
TOO_SLOW_SECONDS = 0.2
HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n"


async def count(request: Request) -> PlainTextResponse:
    """Longer than a request may take."""
    body = await request.body()
    await asyncio.sleep(5 * TOO_SLOW_SECONDS)
    return PlainTextResponse(f"{len(body)}")


async def much(_request: Request) -> PlainTextResponse:
    """More than the buffers on the way to a client that does not read."""
    return PlainTextResponse("x" * 64_000_000)


class NotedHttp(BoundedHttp):
    lost: ClassVar[list[Exception | None]] = []

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)
        super().connection_lost(exc)


class ImpatientHttp(NotedHttp):
    request_seconds = TOO_SLOW_SECONDS
    answer_seconds = TOO_SLOW_SECONDS


class LingeringHttp(NotedHttp):
    """Waits long for who reads, but not once a connection is over."""

    linger_seconds = TOO_SLOW_SECONDS


async def read_all(client: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while await loop.sock_recv(client, 1_000_000):
        pass


async def lost() -> bool:
    return bool(NotedHttp.lost)


APP = Starlette(routes=[Route("/", count, methods=["POST"]), Route("/much", much)])


@pytest.fixture
async def port() -> AsyncIterator[int]:
    NotedHttp.lost.clear()
    async with speaking(ImpatientHttp, APP) as listening:
        yield listening


@pytest.mark.parametrize(
    "begun",
    [b"", b"POST / HT", HEAD, b"GET / HTTP/1.1\r\nupgrade: websocket\r\n"],
    ids=["nothing", "half a head", "no body", "half a handshake"],
)
async def test_a_request_that_stops_is_closed(port: int, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await reader.read() == b""
    writer.close()


async def test_drops_do_not_keep_it_open(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\n")

    async with asyncio.timeout(PATIENCE_SECONDS):
        # A reset is possible too: the answer to a write after the close.
        while not (reader.at_eof() or reader.exception()):
            writer.write(b"x: y\r\n")
            await asyncio.sleep(TOO_SLOW_SECONDS / 10)
    writer.close()


async def test_an_answer_may_take_longer(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(2):
            writer.write(HEAD + b"x")
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n1")
    writer.close()


async def test_an_answer_that_nobody_reads_is_dropped(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /much HTTP/1.1\r\nhost: x\r\n\r\n")

    await eventually(lost)
    writer.close()


async def test_a_connection_that_is_over_does_not_wait_for_its_reader() -> None:
    """And nothing of the answer stays behind, in the kernel: it resets."""
    NotedHttp.lost.clear()
    loop = asyncio.get_running_loop()
    async with speaking(LingeringHttp, APP) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.setblocking(False)
            client.sendall(b"GET /much HTTP/1.1\r\nhost: x\r\n\r\n")
            assert await loop.sock_recv(client, 1) == b"H"

            client.sendall(b"no request\r\n\r\n")

            await eventually(lost)
            with pytest.raises(ConnectionResetError):
                await read_all(client)
