"""The relay sends the events of a crowd in batches."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID

import pytest
from redis.asyncio import Redis

from persistence.sales.outbox import Outbox, OutboxEvent
from realtime import relay as relaying
from realtime.broker import Kafka
from realtime.hub import Hub, Listener
from realtime.relay import Relay
from tests.support.asgi_socket import settle
from tests.support.polling import eventually
from tests.unit.test_relay_offsets import RecordingRedis, ScriptedBroker, event

HOUR = 3_600.0
BATCH = 3


class CountingOutbox:
    def __init__(self, events: int) -> None:
        self.waiting = [event(number) for number in range(1, events + 1)]
        self.batches: list[int] = []

    async def is_empty(self) -> bool:
        return not self.waiting

    async def renew_lease(self, _holder: UUID) -> bool:
        return True

    async def due(self, _holder: UUID, limit: int) -> list[OutboxEvent]:
        events = self.waiting[:limit]
        self.batches.append(len(events))
        return events

    async def mark_sent(self, positions: Sequence[int]) -> None:
        del self.waiting[: len(positions)]


class OneListenerHub:
    def __init__(self) -> None:
        self.wakeups = Listener()

    @asynccontextmanager
    async def listen(self, _channel: str) -> AsyncIterator[Listener]:
        yield self.wakeups


@asynccontextmanager
async def running_relay(
    outbox: CountingOutbox, hub: OneListenerHub
) -> AsyncIterator[None]:
    relay = Relay(
        cast("Outbox", outbox),
        cast("Kafka", ScriptedBroker(*range(1, 100))),
        cast("Hub", hub),
        cast("Redis", RecordingRedis()),
    )
    running = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "BATCH_SIZE", BATCH)
    monkeypatch.setattr(relaying, "POLL_SECONDS", HOUR)


async def test_more_than_a_batch_needs_no_other_wakeup() -> None:
    outbox = CountingOutbox(2 * BATCH + 1)

    async with running_relay(outbox, OneListenerHub()):
        await settle()

    assert outbox.batches == [BATCH, BATCH, 1]


async def test_after_the_last_event_it_looks_again_when_it_is_woken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relaying, "GAP_SECONDS", 0.0)
    outbox, hub = CountingOutbox(1), OneListenerHub()

    async with running_relay(outbox, hub):
        await settle()
        assert outbox.batches == [1]

        hub.wakeups.take(b"1")
        await settle()

    assert outbox.batches == [1, 0]


async def test_events_that_come_soon_after_a_batch_are_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relaying, "GAP_SECONDS", 0.1)
    outbox, hub = CountingOutbox(1), OneListenerHub()

    async with running_relay(outbox, hub):
        await settle()
        for number in (2, 3):
            outbox.waiting.append(event(number))
            hub.wakeups.take(b"1")
            await settle()
        await eventually(outbox.is_empty)

    assert outbox.batches == [1, 2]
