"""Extensions that meet each other, an expiry or the end, against real Postgres."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import ReservationExpiredError
from domain.extensions import ExtensionService
from domain.reservation import DEFAULT_TERMS, HoldTerms, Reservation
from persistence.postgres.pool import Pool
from persistence.sales import extension_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import until_blocked

PERIOD = DEFAULT_TERMS.extension
CROWD = 30
ROW = "SELECT status, extensions, expires_at FROM reservations WHERE id = $1"


async def test_of_crossing_extensions_no_more_than_allowed_win(
    pool: Pool,
    extensions: ExtensionService,
    held: Reservation,
    ana: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def crossing() -> Counter[str]:
        calls = (extensions.extend_reservation(held.id, ana) for _ in range(16))
        answers = await asyncio.gather(*calls, return_exceptions=True)
        return Counter(type(answer).__name__ for answer in answers)

    assert await crossing() == {"Reservation": 10, "NoMoreExtensionsError": 6}
    row = await pool.fetchrow(ROW, held.id)
    assert row
    assert tuple(row) == ("PENDING", 10, held.expires_at + 10 * PERIOD)
    _without_guard(monkeypatch)
    assert await crossing() == {"Reservation": 16}


async def test_an_extension_that_waits_beyond_the_end_is_too_late(
    pool: Pool,
    extensions: ExtensionService,
    held: Reservation,
    ana: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The clock is read under the lock."""

    async def extend_late() -> Any:
        async with pool.acquire() as db, db.transaction():
            await db.execute(
                "SELECT FROM reservations WHERE id = $1 FOR UPDATE", held.id
            )
            extending = asyncio.create_task(extensions.extend_reservation(held.id, ana))
            await until_blocked(pool, 1)
            await db.execute(
                "UPDATE reservations SET created_at = created_at - interval '1 minute',"
                " expires_at = clock_timestamp() - interval '1 millisecond'"
                " WHERE id = $1",
                held.id,
            )
        return (await asyncio.gather(extending, return_exceptions=True))[0]

    assert isinstance(await extend_late(), ReservationExpiredError)
    _without_guard(monkeypatch)
    assert isinstance(await extend_late(), Reservation)


async def test_of_an_extension_and_an_expiry_exactly_one_wins(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=CROWD)
    ledger = PostgresLedger(pool)
    terms = HoldTerms(extension=timedelta(hours=1), seats_per_customer=CROWD)
    booking = BookingService(ledger, NoSeatLocks(), NoWakeup(), terms)
    extensions = ExtensionService(ledger, NoSeatLocks(), NoWakeup(), terms)
    holds = [
        await booking.reserve_seats(show.session_id, [seat], ana)
        for seat in show.seat_ids
    ]
    outcome: Counter[str] = Counter()
    period, rounds = 0.05, 0
    while len(outcome) < 2 or rounds < 5:
        rounds += 1
        assert rounds < 50, outcome
        ids = [held.id for held in holds]
        await pool.execute(_END_SOON, ids, timedelta(seconds=period))

        async def extend(held: Reservation, delay: float) -> str:
            await asyncio.sleep(delay)
            try:
                await extensions.extend_reservation(held.id, ana)
            except ReservationExpiredError:
                return "expired"
            return "extended"

        async def sweep(ids: Sequence[UUID], delay: float) -> None:
            await asyncio.sleep(delay)
            await ledger.expire(ids)

        answers, *_ = await asyncio.gather(
            asyncio.gather(
                *(
                    extend(held, period * (0.5 + place / len(holds)))
                    for place, held in enumerate(holds)
                )
            ),
            *(sweep(ids, period * (0.9 + 0.1 * n)) for n in range(4)),
        )
        await ledger.expire(ids)
        outcome.update(answers)
        rows = await pool.fetch(_OUTCOMES, ids)
        assert len(rows) == len(ids)
        won = {row["id"]: row["won"] for row in rows}
        assert [won[held.id] for held in holds] == answers
        for held, answer in zip(holds, answers, strict=True):
            if answer == "extended":
                await booking.cancel_reservation(held.id, ana)
        holds = [
            await booking.reserve_seats(show.session_id, [seat], ana)
            for seat in show.seat_ids
        ]


def _without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    blind = extension_sql.EXTEND.replace(extension_sql.CAN_BE_EXTENDED, "TRUE")
    # The statement uses $6 in the guard alone.
    monkeypatch.setattr(extension_sql, "EXTEND", blind + " WHERE $6::int IS NOT NULL")


_END_SOON = """
WITH due AS (
    UPDATE reservations SET expires_at = clock_timestamp() + $2::interval,
        created_at = clock_timestamp() - interval '1 second'
    WHERE id = ANY($1::uuid[]) RETURNING id, expires_at
)
UPDATE session_seats SET held_until = due.expires_at
FROM due WHERE session_seats.reservation_id = due.id
"""

# NULL: neither wholly extended nor wholly given back.
_OUTCOMES = """
SELECT r.id, CASE
    WHEN r.status = 'PENDING' AND r.extensions = 1 AND seat.status = 'HELD'
        AND seat.reservation_id = r.id AND seat.held_until = r.expires_at
        AND claims.released_at IS NULL THEN 'extended'
    WHEN r.status = 'EXPIRED' AND r.extensions = 0
        AND seat.status = 'AVAILABLE' AND claims.released_at IS NOT NULL THEN 'expired'
    END AS won
FROM reservations r
JOIN claims ON claims.reservation_id = r.id
JOIN session_seats seat ON seat.id = claims.session_seat_id
WHERE r.id = ANY($1::uuid[])
"""
