"""A socket that is not read is let go, and counts until then."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import ClassVar

import pytest
from starlette.types import Receive, Scope, Send
from websockets import ConnectionClosed
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.asgi_server import speaking
from tests.support.polling import eventually
from tests.support.socket_client import graphql_socket, subscribe
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.server.http_limits import BoundedHttp
from transport.server.socket_limits import BoundedSocket

MUCH = "x" * 1_000_000
MAPS = 30  # more than the kernel keeps for a client that does not read
SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { text } }"
SOON = 20


class HastySocket(BoundedSocket):
    linger_seconds = 0.3
    full: ClassVar[list[BoundedSocket]] = []

    def pause_writing(self) -> None:
        self.full.append(self)
        super().pause_writing()


class PatientSocket(HastySocket):
    linger_seconds = 600.0


class Api:
    """For sockets of one address, which may have one."""

    def __init__(self) -> None:
        state = SchemaState(text=MUCH)
        self.sockets = GraphQLWebSocket(
            schema, state.context_of, state.credentials_of, max_sockets_per_address=1
        )
        self.calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["client"] = ("203.0.113.7", 1)
        self.calls += 1
        try:
            await self.sockets(scope, receive, send)
        finally:
            self.calls -= 1

    async def until_nobody_is_served(self) -> None:
        async def is_unused() -> bool:
            return len(self.sockets) == 0

        await eventually(is_unused, SOON)

    async def until_all_have_gone(self) -> None:
        async def have_gone() -> bool:
            return self.calls == 0

        await eventually(have_gone, SOON)


@pytest.fixture
def api() -> Api:
    HastySocket.full.clear()
    return Api()


@asynccontextmanager
async def unreading(port: int) -> AsyncIterator[ClientConnection]:
    """Asks for more maps than it takes in, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    url = f"ws://127.0.0.1:{port}/graphql"
    async with graphql_socket(
        url, sock=connection, ping_interval=None, close_timeout=0.1, compression=None
    ) as client:
        client.transport.pause_reading()
        for number in range(MAPS):
            await subscribe(client, SEAT_MAP, {"s": f"{number}"}, f"{number}")

        async def is_full() -> bool:
            return bool(HastySocket.full)

        await eventually(is_full, SOON)
        yield client
        client.transport.abort()


async def talk(client: ClientConnection) -> None:
    """Until it is closed as slow, which it does not see."""
    ping = json.dumps({"type": "ping", "payload": {"x": MUCH[:100_000]}})
    with suppress(ConnectionClosed, TimeoutError):
        async with asyncio.timeout(SOON):
            for _ in range(1_000):
                await client.send(ping)


async def test_one_who_only_talks_is_let_go(api: Api) -> None:
    async with speaking(BoundedHttp, api, HastySocket) as port, unreading(port) as one:
        talking = asyncio.create_task(talk(one))
        await api.until_nobody_is_served()
        await api.until_all_have_gone()
        talking.cancel()


async def test_one_who_answers_no_ping_is_let_go(api: Api) -> None:
    pings = {"ws_ping_interval": 0.3, "ws_ping_timeout": 0.3}
    async with (
        speaking(BoundedHttp, api, HastySocket, **pings) as port,
        unreading(port),
    ):
        await api.until_all_have_gone()


async def test_a_server_that_stops_does_not_wait_for_it(api: Api) -> None:
    async with AsyncExitStack() as clients:
        async with speaking(BoundedHttp, api, HastySocket) as port:
            await clients.enter_async_context(unreading(port))
        await api.until_all_have_gone()


async def test_it_counts_until_it_has_gone(api: Api) -> None:
    async with speaking(BoundedHttp, api, PatientSocket) as port:
        async with unreading(port) as one:
            talking = asyncio.create_task(talk(one))
            await api.until_nobody_is_served()
            url = f"ws://127.0.0.1:{port}/graphql"
            protocols = [Subprotocol("graphql-transport-ws")]
            async with connect(url, subprotocols=protocols, proxy=None) as another:
                with pytest.raises(ConnectionClosed) as closed:
                    await another.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013
            talking.cancel()
        await api.until_all_have_gone()
        async with graphql_socket(url):
            pass
