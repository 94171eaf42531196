"""A hold ends exactly at its deadline, for all operations at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.booking import BookingService
from domain.errors import (
    ReservationClosedError,
    ReservationExpiredError,
    SeatsUnavailableError,
    SessionClosedError,
)
from domain.payment import Payment, PaymentStatus
from domain.reservation import Reservation, ReservationStatus
from domain.sales import PaymentService
from domain.seats import SeatStatus
from persistence.postgres.pool import Pool, open_pool
from persistence.queries.seat_maps import SeatMaps
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import until_blocked
from tests.support.prices import DEFAULT_TYPE

BEFORE = timedelta(microseconds=-1)
EXACTLY = timedelta(0)
AFTER = timedelta(microseconds=1)

# The search path puts this clock before that of Postgres.
STOP_THE_CLOCK = """
CREATE SCHEMA stopped;
CREATE TABLE stopped.clock AS SELECT pg_catalog.clock_timestamp() AS now;
CREATE FUNCTION stopped.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql
    AS 'SELECT now FROM stopped.clock';
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = stopped, public, pg_catalog',
                   current_database());
END $$
"""


class SaleServices:
    """The operations on a hold, at a time that the test sets."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.ledger = PostgresLedger(pool)
        self._booking = BookingService(self.ledger, NoSeatLocks(), NoWakeup())
        self._payments = PaymentService(self.ledger, NoSeatLocks(), NoWakeup())

    async def set_clock(self, now: datetime) -> None:
        await self._pool.execute("UPDATE stopped.clock SET now = $1", now)

    async def hold(self, show: Show, who: UUID, *numbers: int) -> Reservation:
        seats = [show.seat_ids[number] for number in numbers]
        return await self._booking.reserve_seats(show.session_id, seats, who)

    async def choose(self, held: Reservation, ticket_type: UUID) -> Reservation:
        types = [(seat.id, ticket_type) for seat in held.seats]
        return await self._booking.choose_tickets(held.id, held.customer_id, types)

    async def cancel(self, held: Reservation) -> None:
        await self._booking.cancel_reservation(held.id, held.customer_id)

    async def open_payment(self, held: Reservation) -> UUID:
        return await open_payment(self._pool, held.id)

    async def pay(self, payment_id: UUID, who: UUID) -> Payment:
        return await self._payments.approve_payment(payment_id, who)

    async def first_seat(self, show: Show) -> SeatStatus:
        """The status in the seat map."""
        maps = await SeatMaps(self._pool).whole([show.session_id])
        seats = maps[show.session_id].seats
        return next(seat.status for seat in seats if seat.id == show.seat_ids[0])


@pytest.fixture
async def pool(scratch_database_url: str) -> AsyncIterator[Pool]:
    """A database whose clock stands still until the test sets it."""
    db = await asyncpg.connect(scratch_database_url)
    await db.execute(STOP_THE_CLOCK)
    await db.close()
    pool = await open_pool(scratch_database_url, max_size=4, name="tests")
    yield pool
    await pool.close()


@pytest.fixture
def services(pool: Pool) -> SaleServices:
    return SaleServices(pool)


async def test_a_payment_is_approved_a_microsecond_before_the_deadline(
    services: SaleServices, show: Show, ana: UUID
) -> None:
    held = await services.hold(show, ana, 0)
    payment_id = await services.open_payment(held)
    await services.set_clock(held.expires_at + BEFORE)

    seen = await services.first_seat(show)
    paid = await services.pay(payment_id, ana)

    assert seen is SeatStatus.HELD
    assert paid.status is PaymentStatus.APPROVED
    assert paid.approved_at == held.expires_at + BEFORE
    assert await services.first_seat(show) is SeatStatus.SOLD


@pytest.mark.parametrize("late", [EXACTLY, AFTER])
async def test_from_the_deadline_on_the_seat_is_available_to_others(
    services: SaleServices, show: Show, cinema: Cinema, late: timedelta
) -> None:
    ana, bia = await cinema.customers(2)
    held = await services.hold(show, ana, 0)
    payment_id = await services.open_payment(held)
    await services.set_clock(held.expires_at + late)

    seen = await services.first_seat(show)
    with pytest.raises(ReservationExpiredError):
        await services.pay(payment_id, ana)
    with pytest.raises(ReservationClosedError) as closed:
        await services.cancel(held)
    unswept = await cinema.seat_states(show)
    hers = await services.hold(show, bia, 0)

    assert seen is SeatStatus.AVAILABLE
    assert closed.value.status is ReservationStatus.EXPIRED
    assert unswept[0] == ("HELD", 2)
    assert [seat.version for seat in hers.seats] == [4]
    assert hers.expires_at == held.expires_at + late + timedelta(seconds=30)
    assert await cinema.count("reservations", "status = 'EXPIRED'") == 1


async def test_the_seat_is_unavailable_to_others_a_microsecond_before_the_deadline(
    services: SaleServices, show: Show, cinema: Cinema
) -> None:
    ana, bia = await cinema.customers(2)
    held = await services.hold(show, ana, 0)
    await services.set_clock(held.expires_at + BEFORE)

    with pytest.raises(SeatsUnavailableError) as refused:
        await services.hold(show, bia, 0)

    assert refused.value.seats == held.seats


async def test_the_sweep_expires_a_hold_at_its_deadline_and_not_sooner(
    services: SaleServices, show: Show, ana: UUID
) -> None:
    held = await services.hold(show, ana, 0)

    await services.set_clock(held.expires_at + BEFORE)
    before = await services.ledger.expire_due(9)
    await services.set_clock(held.expires_at)
    exactly = await services.ledger.expire_due(9)

    assert before == []
    assert [expired.id for expired in exactly] == [held.id]


async def test_one_hold_takes_over_overdue_seats_of_several_customers(
    services: SaleServices, show: Show, cinema: Cinema
) -> None:
    ana, bia, eva = await cinema.customers(3)
    await services.hold(show, ana, 0)
    held = await services.hold(show, bia, 1)
    await services.set_clock(held.expires_at)

    hers = await services.hold(show, eva, 0, 1)

    assert [seat.version for seat in hers.seats] == [4, 4]
    assert await cinema.count("reservations", "status = 'EXPIRED'") == 2


@pytest.mark.parametrize("minutes", [0, -30, 20])
async def test_a_session_is_sold_until_its_sales_end(
    services: SaleServices, show: Show, ana: UUID, pool: Pool, minutes: int
) -> None:
    """With its start, or before, or after."""
    end = await pool.fetchval(
        "UPDATE sessions SET sales_end_at = starts_at + $1::interval"
        " RETURNING sales_end_at",
        timedelta(minutes=minutes),
    )
    await services.set_clock(end + BEFORE)

    held = await services.hold(show, ana, 0)
    await services.set_clock(end)
    with pytest.raises(SessionClosedError):
        await services.hold(show, ana, 1)

    assert held.created_at == end + BEFORE


async def test_deadlines_hold_with_the_real_clock_too(scratch_pool: Pool) -> None:
    services, cinema = SaleServices(scratch_pool), Cinema(scratch_pool)
    show = await cinema.open_session()
    begun = await cinema.open_session(starts_in=timedelta(0))
    ana, bia = await cinema.customers(2)

    held = await services.hold(show, ana, 0)
    payment_id = await services.open_payment(held)
    await expire_hold(scratch_pool, held.id)
    with pytest.raises(ReservationExpiredError):
        await services.pay(payment_id, ana)
    seen = await services.first_seat(show)
    hers = await services.hold(show, bia, 0)
    with pytest.raises(SessionClosedError):
        await services.hold(begun, ana, 0)

    assert held.expires_at - held.created_at == timedelta(seconds=30)
    assert hers.expires_at - hers.created_at == timedelta(seconds=30)
    assert seen is SeatStatus.AVAILABLE
    assert [seat.version for seat in hers.seats] == [4]


async def test_a_choice_of_types_reads_the_clock_after_it_has_waited(
    pool: Pool, services: SaleServices, show: Show, ana: UUID
) -> None:
    held = await services.hold(show, ana, 0)
    ticket_type = await pool.fetchval(DEFAULT_TYPE)
    async with pool.acquire() as db, db.transaction():
        await db.execute("SELECT FROM reservations WHERE id = $1 FOR UPDATE", held.id)
        choosing = asyncio.create_task(services.choose(held, ticket_type))
        await until_blocked(pool, 1)
        await services.set_clock(held.expires_at)

    with pytest.raises(ReservationExpiredError):
        await choosing
