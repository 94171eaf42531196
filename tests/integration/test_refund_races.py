"""Calls that give the same tickets back at the same moment, against real Postgres."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from domain.errors import NotFoundError
from domain.refunds import Refund
from domain.reservation import Reservation
from persistence.money import refund_sql
from persistence.postgres.pool import Pool
from persistence.sales.ledger import LedgerCorruptError
from tests.support.cinema import Cinema
from tests.support.polling import soon, until_blocked
from tests.support.prices import open_priced_session, students_of
from tests.support.refunds import EVERYWHERE, asking, refund_service, sell, ticket_ids

GIVEN_BACK = """
SELECT p.refunded_minor, (SELECT count(*) FROM refunds WHERE payment_id = p.id)
FROM payments p WHERE reservation_id = $1
"""


def remove_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOCK_SALE", "LOCK_PAYMENTS", "LOCK_SEATS", "TICKETS"):
        unlocked = getattr(refund_sql, name).partition("FOR UPDATE")[0]
        monkeypatch.setattr(refund_sql, name, unlocked)


async def at_once(
    pool: Pool, sold: Reservation, *wanted: Sequence[UUID] | None
) -> list[Refund | BaseException]:
    """Calls that all have begun before one of them can change something."""
    service = refund_service(pool)
    async with pool.acquire() as db, db.transaction():
        await db.execute(
            "SELECT FROM payments WHERE reservation_id = $1 FOR UPDATE", sold.id
        )
        calls = [
            asyncio.create_task(
                service.refund_tickets(asking(sold, tickets, manages=EVERYWHERE))
            )
            for tickets in wanted
        ]
        await until_blocked(pool, len(calls))
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_of_crossing_calls_one_gives_the_tickets_back(
    pool: Pool, cinema: Cinema, ana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = await cinema.open_session()
    sold = await sell(pool, show, ana, 0, 1)
    first, second = await ticket_ids(pool, sold.id)

    refunds = await at_once(pool, sold, [first], [first], [first])

    [refund] = {each.id for each in refunds if isinstance(each, Refund)}
    assert len(refunds) == 3
    assert (await cinema.seat_states(show))[:2] == [("AVAILABLE", 4), ("SOLD", 3)]
    row = await pool.fetchrow(GIVEN_BACK, sold.id)
    assert row and tuple(row) == (2500, 1), refund

    remove_locks(monkeypatch)
    crossing = await at_once(pool, sold, [second], [second])
    # Without the locks the last guard still refuses to refund it twice.
    assert sorted(type(each).__name__ for each in crossing) == [
        "LedgerCorruptError",
        "Refund",
    ]


async def test_without_any_guard_a_ticket_is_refunded_twice(
    pool: Pool, cinema: Cinema, ana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above can fail."""
    show = await cinema.open_session()
    sold = await sell(pool, show, ana, 0, 1)
    [first, _] = await ticket_ids(pool, sold.id)
    remove_locks(monkeypatch)
    blind = refund_sql.REFUND.replace(refund_sql.SEAT_IS_THEIRS, "TRUE")
    blind = blind.partition("       1 / ((SELECT")[0].rstrip().removesuffix(",")
    monkeypatch.setattr(refund_sql, "REFUND", blind)

    await at_once(pool, sold, [first], [first])

    row = await pool.fetchrow(GIVEN_BACK, sold.id)
    assert row and tuple(row) == (5000, 2)


async def test_a_stranger_waits_for_no_lock(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    """And so holds none: nobody can keep others from the tickets of a session."""
    sold = await sell(pool, await cinema.open_session(), ana, 0)
    async with pool.acquire() as db, db.transaction():
        await db.execute("SELECT FROM sessions FOR UPDATE")
        await db.execute("SELECT FROM reservations WHERE id = $1 FOR UPDATE", sold.id)

        with pytest.raises(NotFoundError):
            await soon(refund_service(pool).refund_tickets(asking(sold, by=uuid4())))


async def test_single_tickets_at_once_are_all_given_back(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session()
    sold = await sell(pool, show, ana, 0, 1, 2, 3)
    tickets = await ticket_ids(pool, sold.id)

    refunds = await at_once(pool, sold, *([ticket] for ticket in tickets))

    assert len({each.id for each in refunds if isinstance(each, Refund)}) == 4
    row = await pool.fetchrow(GIVEN_BACK, sold.id)
    assert row and tuple(row) == (10_000, 4)


async def test_the_sum_of_refunds_is_never_more_than_the_payment(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session()
    sold = await sell(pool, show, ana, 0)
    # As if a price had been changed by hand.
    await pool.execute(
        "UPDATE claims SET price_minor = price_minor + 1 WHERE reservation_id = $1",
        sold.id,
    )

    with pytest.raises(LedgerCorruptError):
        await refund_service(pool).refund_tickets(asking(sold, manages=EVERYWHERE))

    assert (await cinema.seat_states(show))[0] == ("SOLD", 3)


async def test_quotas_get_their_tickets_back(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    show = await open_priced_session(cinema, students=2)
    sold = await sell(pool, show, ana, 0, 1, types=[show.student] * 2)
    assert await students_of(cinema, show) == 2

    refunds = await at_once(
        pool, sold, *([ticket] for ticket in await ticket_ids(pool, sold.id))
    )

    assert all(isinstance(each, Refund) for each in refunds)
    assert await students_of(cinema, show) == 0
