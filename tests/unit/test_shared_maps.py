import asyncio
from contextlib import AsyncExitStack

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.seat_map_socket import (
    SEAT_MAP,
    all_received,
    deltas,
    received,
    watch,
)
from tests.support.transport_schema import SchemaState
from transport import GraphQLWebSocket


async def test_fifty_equal_watchers_cost_one_execution(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsyncExitStack() as open_:
        sockets = [await open_.enter_async_context(AsgiSocket(app)) for _ in range(50)]
        for number, socket in enumerate(sockets):
            # A signed-in watcher is no different: what is sent is public.
            await socket.init(authorization="Bearer good" if number % 2 else None)
            socket.subscribe(f"{number}", SEAT_MAP, s="1")
        await settle()
        state.move()
        for number, socket in enumerate(sockets):
            frame = await socket.receive()
            assert frame["id"] == f"{number}"
            assert frame["payload"]["data"]["seatMap"]["kind"] == "map"
            assert await all_received(socket) == deltas(1, 1)

        assert state.executions == 1
        assert len(app.shared_maps) == 1
    assert len(app.shared_maps) == 0
    assert state.watchers == set()


async def test_other_variables_or_documents_are_other_maps(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as socket:
        await watch(socket)
        socket.subscribe("2", SEAT_MAP, s="2")
        socket.subscribe("3", SEAT_MAP.replace("text", ""), s="1")
        await settle()

        assert state.executions == len(app.shared_maps) == 3


async def test_a_newcomer_is_given_what_came_before(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        assert await received(first, 1) == [("map", 0)]
        state.move()
        state.move()
        await settle()

        await watch(second)
        assert await received(second, 3) == [("map", 0), *deltas(1, 2)]
        state.move()

        assert await received(first, 3) == deltas(1, 3)
        assert await received(second, 1) == deltas(3, 3)
        assert state.executions == 1


async def test_a_returning_watcher_is_given_what_it_missed(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        state.position = 7
        assert await received(first, 1) == [("map", 7)]

        await watch(second, a="5")
        assert await received(second, 1) == [("since", 7)]
        state.move()

        assert await received(second, 1) == deltas(8, 8)
        assert await received(first, 1) == deltas(8, 8)
        assert state.resumed_after == ["5"]
        assert len(state.watchers) == 1  # its own execution is over
        assert len(app.shared_maps) == 1


async def test_what_comes_while_it_reads_what_it_missed_is_not_lost(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        await received(first, 1)
        state.readable.clear()
        await watch(second, a="5")
        await settle()
        state.move()
        state.move()
        await settle()
        state.readable.set()

        assert await all_received(second) == [("since", 2), *deltas(1, 2)]


async def test_a_returning_watcher_may_be_the_first(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.position = 7
    async with AsgiSocket(app) as socket:
        await watch(socket, a="5")
        assert await received(socket, 1) == [("since", 7)]
        state.move()
        assert await received(socket, 1) == deltas(8, 8)


async def test_the_end_of_the_stream_ends_all_watchers(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        for socket in (first, second):
            await watch(socket)
            await received(socket, 1)
        state.finish()
        for socket in (first, second):
            assert await socket.receive() == {"id": "1", "type": "complete"}
        assert len(app.shared_maps) == 0

        first.subscribe("2", SEAT_MAP, s="1")
        assert await received(first, 1) == [("map", 0)]


async def test_a_failure_at_the_start_ends_all_watchers(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await first.init()
        await second.init()
        for socket in (first, second):
            socket.subscribe("1", SEAT_MAP, s="unknown", a="5")
        for socket in (first, second):
            error = await socket.receive()
            assert error["type"] == "error"
            assert error["payload"][0]["message"] == "no such session"

        assert state.executions == 1
        assert len(app.shared_maps) == 0


async def test_a_map_outlives_its_first_watcher(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    opener = AsgiSocket(app)
    await opener.__aenter__()
    await watch(opener)
    async with AsgiSocket(app) as second:
        await watch(second)
        await received(second, 1)
        await opener.disconnect()
        state.move()
        assert await received(second, 1) == deltas(1, 1)
        assert state.executions == 1


async def test_leaving_while_waiting_leaves_nothing(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    before = asyncio.all_tasks()
    state.readable.clear()
    async with AsgiSocket(app) as socket:
        await watch(socket, a="5")
        await settle()
        assert len(state.watchers) == 1

    assert asyncio.all_tasks() == before
    assert state.watchers == set()
