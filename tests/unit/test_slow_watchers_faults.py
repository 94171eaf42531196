import asyncio

import pytest

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.seat_map_socket import all_received, deltas, received, watch
from tests.support.transport_schema import SchemaState, schema
from transport import GraphQLWebSocket
from transport.shared_maps import shared_map
from transport.shares.read_shares import ReadShares


async def _behind(state: SchemaState, *sockets: AsgiSocket) -> None:
    """Each is being sent one delta; after that only a new map is of use."""
    state.text = "x" * 40_000
    for slow in sockets:
        await watch(slow)
        assert await received(slow, 1) == [("map", 0)]
        slow.stop_reading()
    for _ in range(20):
        await settle()
        state.move()
    await settle()


async def test_a_passing_fault_does_not_end_a_slow_watcher(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as slow:
        await _behind(state, slow)
        state.faulty = True
        state.executions = 0
        slow.read_again()
        assert await received(slow, 1) == [("delta", 1)]
        async with asyncio.timeout(5):
            while state.executions < 2:  # noqa: ASYNC110 # time itself is waited for
                await asyncio.sleep(0.01)
        await settle()
        assert slow.unread() == 0
        state.faulty = False

        assert await received(slow, 1) == [("map", 20)]
        state.move()
        assert await all_received(slow) == deltas(21, 21)


async def test_all_retries_share_one_delay(
    state: SchemaState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_map, "FIRST_DELAY", 60.0)
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as one, AsgiSocket(app) as other:
        await _behind(state, one, other)
        state.faulty = True
        state.executions = 0
        for slow in (one, other):
            slow.read_again()
        for slow in (one, other):
            assert await all_received(slow) == [("delta", 1)]
        assert state.executions == 1

        async with AsgiSocket(app) as late:
            await watch(late)
            assert (await late.receive())["type"] == "error"
        assert state.executions == 2


async def test_a_watcher_that_waits_to_retry_receives_the_end(
    state: SchemaState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_map, "FIRST_DELAY", 60.0)
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as slow:
        await _behind(state, slow)
        state.faulty = True
        slow.read_again()
        assert await all_received(slow) == [("delta", 1)]

        state.finish()
        await settle()

        assert slow.unread() == 1
        assert await slow.receive() == {"id": "1", "type": "complete"}


async def test_a_watcher_that_waits_to_retry_may_leave(state: SchemaState) -> None:
    before = asyncio.all_tasks()
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as slow:
        await _behind(state, slow)
        state.faulty = True
        slow.read_again()
        await settle()

    assert asyncio.all_tasks() == before
    assert state.watchers == set()


async def test_what_is_gone_for_good_ends_a_slow_watcher(state: SchemaState) -> None:
    app = GraphQLWebSocket(
        schema,
        state.context_of,
        state.credentials_of,
        ReadShares(),
        max_messages=10,
    )
    async with AsgiSocket(app) as slow:
        await _behind(state, slow)
        state.gone = True
        slow.read_again()
        assert await received(slow, 1) == [("delta", 1)]
        error = await slow.receive()

    assert error["type"] == "error"
    assert error["payload"][0]["message"] == "no such session"
