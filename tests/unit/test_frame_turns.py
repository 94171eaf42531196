"""The frames of sockets are read in turns, with the requests of a crowd."""

from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.server import ServerState

from runtime import turns as module
from runtime.turns import Turns
from tests.support.asgi_socket import settle
from tests.support.polling import eventually
from tests.support.wire import RecordedTransport
from transport.server import socket_limits
from transport.server.http_limits import BoundedHttp
from transport.server.request_lines import TURNS
from transport.server.socket_limits import PIECE_BYTES, BoundedSocket

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
FRAMES, SOCKETS = 100, 10
PING = b"\x89\x80\0\0\0\0"
CLOSE_REPLY = b"\x88\x82\0\0\0\0\x03\xe8"
LAST = "bye"  # the server closes


def frame(text: str) -> bytes:
    """Of a client: its mask changes nothing."""
    size = len(text)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe%b"
    head = head.replace(b"%b", size.to_bytes(2))
    return head + b"\0\0\0\0" + text.encode()


class Server:
    """Notes what is handled, in this order."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.turns = Turns()
        self.state = ServerState()
        self._config = uvicorn.Config(
            self._answer, ws=BoundedSocket, interface="asgi3", log_config=None
        )
        self._config.load()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.order.append("request")
            await PlainTextResponse("")(scope, receive, send)
            return
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        try:
            while not self.order or self.order[-1] != LAST:
                self.order.append(await socket.receive_text())
            await socket.close()
        except WebSocketDisconnect:
            pass

    def connect(self) -> RecordedTransport:
        connection = BoundedHttp(self._config, self.state, {TURNS: self.turns})
        transport = RecordedTransport()
        transport.set_protocol(connection)
        connection.connection_made(transport)
        return transport

    async def socket(self) -> RecordedTransport:
        transport = self.connect()
        arrive(transport, HANDSHAKE)
        await settle()
        return transport

    async def handled(self, messages: int) -> None:
        async def are_handled() -> bool:
            return len(self.order) == messages

        await eventually(are_handled)


def arrive(transport: RecordedTransport, data: bytes) -> None:
    transport.get_protocol().data_received(data)  # type: ignore[attr-defined] # a Protocol


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.0)
    server = Server()
    yield server
    for connection in list(server.state.connections):
        connection.connection_lost(None)
    await settle()


async def test_a_request_goes_before_most_frames_of_many_sockets(
    server: Server,
) -> None:
    sockets = [await server.socket() for _ in range(SOCKETS)]
    for each in sockets:
        arrive(each, frame("x" * 90) * FRAMES)
    arrive(server.connect(), REQUEST)
    await server.handled(SOCKETS * FRAMES + 1)

    assert server.order.index("request") < SOCKETS * FRAMES / 4


async def test_messages_keep_their_order_and_stay_whole(server: Server) -> None:
    socket = await server.socket()
    texts = [f"{number:04}" * (1 + number * 7 % 3_000) for number in range(60)]
    data = b"".join(map(frame, texts))
    middle = len(data) // 2 + 1
    arrive(socket, data[:middle])
    arrive(socket, data[middle:])
    await server.handled(len(texts))

    assert server.order == texts


@pytest.mark.parametrize("data", [frame("x" * 90) * 500, PING * 5_000])
async def test_a_client_sends_no_more_until_all_was_read(
    server: Server, data: bytes
) -> None:
    assert len(data) > PIECE_BYTES
    socket = await server.socket()
    arrive(socket, data)
    assert socket.is_paused

    async def is_read() -> bool:
        return not socket.is_paused

    await eventually(is_read)
    arrive(socket, frame("last"))
    await server.handled(data.count(b"x" * 90) + 1)
    assert server.order[-1] == "last"


@pytest.mark.parametrize("more", [b"", frame("x" * 90) * FRAMES])
async def test_a_close_of_the_server_ends_with_the_reply(
    server: Server, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    """The application reads nothing any more, and no time-out has to pass."""
    monkeypatch.setattr(socket_limits, "CLOSE_REPLY_SECONDS", 600.0)
    monkeypatch.setattr(BoundedSocket, "linger_seconds", 600.0)
    socket = await server.socket()
    arrive(socket, frame(LAST) + more)
    await server.handled(1)
    await settle()
    assert not socket.is_closing()
    arrive(socket, CLOSE_REPLY)

    async def is_closed() -> bool:
        return socket.is_closing()

    await eventually(is_closed, 10)


async def test_what_a_client_that_has_gone_has_sent_is_not_read(
    server: Server,
) -> None:
    socket = await server.socket()
    arrive(socket, frame("x" * 90) * FRAMES)
    socket.close()
    socket.get_protocol().connection_lost(None)
    await settle()

    assert len(server.order) < FRAMES
