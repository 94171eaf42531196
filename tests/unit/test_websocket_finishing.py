"""Mutations that have begun run to their end, even if the socket ends."""

import asyncio
from typing import Any

import pytest

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.socket_endpoint import connection as socket_module

SEAT_MAP = "subscription($s: String!) { seatMap(sessionId: $s) { kind position } }"
NUMBERS = "subscription($n: Int!) { numbers(upto: $n) }"
WORK = "mutation { work }"


@pytest.fixture
def state() -> SchemaState:
    state = SchemaState()
    state.workable.clear()
    return state


async def _begin(socket: AsgiSocket, state: SchemaState, query: str = WORK) -> None:
    await socket.init()
    socket.subscribe("w", query)
    await settle()
    assert state.begun == 1


def _next(id: str, **data: Any) -> dict[str, Any]:
    return {"id": id, "type": "next", "payload": {"data": data}}


@pytest.mark.parametrize("code", [1006, 1012])
@pytest.mark.parametrize(
    "query",
    [WORK, "mutation A { work } subscription B { mine }"],
)
async def test_the_end_of_a_socket_waits_for_it(
    app: GraphQLWebSocket, state: SchemaState, query: str, code: int
) -> None:
    before = asyncio.all_tasks()
    async with AsgiSocket(app) as socket:
        await socket.init()
        payload = {"query": query, "operationName": "A" if "A" in query else None}
        socket.send(id="w", type="subscribe", payload=payload)
        socket.hang_up(code)  # the operation was received, but has not begun
        await settle()
        assert state.begun == 1
        assert not socket.is_over()

        state.workable.set()
        await settle()
        assert socket.is_over()
        assert socket.unread() == 0

    assert (state.touched, state.cut) == (1, 0)
    assert len(app) == 0
    assert asyncio.all_tasks() == before


async def test_it_does_not_keep_subscriptions(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        await _begin(socket, state)
        socket.subscribe("s", SEAT_MAP, s="1")
        await socket.receive()
        socket.hang_up()
        await settle()

        assert state.watchers == set()
        assert not socket.is_over()
        state.workable.set()


async def test_completed_it_is_finished_but_not_answered(
    state: SchemaState,
) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_operations=1
    )
    async with AsgiSocket(app) as socket:
        await _begin(socket, state)
        socket.send(id="w", type="complete")
        socket.subscribe("w", "{ hello }")
        refused = await socket.receive()
        assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"

        state.workable.set()
        await settle()
        assert (state.touched, state.cut) == (1, 0)
        assert socket.unread() == 0
        socket.subscribe("w", "{ hello }")
        assert await socket.receive() == _next("w", hello="hello world")


async def test_completed_it_is_still_waited_for(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        await _begin(socket, state)
        socket.send(id="w", type="complete")
        socket.hang_up()
        await settle()
        assert not socket.is_over()
        state.workable.set()
    assert (state.touched, state.cut) == (1, 0)


async def test_it_is_not_waited_for_without_end(
    app: GraphQLWebSocket, state: SchemaState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "FINISHING_SECONDS", 0.01)
    async with AsgiSocket(app) as socket:
        await _begin(socket, state)
        await socket.disconnect()
    assert (state.touched, state.cut) == (0, 1)


async def test_a_server_that_does_not_wait_cuts_it(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    before = asyncio.all_tasks()
    socket = AsgiSocket(app)
    await socket.__aenter__()
    await _begin(socket, state)
    socket.hang_up(1012)
    await settle()
    await socket.kill()

    assert (state.touched, state.cut) == (0, 1)
    assert len(app) == 0
    assert asyncio.all_tasks() == before


async def test_a_client_at_fault_is_closed_before_it_is_finished(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        await _begin(socket, state)
        socket.subscribe("w", "{ hello }")
        assert await socket.closed() == (4409, "Subscriber for w already exists")
        assert not socket.is_over()
        state.workable.set()
    assert (state.touched, state.cut) == (1, 0)


async def test_one_that_waits_for_room_ends_with_its_socket(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema, state.context_of, state.credentials_of, max_messages=10
    )
    async with AsgiSocket(app) as socket:
        await _begin(socket, state)
        socket.stop_reading()
        for _ in range(15):
            socket.send(type="ping")
        await settle()
        state.workable.set()
        await settle()
        socket.hang_up()
        await settle()
        assert socket.is_over()
    assert (state.touched, state.cut) == (1, 0)
