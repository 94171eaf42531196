"""Events that fail: handled one by one, each with its own origin."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from realtime import consumer as consuming
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from realtime.consumer import Consumer
from realtime.fetches import Fetches
from realtime.hub import Hub
from telemetry import origin
from tests.support.polling import eventually


class FailingHandler:
    """Fails for batches; records the request of each single event."""

    name = "clumsy"
    topics = ("reservations",)

    def __init__(self) -> None:
        self.request_ids: list[str | None] = []

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        if len(events) > 1:
            raise ValueError("one of them")
        now = origin.current()
        self.request_ids.append(now.request_id if now else None)

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        raise AssertionError("no event is a dead letter")


def record(request_id: str | None) -> ConsumerRecord:
    event = CloudEvent(
        id=uuid4(),
        type="ReservationCreated",
        time=datetime.now(UTC),
        session_id=UUID(int=1),
        data={},
        request_id=request_id,
    )
    fields: dict[str, Any] = dict.fromkeys(ConsumerRecord.__dataclass_fields__)
    return ConsumerRecord(**fields | {"value": event.encode()})


async def test_one_by_one_each_event_has_its_own_origin(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = FailingHandler()
    consumer = Consumer(cast("Kafka", None), handler, cast("Hub", None))
    records = [record("hold-1"), record(None), record("hold-2")]

    with caplog.at_level(logging.WARNING, consuming.__name__):
        await consumer.process(records)

    assert handler.request_ids == ["hold-1", None, "hold-2"]
    assert origin.current() is None
    [message] = caplog.messages
    assert message.startswith("clumsy: one by one after")


class SwallowingConsumer:
    """Swallows a cancellation, as aiokafka's consumer may."""

    def __init__(self) -> None:
        self.called = asyncio.Event()

    async def getmany(self, **_: object) -> dict[object, list[ConsumerRecord]]:
        self.called.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)
        return {}


class KafkaWithSwallowingConsumer:
    fetch_wait_ms = 500

    def __init__(self) -> None:
        self.consumed = SwallowingConsumer()

    @asynccontextmanager
    async def consumer(
        self, *_: str, listener: None
    ) -> AsyncIterator[SwallowingConsumer]:
        yield self.consumed


async def test_a_cancellation_that_the_library_swallowed_still_ends_the_loop() -> None:
    kafka = KafkaWithSwallowingConsumer()
    running = asyncio.create_task(
        Consumer(cast("Kafka", kafka), FailingHandler(), cast("Hub", None)).run()
    )
    await kafka.consumed.called.wait()

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 30)


class BatchesConsumer:
    """Has some batches of one event each, and counts the commits of offsets."""

    def __init__(self, batches: int) -> None:
        self.left = batches
        self.commits = 0
        self.committed = False  # the last batch
        self.emptied = asyncio.Event()

    async def getmany(self, **_: object) -> dict[object, list[ConsumerRecord]]:
        await asyncio.sleep(0)
        if not self.left:
            self.emptied.set()
            return {}
        self.left -= 1
        return {"partition": [record(None)]}

    async def commit(self) -> None:
        self.commits += 1
        self.committed = not self.left

    async def is_committed(self) -> bool:
        return self.committed


@pytest.mark.parametrize(("seconds", "commits"), [(0.0, 3), (3_600.0, 1)])
async def test_offsets_are_committed_for_many_batches_at_once(
    monkeypatch: pytest.MonkeyPatch, seconds: float, commits: int
) -> None:
    monkeypatch.setattr(consuming, "COMMIT_SECONDS", seconds)
    consumed = BatchesConsumer(3)
    consumer = Consumer(cast("Kafka", None), FailingHandler(), cast("Hub", None))
    fetches = Fetches(cast("AIOKafkaConsumer", consumed), "clumsy", None)

    consuming_ = asyncio.create_task(
        consumer._consume(cast("AIOKafkaConsumer", consumed), fetches)
    )
    await consumed.emptied.wait()
    consuming_.cancel()
    await asyncio.gather(consuming_, return_exceptions=True)

    assert consumed.commits == commits


async def test_what_was_not_committed_is_committed_when_nothing_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consuming, "COMMIT_SECONDS", 0.01)
    consumed = BatchesConsumer(2)
    consumer = Consumer(cast("Kafka", None), FailingHandler(), cast("Hub", None))
    fetches = Fetches(cast("AIOKafkaConsumer", consumed), "clumsy", None)

    consuming_ = asyncio.create_task(
        consumer._consume(cast("AIOKafkaConsumer", consumed), fetches)
    )
    await eventually(consumed.is_committed)
    consuming_.cancel()
    await asyncio.gather(consuming_, return_exceptions=True)
