"""Approvals that meet an expiry, against real Postgres."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

from domain.errors import (
    ReservationExpiredError,
)
from domain.ports import Hold, Wanted
from domain.reservation import Reservation
from domain.sales import PaymentService
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.events import update_payments
from tests.support.null_services import NoSeatLocks, NoWakeup


async def test_approval_racing_expiry_never_parts_money_from_seats(pool: Pool) -> None:
    cinema = Cinema(pool)
    size = 50
    show = await cinema.open_session(seats=size)
    [ana] = await cinema.customers(1)
    ledger = PostgresLedger(pool)
    payments = PaymentService(ledger, NoSeatLocks(), NoWakeup())
    outcome: Counter[str] = Counter()
    dice = random.Random(11)

    async def approve(payment_id: UUID, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            await payments.approve_payment(payment_id, ana)
            outcome["approved"] += 1
        except ReservationExpiredError:
            outcome["expired"] += 1

    async def expire(reservation_id: UUID, delay: float) -> None:
        await asyncio.sleep(delay)
        await ledger.expire([reservation_id])

    rounds, period = 0, 0.06
    while rounds < 10 or min(outcome["approved"], outcome["expired"]) <= 50:
        rounds += 1
        due = await _due(ledger, pool, show, ana)
        ids = list(due.values())
        # All of the round end at one moment, soon; everybody acts close to it.
        await pool.execute(_END_SOON, ids, timedelta(seconds=period))
        approved = outcome["approved"]
        await asyncio.gather(
            *(approve(pay, period * dice.uniform(0.5, 1.3)) for pay in due),
            *(expire(held, period * dice.uniform(0.8, 1.3)) for held in ids),
        )
        await ledger.expire_due(size)
        assert await pool.fetchval(_PARTED, ids) == 0
        await pool.execute(_START_OVER, ids)
        # As long as this machine needs for half of them.
        period *= 1.5 if outcome["approved"] - approved < size / 2 else 1 / 1.5
        assert rounds < 60, (outcome, period)

    assert outcome.total() == rounds * size


async def _due(
    ledger: PostgresLedger, pool: Pool, show: Show, customer: UUID
) -> dict[UUID, UUID]:
    """Holds all seats; of each open payment its reservation."""
    holds = [await _hold(ledger, show, seat, customer) for seat in show.seat_ids]
    ids = [reservation.id for reservation in holds]
    await update_payments(pool, *ids)
    rows = await pool.fetch(
        "SELECT id, reservation_id FROM payments WHERE reservation_id = ANY($1)", ids
    )
    assert len(rows) == len(ids)
    return {row["id"]: row["reservation_id"] for row in rows}


async def _hold(
    ledger: PostgresLedger, show: Show, seat: UUID, customer: UUID
) -> Reservation:
    verdict = await ledger.hold(
        Hold(
            reservation_id=uuid4(),
            customer_id=customer,
            wanted=Wanted(session_id=show.session_id, seat_ids=(seat,)),
            period=timedelta(seconds=30),
            seats_per_customer=len(show.seat_ids),
        )
    )
    assert verdict.reservation
    return verdict.reservation


_END_SOON = """
WITH due AS (
    UPDATE reservations SET expires_at = clock_timestamp() + $2::interval
    WHERE id = ANY($1::uuid[]) RETURNING id, expires_at
)
UPDATE session_seats SET held_until = due.expires_at
FROM due WHERE session_seats.reservation_id = due.id
"""

# Whatever is neither wholly sold in time nor wholly given back.
_PARTED = """
SELECT count(*) FROM reservations r
JOIN claims ON claims.reservation_id = r.id
JOIN session_seats seat ON seat.id = claims.session_seat_id
JOIN payments p ON p.reservation_id = r.id
WHERE r.id = ANY($1::uuid[]) AND NOT (
    (r.status = 'CONFIRMED' AND p.status = 'APPROVED' AND seat.status = 'SOLD'
     AND seat.reservation_id = r.id AND claims.released_at IS NULL)
    OR (r.status = 'EXPIRED' AND p.status <> 'APPROVED'
        AND seat.status = 'AVAILABLE' AND claims.released_at IS NOT NULL))
"""

_START_OVER = """
WITH claim AS (
    UPDATE claims SET released_at = clock_timestamp()
    WHERE reservation_id = ANY($1::uuid[]) RETURNING session_seat_id
)
UPDATE session_seats SET status = 'AVAILABLE', reservation_id = NULL
FROM claim WHERE id = claim.session_seat_id
"""
