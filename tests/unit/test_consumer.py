"""What a consumer does about an event that cannot be handled, and who is named then."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiokafka import ConsumerRecord

from realtime import consumer as consuming
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from realtime.consumer import Consumer
from telemetry import origin


class Clumsy:
    """Handles nothing at the first go, and notes on whose behalf."""

    name = "clumsy"
    topics = ("reservations",)

    def __init__(self) -> None:
        self.named: list[str | None] = []

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        if len(events) > 1:
            raise ValueError("one of them")
        now = origin.current()
        self.named.append(now.request_id if now else None)

    async def give_up(self, session_key: str, event: CloudEvent | None) -> None:
        raise AssertionError("nothing was to be buried")


def record(request_id: str | None) -> ConsumerRecord:
    event = CloudEvent(
        id=uuid4(),
        type="ReservationCreated",
        time=datetime.now(UTC),
        session_id=UUID(int=1),
        data={},
        request_id=request_id,
    )
    told: dict[str, Any] = dict.fromkeys(ConsumerRecord.__dataclass_fields__)
    return ConsumerRecord(**told | {"value": event.encode()})


async def test_one_by_one_each_event_has_its_own_request_and_then_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = Clumsy()
    consumer = Consumer(cast("Kafka", None), handler)
    records = [record("hold-1"), record(None), record("hold-2")]

    with caplog.at_level(logging.WARNING, consuming.__name__):
        await consumer.take(records)

    assert handler.named == ["hold-1", None, "hold-2"]
    assert origin.current() is None
    [message] = caplog.messages
    assert message.startswith("clumsy: one by one after")


class Deaf:
    """Takes a cancellation for one of its own tasks', as aiokafka's consumer may."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def getmany(self, **_: object) -> dict[object, list[ConsumerRecord]]:
        self.asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)
        return {}


class DeafKafka:
    def __init__(self) -> None:
        self.consumed = Deaf()

    @asynccontextmanager
    async def consumer(self, *_: str) -> AsyncIterator[Deaf]:
        yield self.consumed


async def test_a_cancellation_that_the_library_swallowed_is_heeded() -> None:
    kafka = DeafKafka()
    running = asyncio.create_task(Consumer(cast("Kafka", kafka), Clumsy()).run())
    await kafka.consumed.asked.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 30)
