"""Counters of quotas that older programs have left wrong."""

import asyncio
from uuid import UUID

import pytest

from domain.booking import BookingService
from persistence import migrate
from persistence.postgres.pool import Pool
from persistence.revisions import quota_counts
from persistence.revisions.revise import findings
from persistence.sales import ledger_sql, ticket_hold_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.gate import STOP, Gate
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import until_blocked
from tests.support.prices import PricedShow, students_of

# As programs of 0.1.0 cancel a reservation.
CANCEL_WITHOUT_QUOTA = """
WITH cancelled AS (
    UPDATE reservations SET status = 'CANCELLED' WHERE id = $1 RETURNING id
), given_back AS (
    UPDATE session_seats ss
    SET status = 'AVAILABLE', reservation_id = NULL, held_until = NULL,
        version = version + 1
    FROM cancelled WHERE ss.reservation_id = cancelled.id
)
UPDATE claims SET released_at = clock_timestamp()
FROM cancelled WHERE claims.reservation_id = cancelled.id
"""


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    """With no other sessions, because all of them are counted."""
    return Cinema(scratch_pool)


@pytest.fixture
def booking(cinema: Cinema) -> BookingService:
    return BookingService(PostgresLedger(cinema.pool), NoSeatLocks(), NoWakeup())


async def count_again(cinema: Cinema) -> int:
    async with cinema.pool.acquire() as db:
        return await quota_counts.revise(db)


async def hold_students(
    booking: BookingService, priced: PricedShow, customer: UUID, *numbers: int
) -> UUID:
    seats = [priced.seat_ids[number] for number in numbers]
    held = await booking.reserve_seats(
        priced.session_id,
        seats,
        customer,
        types=[(seat, priced.student) for seat in seats],
    )
    return held.id


async def test_what_an_older_program_did_not_give_back_is_given_back(
    cinema: Cinema, booking: BookingService, priced: PricedShow, ana: UUID
) -> None:
    await hold_students(booking, priced, ana, 0)
    ended = await hold_students(booking, priced, ana, 1, 2)
    await cinema.pool.execute(CANCEL_WITHOUT_QUOTA, ended)
    assert await students_of(cinema, priced) == 3
    async with cinema.pool.acquire() as db:
        shown = [*map(str, await findings(db))]
    assert shown == [f"ticket_quotas {priced.session_id}: '3' becomes '1'"]

    assert [await count_again(cinema), await count_again(cinema)] == [1, 0]

    assert await students_of(cinema, priced) == 1
    await hold_students(booking, priced, ana, 3, 4, 5)


@pytest.mark.parametrize("locked", [True, False])
async def test_a_hold_that_is_under_way_is_counted(
    cinema: Cinema,
    priced: PricedShow,
    ana: UUID,
    monkeypatch: pytest.MonkeyPatch,
    locked: bool,
) -> None:
    await cinema.pool.execute("UPDATE ticket_quotas SET seats_taken = 3")
    if not locked:
        monkeypatch.setattr(quota_counts, "LOCK_QUOTAS", "SELECT $1::uuid")
    stopped = ticket_hold_sql.HOLD_TICKETS.replace(" AS stale,", f" AS stale, {STOP},")
    monkeypatch.setattr(ticket_hold_sql, "HOLD_TICKETS", stopped)
    booking = BookingService(PostgresLedger(cinema.pool), NoSeatLocks(), NoWakeup())
    async with Gate(cinema.pool) as gate:
        holding = asyncio.create_task(hold_students(booking, priced, ana, 0))
        await until_blocked(cinema.pool, 1)
        counting = asyncio.create_task(count_again(cinema))
        await until_blocked(cinema.pool, 2)
        await gate.open()
        await holding
        assert await counting == 1

    assert await students_of(cinema, priced) == (1 if locked else 0)


async def test_a_cancel_that_is_under_way_is_counted_once(
    cinema: Cinema, priced: PricedShow, ana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has changed the claim before it locks the quota."""
    claimed = ledger_sql.CANCEL.replace(
        "RETURNING claims.reservation_id, claims.ticket_type_id",
        f"RETURNING claims.reservation_id, claims.ticket_type_id, {STOP}",
    )
    monkeypatch.setattr(ledger_sql, "CANCEL", claimed)
    monkeypatch.setattr(ledger_sql, "CANCEL_GROUP", claimed)
    ledger = PostgresLedger(cinema.pool)
    booking = BookingService(ledger, NoSeatLocks(), NoWakeup())
    held = await hold_students(booking, priced, ana, 0)
    await cinema.pool.execute("UPDATE ticket_quotas SET seats_taken = 3")
    async with Gate(cinema.pool) as gate:
        cancelling = asyncio.create_task(ledger.cancel(held, ana))
        await until_blocked(cinema.pool, 1)
        assert await count_again(cinema) == 1
        assert await students_of(cinema, priced) == 1
        await gate.open()
        await cancelling

    assert await students_of(cinema, priced) == 0


async def test_a_database_of_an_older_version_has_none(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    await asyncio.to_thread(migrate.downgrade, scratch_database_url)

    async with scratch_pool.acquire() as db:
        assert await quota_counts.findings(db) == []
