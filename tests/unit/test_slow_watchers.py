from contextlib import AsyncExitStack

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.metric_growth import growing
from tests.support.seat_map_socket import (
    SEAT_MAP,
    all_received,
    deltas,
    received,
    watch,
)
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.shares.read_shares import ReadShares


async def test_too_much_may_come_while_it_reads_what_it_missed(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        await received(first, 1)
        state.readable.clear()
        await watch(second, a="5")
        for _ in range(201):
            await settle()
            state.move()
        await settle()
        state.readable.set()

        assert await all_received(second) == [("map", 201)]
        state.move()
        assert await all_received(second) == deltas(202, 202)


async def test_a_failed_reading_ends_only_the_new_watcher(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.text = "x" * 40_000
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        for _ in range(4):
            await settle()
            state.move()
        await settle()
        state.gone = True
        await watch(second)
        assert (await second.receive())["type"] == "error"
        state.gone = False
        second.subscribe("2", SEAT_MAP, s="1")
        assert await received(second, 1) == [("map", 4)]

        state.move()
        assert (await all_received(first))[-1] == ("delta", 5)
        assert await received(second, 1) == deltas(5, 5)


async def test_what_comes_while_a_map_is_read_is_not_lost(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.text = "x" * 40_000  # two deltas are as long as two maps
    async with AsgiSocket(app) as first, AsyncExitStack() as open_:
        await watch(first)
        await received(first, 1)
        for _ in range(3):
            state.move()
        assert await all_received(first) == deltas(1, 3)

        state.readable.clear()
        late = [await open_.enter_async_context(AsgiSocket(app)) for _ in range(5)]
        for socket in late:
            await watch(socket)
        await settle()
        state.move()
        await settle()
        state.readable.set()

        # This delta is older than the map that was read: a repeat is harmless.
        for socket in late:
            assert await all_received(socket) == [("map", 4), ("delta", 4)]
        assert state.executions == 2
        state.move()
        for socket in (first, *late):
            assert (await all_received(socket))[-1] == ("delta", 5)


async def test_a_reading_goes_on_when_a_watcher_leaves(
    app: GraphQLWebSocket, state: SchemaState
) -> None:
    state.text = "x" * 40_000
    async with AsgiSocket(app) as first, AsgiSocket(app) as stays:
        await watch(first)
        for _ in range(4):
            await settle()
            state.move()
        await settle()
        state.readable.clear()
        leaves = AsgiSocket(app)
        await leaves.__aenter__()
        await watch(leaves)
        await settle()
        await watch(stays)
        await settle()

        await leaves.disconnect()
        state.readable.set()

        assert await received(stays, 1) == [("map", 4)]
        assert state.executions == 2


async def test_a_slow_watcher_is_bounded_and_catches_up(
    state: SchemaState,
) -> None:
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as slow, AsgiSocket(app) as quick:
        await watch(slow)
        await watch(quick)
        assert await received(slow, 1) == [("map", 0)]
        slow.stop_reading()
        quick_got = await all_received(quick)
        kept = []
        with growing("cinema_slow_watchers_total", 1, then="resynced"):
            for _ in range(500):
                state.move()
                quick_got += await all_received(quick)
                kept.append(max(len(socket._outgoing) for socket in app._sockets))

        assert quick_got == [("map", 0), *deltas(1, 500)]
        assert max(kept) == 10
        assert kept[-1] == 0  # only the fact that it is behind is kept

        slow.read_again()
        slow_got = await all_received(slow)
        state.move()

        assert slow_got == [("delta", 1), ("map", 500)]
        assert await all_received(slow) == deltas(501, 501)


async def test_a_replay_that_is_too_long_for_a_queue_is_replaced(
    state: SchemaState,
) -> None:
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        await settle()
        for _ in range(50):
            state.move()
            await settle()

        await watch(second)
        got = await all_received(second)

        assert got[-1] == ("map", 50)
        assert state.executions == 2
        state.move()
        assert await all_received(second) == deltas(51, 51)


async def test_a_large_map_fits_an_empty_queue(state: SchemaState) -> None:
    state.text = "x" * 10_000
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_bytes=100,
    )
    async with AsgiSocket(app) as socket:
        await watch(socket)
        assert await received(socket, 1) == [("map", 0)]
        state.move()
        assert await received(socket, 1) == deltas(1, 1)


async def test_a_slow_watcher_of_an_ended_map_gets_its_end(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=4,
    )
    async with AsgiSocket(app) as first, AsgiSocket(app) as second:
        await watch(first)
        await received(first, 1)
        for _ in range(8):
            state.move()
            await all_received(first)
        await second.init()
        second.stop_reading()
        second.subscribe("1", SEAT_MAP, s="1")
        await settle()
        state.finish()
        await settle()
        second.read_again()
        await settle()

        frames = [await second.receive() for _ in range(second.unread())]
        assert frames[-1] == {"id": "1", "type": "complete"}
        assert len(frames) <= 1 + 8 + 1
