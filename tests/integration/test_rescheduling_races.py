"""A session that moves while customers buy, against real Postgres."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import RoomBusyError, SeatsUnavailableError, SessionMovedError
from domain.ports import Expected
from domain.reservation import DEFAULT_TERMS, Reservation
from domain.sessions import Session
from persistence.catalog import catalog_sql, reschedule_sql
from persistence.postgres.pool import Pool
from persistence.sales import extension_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.gate import STOP, Gate
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import blocked, eventually, until_blocked
from tests.support.rescheduling import (
    STARTS_AT,
    another_room,
    labels,
    later,
    moving,
    rescheduling_service,
)

# Seats that differ from what their reservation says.
PARTED = """
SELECT count(*) FROM session_seats ss JOIN reservations r ON r.id = ss.reservation_id
WHERE ss.session_id = $1 AND ss.held_until IS DISTINCT FROM r.expires_at
"""


def reserving(
    pool: Pool, show: Show, customer: UUID, seat: int, expected: Expected
) -> Awaitable[Reservation]:
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    return booking.reserve_seats(
        show.session_id, show.seat_ids[seat : seat + 1], customer, expected=expected
    )


@pytest.mark.parametrize("locked", [True, False])
async def test_a_hold_that_comes_meanwhile_sees_the_new_start(
    cinema: Cinema, show: Show, ana: UUID, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock on the session it is made for the old one."""
    pool = cinema.pool
    shown = Expected(starts_at=await pool.fetchval(STARTS_AT, show.session_id))
    stopped = f"{reschedule_sql.MOVE.rstrip()}, {STOP}"
    monkeypatch.setattr(reschedule_sql, "MOVE", stopped)
    if not locked:
        free = catalog_sql.LOCK_SESSION.replace(catalog_sql.LOCK_AGAINST_HOLDS, "")
        monkeypatch.setattr(catalog_sql, "LOCK_SESSION", free)
    at = await later(cinema, show, hours=3)
    async with Gate(pool) as gate:
        rescheduling = rescheduling_service(pool)
        move = rescheduling.reschedule_session(moving(show, ana, at))
        changing = asyncio.create_task(move)
        await until_blocked(pool, 1)
        holding = asyncio.ensure_future(reserving(pool, show, ana, 0, shown))

        async def is_past_or_waits() -> bool:
            return holding.done() or await blocked(pool) == 2

        await eventually(is_past_or_waits)
        await gate.open()
        await changing
        [answer] = await asyncio.gather(holding, return_exceptions=True)

    assert isinstance(answer, SessionMovedError if locked else Reservation)


async def test_an_extension_that_began_before_is_kept(
    cinema: Cinema, show: Show, ana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = cinema.pool
    held = await reserving(pool, show, ana, 0, Expected())
    whole = extension_sql.EXTEND
    stopped = whole.replace("AS whole", f"AS whole, {STOP}")
    monkeypatch.setattr(extension_sql, "EXTEND", stopped)
    at = await later(cinema, show, hours=3)
    async with Gate(pool) as gate:
        ledger = PostgresLedger(pool)
        extending = asyncio.create_task(
            ledger.extend(held.id, ana, DEFAULT_TERMS, None)
        )
        await until_blocked(pool, 1)
        move = rescheduling_service(pool).reschedule_session(moving(show, ana, at))
        changing = asyncio.create_task(move)
        await until_blocked(pool, 2)
        await gate.open()
        await asyncio.gather(extending, changing)

    assert await pool.fetchval(PARTED, show.session_id) == 0
    event = await pool.fetchval(
        "SELECT data FROM outbox WHERE session_id = $1 AND type = 'ReservationMoved'",
        show.session_id,
    )
    assert event["extensions"] == 1
    assert (await labels(cinema, show))[0][1:3] == ("HELD", 4)


async def test_a_seat_that_is_held_meanwhile_needs_a_place_too(
    cinema: Cinema, ana: UUID
) -> None:
    pool = cinema.pool
    show = await cinema.open_session(seats=3)
    small = await another_room(cinema, 2)
    async with pool.acquire() as db, db.transaction():
        await db.execute(
            "SELECT FROM sessions WHERE id = $1 FOR KEY SHARE", show.session_id
        )
        move = rescheduling_service(pool).reschedule_session(
            moving(show, ana, None, small)
        )
        changing = asyncio.create_task(move)
        await until_blocked(pool, 1)
        await reserving_in(db, show, ana)
    with pytest.raises(SeatsUnavailableError) as refused:
        await changing
    assert [seat.id for seat in refused.value.seats] == [show.seat_ids[2]]


async def reserving_in(db: Any, show: Show, customer: UUID) -> None:
    """As a hold that has begun before: the last seat."""
    await db.execute(
        "WITH r AS (INSERT INTO reservations (session_id, customer_id, status,"
        " amount_minor, currency, created_at, expires_at) SELECT $1, $2, 'PENDING',"
        " 2500, 'BRL', clock_timestamp(), clock_timestamp() + interval '1 minute'"
        " RETURNING *), c AS (INSERT INTO claims (reservation_id, session_seat_id,"
        " price_minor) SELECT id, $3, 2500 FROM r)"
        " UPDATE session_seats ss SET status = 'HELD', reservation_id = r.id,"
        " held_until = r.expires_at, version = version + 1 FROM r WHERE ss.id = $3",
        show.session_id,
        customer,
        show.seat_ids[2],
    )


async def test_of_sessions_that_want_one_room_at_one_time_one_gets_it(
    cinema: Cinema, ana: UUID
) -> None:
    pool = cinema.pool
    shows = [await cinema.open_session(seats=2) for _ in range(6)]
    room_id = await another_room(cinema, 2)
    service = rescheduling_service(pool)

    answers = await asyncio.gather(
        *(
            service.reschedule_session(moving(show, ana, None, room_id))
            for show in shows
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(each, Session) for each in answers) == 1
    assert sum(isinstance(each, RoomBusyError) for each in answers) == 5


async def test_crossing_moves_of_one_session_end_somewhere(
    cinema: Cinema, ana: UUID
) -> None:
    pool = cinema.pool
    show = await cinema.open_session(seats=2)
    await reserving(pool, show, ana, 0, Expected())
    rooms = [await another_room(cinema, 3) for _ in range(3)]
    starts = [await later(cinema, show, hours=n) for n in (3, 6, 9)]
    service = rescheduling_service(pool)

    sessions = await asyncio.gather(
        *(service.reschedule_session(moving(show, ana, None, each)) for each in rooms),
        *(service.reschedule_session(moving(show, ana, each)) for each in starts),
    )

    assert {each.version for each in sessions} == {2, 3, 4, 5, 6, 7}
    last = max(sessions, key=lambda each: each.version)
    assert last.starts_at in starts and last.room_id in rooms
    assert last.ends_at - last.starts_at == timedelta(minutes=114)
    shown = [row for row in await labels(cinema, show) if not row[3]]
    assert [row[:2] for row in shown] == [
        ("A1", "HELD"),
        ("A2", "AVAILABLE"),
        ("A3", "AVAILABLE"),
    ]
    assert shown[0][2] == 2 + 6
