import asyncio

import pytest

from tests.support.asgi_socket import AsgiSocket, settle
from tests.support.map_watching import all_received, deltas, received, watch
from tests.support.stage import Stage, schema
from transport import GraphQLWebSocket
from transport.shared_maps import shared_map


async def _behind(stage: Stage, *sockets: AsgiSocket) -> None:
    """A delta is on its way to them, and then only a new map can help."""
    stage.text = "x" * 40_000
    for slow in sockets:
        await watch(slow)
        assert await received(slow, 1) == [("map", 0)]
        slow.stop_reading()
    for _ in range(20):
        await settle()
        stage.move()
    await settle()


async def test_a_passing_fault_does_not_end_a_slow_watcher(stage: Stage) -> None:
    app = GraphQLWebSocket(
        schema, stage.context_of, stage.credentials_of, max_messages=10
    )
    async with AsgiSocket(app) as slow:
        await _behind(stage, slow)
        stage.faulty = True
        stage.executions = 0
        slow.read_again()
        assert await received(slow, 1) == [("delta", 1)]
        async with asyncio.timeout(5):
            while stage.executions < 2:  # noqa: ASYNC110 # time itself is waited for
                await asyncio.sleep(0.01)
        await settle()
        assert slow.unread() == 0
        stage.faulty = False

        assert await received(slow, 1) == [("map", 20)]
        stage.move()
        assert await all_received(slow) == deltas(21, 21)


async def test_those_who_try_again_wait_for_the_same_moment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_map, "FIRST_DELAY", 60.0)
    app = GraphQLWebSocket(
        schema, stage.context_of, stage.credentials_of, max_messages=10
    )
    async with AsgiSocket(app) as one, AsgiSocket(app) as other:
        await _behind(stage, one, other)
        stage.faulty = True
        stage.executions = 0
        for slow in (one, other):
            slow.read_again()
        for slow in (one, other):
            assert await all_received(slow) == [("delta", 1)]
        assert stage.executions == 1

        async with AsgiSocket(app) as newcomer:
            await watch(newcomer)
            assert (await newcomer.receive())["type"] == "error"
        assert stage.executions == 2


async def test_the_end_is_told_to_who_waits_to_try_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_map, "FIRST_DELAY", 60.0)
    app = GraphQLWebSocket(
        schema, stage.context_of, stage.credentials_of, max_messages=10
    )
    async with AsgiSocket(app) as slow:
        await _behind(stage, slow)
        stage.faulty = True
        slow.read_again()
        assert await all_received(slow) == [("delta", 1)]

        stage.finish()
        await settle()

        assert slow.unread() == 1
        assert await slow.receive() == {"id": "1", "type": "complete"}


async def test_who_waits_to_try_again_may_leave(stage: Stage) -> None:
    before = asyncio.all_tasks()
    app = GraphQLWebSocket(
        schema, stage.context_of, stage.credentials_of, max_messages=10
    )
    async with AsgiSocket(app) as slow:
        await _behind(stage, slow)
        stage.faulty = True
        slow.read_again()
        await settle()

    assert asyncio.all_tasks() == before
    assert stage.watchers == set()


async def test_what_is_gone_for_good_ends_a_slow_watcher(stage: Stage) -> None:
    app = GraphQLWebSocket(
        schema, stage.context_of, stage.credentials_of, max_messages=10
    )
    async with AsgiSocket(app) as slow:
        await _behind(stage, slow)
        stage.gone = True
        slow.read_again()
        assert await received(slow, 1) == [("delta", 1)]
        error = await slow.receive()

    assert error["type"] == "error"
    assert error["payload"][0]["message"] == "no such session"
