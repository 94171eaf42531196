"""A broker that came back empty gives itself away by its offsets."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Self, cast
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.structs import RecordMetadata

from persistence.sales.outbox import Outbox, OutboxEvent
from realtime.broker import Kafka
from realtime.hub import Hub, Listener
from realtime.relay import BrokerForgotError, Relay

PATIENCE_SECONDS = 5.0


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
        created_at=datetime(2030, 1, 1, tzinfo=UTC),
        sends=0,
    )


class ListedOutbox:
    """Two events, due until they are marked; what it was told, in order."""

    def __init__(self) -> None:
        self.waiting = [event(1), event(2)]
        self.told: list[str] = []
        self.emptied = asyncio.Event()

    async def renew_lease(self, _holder: UUID) -> bool:
        return True

    async def due(self, _holder: UUID, _limit: int) -> list[OutboxEvent]:
        return list(self.waiting)

    async def mark_sent(self, positions: Sequence[int]) -> None:
        self.told.append(f"sent {positions}")
        self.waiting.clear()
        self.emptied.set()

    async def send_again(self) -> None:
        self.told.append("send again")


class ScriptedBroker:
    """Acknowledges with the offsets that it was given, one after another."""

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


def relay(outbox: ListedOutbox, broker: ScriptedBroker) -> Relay:
    return Relay(
        cast("Outbox", outbox), cast("Kafka", broker), cast("Hub", SilentHub())
    )


def remember(all_acknowledged: Iterable[RecordMetadata]) -> None:
    relaying = relay(ListedOutbox(), ScriptedBroker())
    for each in all_acknowledged:
        relaying._remember(each)


@pytest.mark.parametrize(
    "offsets",
    [
        [1],
        [1, 2, 3],
        [7, 8, 4_000_000_000_000],
        [5, -1, 6],  # a repeat of the producer's, which it knew for one
    ],
)
async def test_offsets_that_grow_are_a_broker_that_remembers(
    offsets: list[int],
) -> None:
    remember(acknowledged(offset) for offset in offsets)


async def test_each_partition_counts_for_itself() -> None:
    remember([acknowledged(5, 0), acknowledged(1, 1), acknowledged(6, 0)])


@pytest.mark.parametrize(
    "offsets",
    [
        [0],  # it has no marker any more
        [5, 5],
        [5, 4],
        [5, 6, 1],
        [5, -1, 5],
    ],
)
async def test_the_first_offset_or_one_that_was_given_away_is_a_broker_that_forgot(
    offsets: list[int],
) -> None:
    *before, last = [acknowledged(offset) for offset in offsets]
    relaying = relay(ListedOutbox(), ScriptedBroker())
    for each in before:
        relaying._remember(each)

    with pytest.raises(BrokerForgotError):
        relaying._remember(last)


async def test_a_batch_that_the_broker_forgot_is_not_marked_sent() -> None:
    outbox, broker = ListedOutbox(), ScriptedBroker(3, 3)

    relaying = relay(outbox, broker)
    assert await relaying._has_lease()
    with pytest.raises(BrokerForgotError):
        await relaying.relay_batch(cast("AIOKafkaProducer", broker))

    assert len(broker.sent) == 2
    assert outbox.told == []


async def test_then_all_is_sent_again_and_its_new_offsets_are_believed() -> None:
    outbox, broker = ListedOutbox(), ScriptedBroker(3, 0, 1, 2)

    running = asyncio.create_task(relay(outbox, broker).run())
    await asyncio.wait_for(outbox.emptied.wait(), PATIENCE_SECONDS)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert outbox.told == ["send again", "sent [1, 2]"]
    assert broker.sent == broker.sent[:2] * 2
