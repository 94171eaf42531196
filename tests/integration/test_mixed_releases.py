"""Programs of the last release and of this one at work on the same reservations.

A deployment migrates first, and replaces the programs one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.reservation import DEFAULT_TERMS
from persistence import migrate
from persistence.catalog.blocks import PostgresBlocks
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, expire_hold
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.prices import ADULT, STUDENT, open_priced_session
from tests.support.released_program import LAST_MIGRATION, ReleasedProgram

# Nothing is lost, and nothing sold twice: by the rows of one reservation.
WHOLE = """
SELECT r.status, r.amount_minor,
       sum(coalesce(claims.price_minor, r.amount_minor / seats)) AS tickets,
       bool_and(claims.released_at IS NULL) AS claimed,
       array_agg(DISTINCT CASE WHEN ss.reservation_id = r.id
                               THEN ss.status END) AS held,
       min(p.status) AS payment, min(p.amount_minor) AS paid
FROM reservations r
JOIN (SELECT *, count(*) OVER (PARTITION BY reservation_id) AS seats FROM claims)
    AS claims ON claims.reservation_id = r.id
JOIN session_seats ss ON ss.id = claims.session_seat_id
LEFT JOIN payments p ON p.reservation_id = r.id
WHERE r.id = $1 GROUP BY r.id
"""


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
def released(scratch_pool: Pool) -> ReleasedProgram:
    return ReleasedProgram(scratch_pool)


async def approve(pool: Pool, reservation: UUID, customer: UUID) -> None:
    payment = await open_payment(pool, reservation)
    assert (await PostgresLedger(pool).approve(payment, customer, None)).confirmed


async def cancel(pool: Pool, reservation: UUID, customer: UUID) -> None:
    assert (await PostgresLedger(pool).cancel(reservation, customer)).reservation


async def expire(pool: Pool, reservation: UUID, _customer: UUID) -> None:
    await expire_hold(pool, reservation)
    assert await PostgresLedger(pool).expire([reservation])


async def extend(pool: Pool, reservation: UUID, customer: UUID) -> None:
    ledger = PostgresLedger(pool)
    verdict = await ledger.extend(reservation, customer, DEFAULT_TERMS, None)
    assert verdict.extended


async def choose_students(pool: Pool, reservation: UUID, customer: UUID) -> None:
    seat = await pool.fetchval(
        "SELECT session_seat_id FROM claims WHERE reservation_id = $1", reservation
    )
    student = await pool.fetchval(
        "SELECT ticket_type_id FROM ticket_quotas q JOIN reservations r"
        " ON r.session_id = q.session_id WHERE r.id = $1",
        reservation,
    )
    chosen = await PostgresLedger(pool).choose_tickets(
        reservation, customer, [(seat, student)]
    )
    assert chosen.total.amount_minor == STUDENT + ADULT


async def approve_as_before(pool: Pool, reservation: UUID, customer: UUID) -> None:
    await ReleasedProgram(pool).approve(reservation, customer)


async def cancel_as_before(pool: Pool, reservation: UUID, customer: UUID) -> None:
    await ReleasedProgram(pool).cancel(reservation, customer)


async def expire_as_before(pool: Pool, reservation: UUID, _customer: UUID) -> None:
    await expire_hold(pool, reservation)
    await ReleasedProgram(pool).expire(reservation)


Step = Callable[[Pool, UUID, UUID], Awaitable[None]]
SOLD = ("CONFIRMED", ["SOLD"])
GIVEN_BACK = ("CANCELLED", [None])
OVER = ("EXPIRED", [None])


@pytest.mark.parametrize(
    ("held_before", "steps", "outcome"),
    [
        (True, [approve], SOLD),
        (True, [cancel], GIVEN_BACK),
        (True, [expire], OVER),
        (True, [extend, approve_as_before], SOLD),
        (True, [choose_students, approve_as_before], SOLD),
        (True, [choose_students, approve], SOLD),
        (True, [choose_students, cancel_as_before], GIVEN_BACK),
        (False, [approve_as_before], SOLD),
        (False, [cancel_as_before], GIVEN_BACK),
        (False, [expire_as_before], OVER),
        (False, [extend, choose_students, expire_as_before], OVER),
    ],
)
async def test_programs_of_both_releases_change_one_reservation(
    cinema: Cinema,
    released: ReleasedProgram,
    *,
    held_before: bool,
    steps: list[Step],
    outcome: tuple[str, list[str | None]],
) -> None:
    pool = cinema.pool
    show = await open_priced_session(cinema)
    [ana] = await cinema.customers(1)
    if held_before:
        reservation = await released.hold(show, ana, 0, 1)
    else:
        booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
        held = await booking.reserve_seats(show.session_id, show.seat_ids[:2], ana)
        reservation = held.id

    for step in steps:
        await step(pool, reservation, ana)
    await released.open_payment(reservation)

    row = await pool.fetchrow(WHOLE, reservation)
    assert row
    assert (row["status"], row["held"]) == outcome
    assert row["claimed"] is (outcome == SOLD)
    assert row["tickets"] == row["amount_minor"]
    if outcome == SOLD:
        assert (row["payment"], row["paid"]) == ("APPROVED", row["amount_minor"])
    await released.hold(show, ana, 2)
    assert (await PostgresLedger(pool).reservation(reservation)).status == outcome[0]


async def test_what_newer_programs_wrote_is_sold_on_after_a_downgrade(
    scratch_database_url: str, cinema: Cinema, released: ReleasedProgram
) -> None:
    """Extended holds, tickets of types, blocked seats and ended sales."""
    pool = cinema.pool
    show = await open_priced_session(cinema)
    [ana] = await cinema.customers(1)
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    sold, held = [
        (await booking.reserve_seats(show.session_id, seats, ana)).id
        for seats in (show.seat_ids[:2], show.seat_ids[2:4])
    ]
    await choose_students(pool, sold, ana)
    await approve(pool, sold, ana)
    await extend(pool, held, ana)
    blocks = PostgresBlocks(pool)
    await blocks.block(show.session_id, show.seat_ids[5:6], "broken", ana)
    await pool.execute("UPDATE sessions SET sales_end_at = starts_at - interval '1 h'")

    await asyncio.to_thread(migrate.downgrade, scratch_database_url, LAST_MIGRATION)

    assert [status for status, _ in await cinema.seat_states(show)] == [
        *["SOLD"] * 2,
        *["HELD"] * 2,
        *["AVAILABLE"] * 6,
    ]
    await released.approve(held, ana)
    await released.approve(await released.hold(show, ana, 4, 5), ana)
    await asyncio.to_thread(migrate.upgrade, scratch_database_url)
    total = await pool.fetchval(
        "SELECT sum(amount_minor) FROM payments WHERE status = 'APPROVED'"
    )
    assert total == STUDENT + 5 * ADULT
