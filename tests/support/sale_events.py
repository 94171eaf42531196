"""Holds of seats, and their events in the outbox and on Kafka."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord

from domain.ports import Hold
from domain.reservation import Reservation
from domain.seats import SessionSeat
from persistence.codec import seat_to_json
from persistence.sales.ledger import PostgresLedger
from realtime.broker import MARKER, Kafka
from realtime.topic_reading import read_topics
from tests.support.cinema import Cinema, Show
from tests.support.polling import eventually


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


async def read_topic(
    kafka: Kafka, topic: str, session_id: UUID
) -> list[ConsumerRecord]:
    """All records of one session, from the start of the topic."""
    key = str(session_id).encode()
    return [
        record
        async for record in read_topics(kafka, [topic])
        if record.key == key and record.value != MARKER
    ]


def agreed_seat(seat: SessionSeat) -> dict[str, Any]:
    """The JSON of a seat in an event of its reservation."""
    assert seat.agreed_price
    return seat_to_json(seat) | {"agreed_minor": seat.agreed_price.amount_minor}
