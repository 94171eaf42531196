"""The pings of the API with its own settings: who answers stays, who does not goes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from app.serve import server_config
from app.settings import Settings
from tests.support.asgi_socket import settle
from tests.support.clockwork import Clockwork, RecordedTransport
from transport.limits import ANSWER_SECONDS, LINGER_SECONDS
from transport.server.lingering_transport import LingeringTransport
from transport.server.socket_limits import BoundedSocket

# Seconds, as docs/api.md says.
INTERVAL = 20
PATIENCE = 20
HOUR = 3_600


class Connection:
    """A socket of the API, and a client that reads only when it is asked to."""

    def __init__(self, keys: Path) -> None:
        self.clock = Clockwork()
        self.transport = RecordedTransport()
        self.disconnects: list[int] = []  # codes that the application has seen
        self._client = ClientProtocol(parse_uri("ws://test/graphql"))
        settings = Settings(
            database_url="postgresql://nowhere/cinema",
            redis_url="redis://nowhere",
            kafka_bootstrap_servers="nowhere:9092",
            signing_keys_dir=keys,
            introspection=False,
        )
        app = Starlette(routes=[WebSocketRoute("/graphql", self._serve)])
        config = server_config(app, settings)
        config.load()
        assert config.ws_protocol_class is BoundedSocket
        self._server = BoundedSocket(config, ServerState(), {}, self.clock)

    async def open(self) -> None:
        lingering = LingeringTransport(
            cast("asyncio.Transport", self.transport),
            cast("asyncio.AbstractEventLoop", self.clock),
            ANSWER_SECONDS,
        )
        self._server.connection_made(cast("asyncio.Transport", lingering))
        self._client.send_request(self._client.connect())
        self._answer()
        await settle()
        self.read()

    async def lose(self) -> None:
        """Without it the application would wait for ever."""
        self._server.connection_lost(None)
        await settle()

    def read(self) -> list[Opcode]:
        """The client reads all there is, and answers what has an answer."""
        self._client.receive_data(bytes(self.transport.written))
        self.transport.written.clear()
        self._answer()
        events = self._client.events_received()
        return [each.opcode for each in events if isinstance(each, Frame)]

    @property
    def close_code(self) -> int | None:
        """That of the close frame that the client has read."""
        closed = self._client.close_rcvd
        return None if closed is None else closed.code

    def _answer(self) -> None:
        for data in self._client.data_to_send():
            if data:
                self._server.data_received(data)

    async def _serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            await websocket.receive_text()
        except WebSocketDisconnect as gone:
            self.disconnects.append(gone.code)


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[Connection]:
    connection = Connection(tmp_path)
    with connection.transport.connection:
        await connection.open()
        yield connection
        await connection.lose()


async def test_who_answers_pings_stays(connection: Connection) -> None:
    pings = 0
    for _ in range(HOUR):
        connection.clock.pass_time(1)
        pings += connection.read().count(Opcode.PING)

    assert pings == HOUR // INTERVAL
    assert not connection.transport.closing


async def test_a_stall_of_less_than_the_patience_passes(connection: Connection) -> None:
    connection.clock.pass_time(INTERVAL + PATIENCE - 1)
    assert connection.read() == [Opcode.PING]
    connection.clock.pass_time(PATIENCE)

    assert not connection.transport.closing


async def test_a_stall_of_fifty_seconds_ends_with_a_code_that_clients_retry(
    connection: Connection,
) -> None:
    connection.clock.pass_time(INTERVAL + PATIENCE - 1)
    assert not connection.transport.closing
    connection.clock.pass_time(1)
    assert connection.transport.closing
    connection.clock.pass_time(10)
    await settle()

    assert connection.read() == [Opcode.PING, Opcode.CLOSE]
    assert connection.close_code == 1013
    assert connection.disconnects == [1013]


@pytest.mark.parametrize("reads", [True, False])
async def test_what_is_never_read_is_dropped(
    connection: Connection, *, reads: bool
) -> None:
    connection.transport.takes = reads
    connection.clock.pass_time(INTERVAL + PATIENCE + LINGER_SECONDS - 1)
    assert not connection.transport.aborted
    connection.clock.pass_time(1)

    assert connection.transport.aborted is not reads
