"""An approval is one statement: one trip to Postgres, all of it or nothing."""

import asyncio
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import PaymentClosedError, ReservationExpiredError
from domain.payment import Payment, PaymentStatus
from domain.reservation import Reservation
from domain.sales import PaymentService
from persistence.postgres.pool import Connection, Pool
from persistence.sales.ledger import LedgerCorruptError, PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import eventually, until_blocked

SOON = timedelta(seconds=0.5)

END_SOON = """
UPDATE reservations SET expires_at = clock_timestamp() + $2::interval WHERE id = $1
"""

IS_OVER = "SELECT expires_at <= clock_timestamp() FROM reservations WHERE id = $1"

# With those that looked at the values of a call.
PLANS = """
SELECT generic_plans, custom_plans FROM pg_prepared_statements
WHERE statement LIKE '%SET status = ''APPROVED''%'
"""

# $1 is a reservation of two seats.
PAYMENT_IS_CLOSED = """
UPDATE payments SET status = 'CANCELLED' WHERE reservation_id = $1
"""

SEAT_IS_GIVEN_BACK = """
UPDATE session_seats SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL
WHERE id = (SELECT id FROM session_seats WHERE reservation_id = $1 LIMIT 1)
"""


class OpenSale:
    """Two seats that ana holds, and a payment that waits for her approval."""

    def __init__(self, pool: Pool, held: Reservation, payment_id: UUID) -> None:
        self.pool = pool
        self.held = held
        self.payment_id = payment_id

    async def approve(self, db: Pool | Connection) -> Payment:
        ledger = PostgresLedger(cast("Pool", db))
        service = PaymentService(ledger, NoSeatLocks(), NoWakeup())
        return await service.approve_payment(
            self.payment_id, self.held.customer_id, "key"
        )

    async def is_over(self) -> bool:
        return bool(await self.pool.fetchval(IS_OVER, self.held.id))


@pytest.fixture
async def sale(pool: Pool, show: Show, ana: UUID) -> OpenSale:
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
    return OpenSale(pool, held, await open_payment(pool, held.id))


async def test_an_approval_is_one_trip_to_postgres_with_a_generic_plan(
    sale: OpenSale,
) -> None:
    asked: list[object] = []
    async with sale.pool.acquire() as db:
        with db.query_logger(asked.append):
            paid = await sale.approve(db)

        planned = await db.fetch(PLANS)

    assert paid.status is PaymentStatus.APPROVED
    assert len(asked) == 1
    assert [tuple(each) for each in planned] == [(1, 0)]


async def test_the_clock_is_read_after_a_wait_for_the_reservation(
    sale: OpenSale,
) -> None:
    """It asks in time, and has its turn too late."""
    await sale.pool.execute(END_SOON, sale.held.id, SOON)
    async with sale.pool.acquire() as db, db.transaction():
        await db.execute(
            "SELECT FROM reservations WHERE id = $1 FOR UPDATE", sale.held.id
        )
        asked = asyncio.create_task(sale.approve(sale.pool))
        await until_blocked(sale.pool, 1)
        await eventually(sale.is_over)

    with pytest.raises(ReservationExpiredError):
        await asked


async def test_an_approval_that_waited_for_a_cancellation_sells_nothing(
    sale: OpenSale, cinema: Cinema, show: Show
) -> None:
    async with sale.pool.acquire() as db, db.transaction():
        cancelling = PostgresLedger(cast("Pool", db))
        await cancelling.cancel(sale.held.id, sale.held.customer_id)
        asked = asyncio.create_task(sale.approve(sale.pool))
        await until_blocked(sale.pool, 1)

    with pytest.raises(PaymentClosedError) as refused:
        await asked
    assert refused.value.status is PaymentStatus.CANCELLED
    assert (await cinema.seat_states(show))[0] == ("AVAILABLE", 3)


@pytest.mark.parametrize("contradiction", [PAYMENT_IS_CLOSED, SEAT_IS_GIVEN_BACK])
async def test_a_sale_in_part_changes_nothing(
    contradiction: str, sale: OpenSale, cinema: Cinema, show: Show
) -> None:
    await sale.pool.execute(contradiction, sale.held.id)
    before = await cinema.seat_states(show)

    with pytest.raises(LedgerCorruptError):
        await sale.approve(sale.pool)

    assert await cinema.seat_states(show) == before
    pending = "id = $1 AND status = 'PENDING'"
    assert await cinema.count("reservations", pending, sale.held.id) == 1
    approved = "id = $1 AND status = 'APPROVED'"
    assert await cinema.count("payments", approved, sale.payment_id) == 0
    assert (
        await cinema.count("idempotency_keys", "result_id = $1", sale.payment_id) == 0
    )
