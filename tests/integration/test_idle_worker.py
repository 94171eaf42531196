"""A worker without work leaves its servers alone."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection
from asyncpg import Connection

from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.realtime import Worker
from tests.support.sale_events import hold, payments, until_outbox_is_empty

SECONDS = 3.0
# Seen: 15 requests a second (fetches of two polls, four heartbeats, the topics twice),
# and 5 statements. Before, it was some 180 requests, and 20 statements.
REQUESTS = 25 * SECONDS
STATEMENTS = 10 * SECONDS


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


async def test_an_idle_worker_sends_few_requests(
    worker: Worker, cinema: Cinema, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.start()
    show = await cinema.open_session()
    await hold(cinema, show, 0)
    await until_outbox_is_empty(cinema)  # the consumers have joined their groups
    sent = Counter[str]()

    send, execute = AIOKafkaConnection.send, vars(Connection)["_do_execute"]

    def counted_send(self: Any, request: Any, *rest: Any, **more: Any) -> Any:
        sent[type(request).__name__] += 1
        return send(self, request, *rest, **more)

    async def counted_execute(self: Any, *rest: Any, **more: Any) -> Any:
        sent["statement"] += 1
        return await execute(self, *rest, **more)

    with monkeypatch.context() as counting:
        counting.setattr(AIOKafkaConnection, "send", counted_send)
        counting.setattr(Connection, "_do_execute", counted_execute)
        await asyncio.sleep(SECONDS)

    statements = sent.pop("statement")
    assert 0 < statements <= STATEMENTS
    assert 0 < sent.total() <= REQUESTS, sent
    # It is not dead.
    await hold(cinema, show, 1)
    await until_outbox_is_empty(cinema)
    assert len(await payments(cinema, show)) == 2
