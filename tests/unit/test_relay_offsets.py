"""The relay notices by the offsets that a broker came back empty."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Self, cast
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.structs import RecordMetadata
from redis.asyncio import Redis

from persistence.sales.outbox import Outbox, OutboxEvent
from realtime.broker import Kafka
from realtime.hub import Hub, Listener
from realtime.relay import BrokerLostDataError, Relay
from tests.support.asgi_socket import settle

PATIENCE_SECONDS = 60.0


def acknowledged(offset: int, partition: int = 0) -> RecordMetadata:
    place = TopicPartition("reservations", partition)
    return RecordMetadata("reservations", partition, place, offset, 0, 0, 0)


def event(position: int) -> OutboxEvent:
    return OutboxEvent(
        position=position,
        id=UUID(int=position),
        topic="reservations",
        type="ReservationCreated",
        session_id=UUID(int=9),
        data={"reservation_id": str(UUID(int=8))},
        awaiting=["fanout", "payments"],
        created_at=datetime(2030, 1, 1, tzinfo=UTC),
        sends=0,
    )


class FakeOutbox:
    """Two events, due until they are marked. Records its calls in order."""

    def __init__(self) -> None:
        self.waiting = [event(1), event(2)]
        self.calls: list[str] = []
        self.emptied = asyncio.Event()

    async def renew_lease(self, _holder: UUID) -> bool:
        return True

    async def due(self, _holder: UUID, _limit: int) -> list[OutboxEvent]:
        return list(self.waiting)

    async def mark_sent(self, positions: Sequence[int]) -> None:
        self.calls.append(f"sent {positions}")
        self.waiting.clear()
        self.emptied.set()

    async def lease_seconds(self) -> float:
        return 0.0

    async def send_again(self) -> None:
        self.calls.append("send again")


class ScriptedBroker:
    """Acknowledges with the given offsets, one after another."""

    def __init__(self, *offsets: int) -> None:
        self._offsets = iter(offsets)
        self.sent: list[bytes] = []

    async def ensure_topics(self) -> bool:
        return False

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Self]:
        yield self

    async def send(self, _topic: str, value: bytes, **_: Any) -> "asyncio.Future[Any]":
        self.sent.append(value)
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(acknowledged(next(self._offsets)))
        return answer


class SilentHub:
    @asynccontextmanager
    async def listen(self, _channel: str) -> AsyncIterator[Listener]:
        yield Listener()


class RecordingRedis:
    def __init__(self) -> None:
        self.published: list[tuple[str, str]] = []

    async def publish(self, channel: str, message: str) -> None:
        self.published.append((channel, message))


def relay(
    outbox: FakeOutbox, broker: ScriptedBroker, redis: RecordingRedis | None = None
) -> Relay:
    return Relay(
        cast("Outbox", outbox),
        cast("Kafka", broker),
        cast("Hub", SilentHub()),
        cast("Redis", redis or RecordingRedis()),
    )


def check_offsets(all_acknowledged: Iterable[RecordMetadata]) -> None:
    relay_ = relay(FakeOutbox(), ScriptedBroker())
    for each in all_acknowledged:
        relay_._check_offset(each)


@pytest.mark.parametrize(
    "offsets",
    [
        [1],
        [1, 2, 3],
        [7, 8, 4_000_000_000_000],
        [5, -1, 6],  # a recognised retry of the producer
    ],
)
async def test_growing_offsets_are_accepted(
    offsets: list[int],
) -> None:
    check_offsets(acknowledged(offset) for offset in offsets)


async def test_each_partition_has_its_own_offsets() -> None:
    check_offsets([acknowledged(5, 0), acknowledged(1, 1), acknowledged(6, 0)])


@pytest.mark.parametrize(
    "offsets",
    [
        [0],  # the marker is gone
        [5, 5],
        [5, 4],
        [5, 6, 1],
        [5, -1, 5],
    ],
)
async def test_the_first_or_a_repeated_offset_means_that_the_broker_lost_its_data(
    offsets: list[int],
) -> None:
    *before, last = [acknowledged(offset) for offset in offsets]
    relay_ = relay(FakeOutbox(), ScriptedBroker())
    for each in before:
        relay_._check_offset(each)

    with pytest.raises(BrokerLostDataError):
        relay_._check_offset(last)


async def test_a_batch_that_the_broker_lost_is_not_marked_sent() -> None:
    outbox, broker = FakeOutbox(), ScriptedBroker(3, 3)

    relay_ = relay(outbox, broker)
    assert await relay_._has_lease()
    with pytest.raises(BrokerLostDataError):
        await relay_.relay_batch(cast("AIOKafkaProducer", broker))

    assert len(broker.sent) == 2
    assert outbox.calls == []


async def test_after_that_all_is_sent_again_and_new_offsets_are_accepted() -> None:
    outbox, broker = FakeOutbox(), ScriptedBroker(3, 0, 1, 2)

    running = asyncio.create_task(relay(outbox, broker).run())
    await asyncio.wait_for(outbox.emptied.wait(), PATIENCE_SECONDS)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert outbox.calls == ["send again", "sent [1, 2]"]
    assert broker.sent == broker.sent[:2] * 2


async def test_only_consumers_that_await_an_event_are_woken() -> None:
    outbox, broker, redis = FakeOutbox(), ScriptedBroker(1, 2), RecordingRedis()
    relay_ = relay(outbox, broker, redis)
    assert await relay_._has_lease()

    await relay_.relay_batch(cast("AIOKafkaProducer", broker))
    await settle()

    woken = [("relay:sent", "fanout"), ("relay:sent", "payments")]
    assert sorted(redis.published) == woken
