"""Holds of seats, and their events in the outbox and on Kafka."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from domain.ports import Hold
from domain.reservation import Reservation
from persistence.sales.ledger import PostgresLedger
from realtime.broker import MARKER, Kafka, running
from tests.support.cinema import Cinema, Show
from tests.support.polling import PATIENCE_SECONDS, eventually


async def hold(cinema: Cinema, show: Show, seat: int) -> Reservation:
    [customer] = await cinema.customers(1)
    verdict = await PostgresLedger(cinema.pool).hold(
        Hold(
            reservation_id=uuid4(),
            customer_id=customer,
            wanted=show.wanting(seat),
            period=timedelta(seconds=30),
        )
    )
    assert verdict.reservation
    return verdict.reservation


async def payments(cinema: Cinema, show: Show) -> list[str]:
    rows = await cinema.pool.fetch(
        "SELECT p.status FROM payments p JOIN reservations r"
        " ON r.id = p.reservation_id WHERE r.session_id = $1 ORDER BY r.created_at",
        show.session_id,
    )
    return [row["status"] for row in rows]


async def outbox_size(cinema: Cinema) -> int:
    return int(await cinema.pool.fetchval("SELECT count(*) FROM outbox"))


async def until_outbox_is_empty(cinema: Cinema) -> None:
    async def nothing_waits() -> bool:
        return await outbox_size(cinema) == 0

    await eventually(nothing_waits)


async def read_topic(kafka: Kafka, topic: str, session_id: UUID) -> list[Any]:
    """All records of one session, from the start of the topic."""
    partitions = [TopicPartition(topic, number) for number in range(kafka.partitions)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await _read(kafka, partitions, session_id)


async def _read(
    kafka: Kafka, partitions: list[TopicPartition], session_id: UUID
) -> list[Any]:
    """Up to a mark of its own: the embedded broker reports ends that are too low."""
    mark, key = uuid4().bytes, str(session_id).encode()
    servers = kafka.bootstrap_servers
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    async with running(producer):
        for topic, number in partitions:
            await producer.send_and_wait(topic, MARKER, key=mark, partition=number)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    found = []
    unread = set(partitions)
    async with running(consumer):
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while unread:
            record = await consumer.getone()
            if record.key == mark:
                unread.discard(TopicPartition(record.topic, record.partition))
            elif record.key == key and record.value != MARKER:
                found.append(record)
    return found
