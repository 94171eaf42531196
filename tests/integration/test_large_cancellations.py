"""Cancelled sessions with a thousand tickets, and their maps."""

import asyncio
from datetime import timedelta
from uuid import UUID

from domain.booking import BookingService
from domain.reservation import HoldTerms
from domain.sessions import SessionStatus
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.refunds import SUMS, cancellation_service

# As approvals would, one by one.
SELL_ALL = """
WITH sold AS (
    UPDATE reservations SET status = 'CONFIRMED' WHERE session_id = $1 RETURNING *
),
paid AS (
    INSERT INTO payments (reservation_id, status, amount_minor, currency, created_at,
                          approved_at)
    SELECT id, 'APPROVED', amount_minor, currency, created_at, created_at FROM sold
)
UPDATE session_seats SET status = 'SOLD', held_until = NULL, version = version + 1
WHERE session_id = $1
"""


async def test_maps_show_it(pool: Pool, show: Show, ana: UUID) -> None:
    kept = SeatMaps(pool)
    before = (await kept.whole([show.session_id]))[show.session_id]

    await cancellation_service(pool).cancel_session(show.session_id, "flood", ana)

    after = [
        (await kept.whole([show.session_id]))[show.session_id],
        await kept.read(show.session_id, before.position),  # as one that resumes
        await SeatMaps(pool).read(show.session_id),
    ]
    assert before.status is SessionStatus.SCHEDULED
    assert [getattr(each, "status", None) for each in after] == [
        SessionStatus.CANCELLED
    ] * 3


async def test_a_thousand_tickets_in_one_go(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=1000)
    ledger = PostgresLedger(pool)
    customers = await cinema.customers(1000)
    terms = HoldTerms(period=timedelta(minutes=10))
    booking = BookingService(ledger, NoSeatLocks(), NoWakeup(), terms)
    await asyncio.gather(
        *(
            booking.reserve_seats(show.session_id, [seat], who)
            for seat, who in zip(show.seat_ids, customers, strict=True)
        )
    )
    await pool.execute(SELL_ALL, show.session_id)

    await cancellation_service(pool).cancel_session(show.session_id, "flood", ana)

    sums = await pool.fetchrow(SUMS, show.session_id)
    assert sums and tuple(sums) == (1000, 2_500_000, 0)
    assert {status for status, _ in await cinema.seat_states(show)} == {"AVAILABLE"}
