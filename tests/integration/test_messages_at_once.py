"""A server that writes at once: what its clients see, on real connections."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets import ConnectionClosed
from websockets.asyncio.client import ClientConnection

from tests.support.asgi_server import speaking
from tests.support.asgi_socket import AsgiSocket
from tests.support.frame_transport import BrokenTransport
from tests.support.metric_growth import counted, growing
from tests.support.polling import eventually, soon
from tests.support.socket_client import graphql_socket, subscribe
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.outgoing_queue import OutgoingQueue
from transport.server.http_limits import BoundedHttp

SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { position text } }"
COUNT = "cinema_socket_send_wait_seconds_count"
LARGE = "x" * 100_000
CHANGES = 60  # more large ones than the kernel keeps for a client that does not read
CLOSING = 4403
MANY = 5_000


@pytest.fixture
def state() -> SchemaState:
    return SchemaState()


@pytest.fixture
def sockets(state: SchemaState) -> GraphQLWebSocket:
    return GraphQLWebSocket(schema, state.context_of, state.credentials_of)


@pytest.fixture
async def url(sockets: GraphQLWebSocket) -> AsyncIterator[str]:
    async with speaking(BoundedHttp, sockets, ws_per_message_deflate=False) as port:
        yield f"ws://127.0.0.1:{port}/graphql"


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What could not be written at once."""
    messages: list[bytes] = []
    append = OutgoingQueue._append

    def noted(queue: OutgoingQueue, message: Any) -> None:
        messages.append(message.body)
        append(queue, message)

    monkeypatch.setattr(OutgoingQueue, "_append", noted)
    return messages


async def positions(client: ClientConnection, count: int) -> list[int]:
    frames = [json.loads(await client.recv()) for _ in range(count)]
    return [each["payload"]["data"]["seatMap"]["position"] for each in frames]


async def test_nothing_is_queued_for_a_client_that_reads(
    url: str, state: SchemaState, queued: list[bytes]
) -> None:
    with growing(COUNT, 5):  # with the acknowledgement
        async with graphql_socket(url) as client:
            await subscribe(client, SEAT_MAP, {"s": "1"})
            assert await positions(client, 1) == [0]
            state.move()
            assert await positions(client, 1) == [1]
            await client.send(json.dumps({"type": "ping"}))
            assert json.loads(await client.recv()) == {"type": "pong"}
            state.finish()
            assert json.loads(await client.recv()) == {"id": "1", "type": "complete"}

    assert queued == []


async def test_a_client_that_reads_late_gets_everything_in_order(
    url: str, state: SchemaState, queued: list[bytes]
) -> None:
    state.text = LARGE
    async with graphql_socket(url, max_queue=1) as client:
        await subscribe(client, SEAT_MAP, {"s": "1"})
        assert await positions(client, 1) == [0]
        client.transport.pause_reading()
        for _ in range(CHANGES):
            state.move()
        await eventually(truth(lambda: len(queued) > 1))
        client.transport.resume_reading()

        assert await positions(client, CHANGES) == list(range(1, CHANGES + 1))
        waited = len(queued)
        state.text = ""
        state.move()
        assert await positions(client, 1) == [CHANGES + 1]
        assert len(queued) == waited  # it writes at once again


async def test_nothing_follows_a_close(
    url: str, state: SchemaState, sockets: GraphQLWebSocket
) -> None:
    async with graphql_socket(url) as client:
        await subscribe(client, SEAT_MAP, {"s": "1"})
        await positions(client, 1)
        (socket,) = sockets._sockets
        socket.end(CLOSING, "Over")
        for _ in range(CHANGES):
            state.move()
            await asyncio.sleep(0)

        with pytest.raises(ConnectionClosed) as closed:
            await positions(client, CHANGES + 1)

    # A message behind the close would be a fault of the protocol.
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CLOSING
    assert closed.value.sent is not None
    assert closed.value.sent.code == CLOSING


async def test_a_client_that_has_gone_is_not_written_to(
    url: str, state: SchemaState, sockets: GraphQLWebSocket
) -> None:
    async with graphql_socket(url) as stays, graphql_socket(url) as goes:
        for client in (stays, goes):
            await subscribe(client, SEAT_MAP, {"s": "1"})
            await positions(client, 1)
        goes.transport.abort()
        await eventually(truth(lambda: len(sockets) == 1))
        before = counted(COUNT)
        state.move()

        assert await positions(stays, 1) == [1]
        assert counted(COUNT) - before == 1


async def test_a_transport_that_fails_does_not_end_the_delivery_to_others(
    url: str, state: SchemaState, sockets: GraphQLWebSocket, queued: list[bytes]
) -> None:
    async with graphql_socket(url) as first, graphql_socket(url) as second:
        for client in (first, second):
            await subscribe(client, SEAT_MAP, {"s": "1"})
            await positions(client, 1)
        broken = next(iter(sockets._sockets))
        error = RuntimeError("the handler is closed")
        broken._outgoing.writer._transport = BrokenTransport(error)
        state.move()

        assert await soon(positions(first, 1)) == [1]
        assert await soon(positions(second, 1)) == [1]

    assert len(queued) == 1


async def test_a_producer_that_never_waits_leaves_time_for_others(
    sockets: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(sockets, writes_at_once=True) as socket:
        await socket.init()
        socket.subscribe("1", f"subscription {{ numbers(upto: {MANY}) }}")
        socket.send(type="ping")
        while (await socket.receive())["type"] != "pong":
            pass

        assert state.pulled < MANY


async def test_compressed_sockets_get_their_messages_by_asgi(
    sockets: GraphQLWebSocket, state: SchemaState, queued: list[bytes]
) -> None:
    async with (
        speaking(BoundedHttp, sockets, ws_per_message_deflate=True) as port,
        graphql_socket(
            f"ws://127.0.0.1:{port}/graphql", compression="deflate"
        ) as client,
    ):
        await subscribe(client, SEAT_MAP, {"s": "1"})
        assert await positions(client, 1) == [0]
        state.move()
        assert await positions(client, 1) == [1]

    assert len(queued) == 3


def truth(of: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def it_holds() -> bool:
        return of()

    return it_holds
