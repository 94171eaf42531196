"""What happens to a ticket at the moment when it is checked in, on real Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.check_ins import (
    AlreadyCheckedInError,
    CheckedIn,
    TicketNotValidError,
    TooEarlyError,
)
from domain.money_errors import TicketUsedError
from domain.tickets import TicketStatus
from persistence.door import check_in_sql
from persistence.postgres.pool import Connection, Pool
from tests.support.cinema import Cinema, Show
from tests.support.door import USED, check_in_service, scan_of
from tests.support.polling import until_blocked
from tests.support.queued import queued
from tests.support.refunds import EVERYWHERE, asking, refund_service, sell, ticket_ids

GATES = ("North", "South", "East")
LOCK_CLAIM = "SELECT FROM claims WHERE id = $1 FOR UPDATE"
RAISE_GENERATION = "UPDATE claims SET generation = generation + 1 WHERE id = $1"
MOVE = """
UPDATE sessions
SET starts_at = starts_at + $2::interval, ends_at = ends_at + $2::interval
WHERE id = $1
"""


class Inside:
    """A pool whose only connection is in a transaction of the test."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self._db


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=30))


async def at_once(pool: Pool, ticket: UUID) -> list[object]:
    """Scans that all have begun before one of them can change something."""
    service = check_in_service(pool)
    scans = [service.check_in(scan_of(ticket, gate=gate)) for gate in GATES]
    return await queued(pool, LOCK_CLAIM, ticket, *scans)


async def test_of_gates_at_the_same_moment_one_lets_in(
    pool: Pool, ticket: UUID
) -> None:
    results = await at_once(pool, ticket)

    [winner] = [n for n, each in enumerate(results) if isinstance(each, CheckedIn)]
    others = [each for each in results if isinstance(each, AlreadyCheckedInError)]
    used = await pool.fetchrow(USED, ticket)
    assert used
    assert used["used_gate"] == GATES[winner]
    assert [(each.gate, each.at) for each in others] == [
        (GATES[winner], used["used_at"])
    ] * 2


async def test_without_the_guard_all_of_them_let_in(
    pool: Pool, ticket: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that the test above can fail."""
    blind = check_in_sql.CHECK_IN.replace(check_in_sql.NOT_USED, "$4::text IS NULL")
    monkeypatch.setattr(
        check_in_sql, "CHECK_IN", blind.replace("$4::text", "$4::timestamptz")
    )

    results = await at_once(pool, ticket)

    assert [type(each) for each in results] == [CheckedIn] * 3


async def during_a_refund(
    pool: Pool, show: Show, customer: UUID
) -> CheckedIn | BaseException:
    """A scan that waits for the refund of the ticket to be committed."""
    sold = await sell(pool, show, customer, 1)
    [ticket] = await ticket_ids(pool, sold.id)
    async with pool.acquire() as db, db.transaction():
        refunds: Any = Inside(db)
        await refund_service(refunds).refund_tickets(asking(sold, manages=EVERYWHERE))
        scan = asyncio.create_task(check_in_service(pool).check_in(scan_of(ticket)))
        await until_blocked(pool, 1)
    [result] = await asyncio.gather(scan, return_exceptions=True)
    return result


async def test_a_ticket_that_is_being_given_back_lets_nobody_in(
    pool: Pool, show: Show, ana: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = await during_a_refund(pool, show, ana)

    assert isinstance(refused, TicketNotValidError)
    assert refused.status == TicketStatus.REFUNDED

    for guard in (check_in_sql.NOT_GIVEN_BACK, check_in_sql.IS_CURRENT):
        blind = check_in_sql.CHECK_IN.replace(guard, "$2::int IS NOT NULL")
        monkeypatch.setattr(check_in_sql, "CHECK_IN", blind)
    assert isinstance(await during_a_refund(pool, show, ana), CheckedIn)


async def test_a_ticket_that_is_being_checked_in_is_not_given_back(
    pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    """At a time when its customer may give it back."""
    show = await cinema.open_session(starts_in=timedelta(days=3))
    sold = await sell(pool, show, ana, 1)
    [ticket] = await ticket_ids(pool, sold.id)
    async with pool.acquire() as db, db.transaction():
        check_ins: Any = Inside(db)
        door = check_in_service(check_ins, timedelta(days=4))
        await door.check_in(scan_of(ticket))
        refund = asyncio.create_task(refund_service(pool).refund_tickets(asking(sold)))
        await until_blocked(pool, 1)

    with pytest.raises(TicketUsedError):
        await refund
    used = await pool.fetchrow(USED, ticket)
    assert used
    assert (used["generation"], used["used_at"] is None) == (1, False)


async def test_a_ticket_that_is_being_passed_on_lets_nobody_in_with_the_old_code(
    pool: Pool, ticket: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def during_a_transfer(generation: int) -> CheckedIn | BaseException:
        code = scan_of(ticket, generation=generation)
        async with pool.acquire() as db, db.transaction():
            await db.execute(RAISE_GENERATION, ticket)
            scan = asyncio.create_task(check_in_service(pool).check_in(code))
            await until_blocked(pool, 1)
        [result] = await asyncio.gather(scan, return_exceptions=True)
        return result

    refused = await during_a_transfer(1)
    assert isinstance(refused, TicketNotValidError)
    assert refused.status == TicketStatus.VOID

    # Without the guard it does.
    blind = check_in_sql.CHECK_IN.replace(
        check_in_sql.IS_CURRENT, "$2::int IS NOT NULL"
    )
    monkeypatch.setattr(check_in_sql, "CHECK_IN", blind)
    assert isinstance(await during_a_transfer(2), CheckedIn)


async def test_a_move_that_is_not_committed_holds_up_no_door(
    pool: Pool, show: Show, ticket: UUID
) -> None:
    async with pool.acquire() as db, db.transaction():
        await db.execute(MOVE, show.session_id, timedelta(hours=2))

        assert await check_in_service(pool).check_in(scan_of(ticket))


async def test_a_scan_after_a_move_goes_by_the_new_start(
    pool: Pool, show: Show, ticket: UUID
) -> None:
    service, code = check_in_service(pool), scan_of(ticket)
    await pool.execute(MOVE, show.session_id, timedelta(hours=2))
    with pytest.raises(TooEarlyError):
        await service.check_in(code)
    await pool.execute(MOVE, show.session_id, timedelta(hours=-2))

    assert await service.check_in(code)


async def test_scans_of_two_gates_are_sent_at_once_and_the_earliest_stands(
    pool: Pool, ticket: UUID
) -> None:
    service, now = check_in_service(pool), datetime.now(UTC)
    moments = [now - timedelta(minutes=minutes) for minutes in (1, 5, 3)]
    scans = [
        service.check_in(scan_of(ticket, gate=gate, scanned_at=moment))
        for gate, moment in zip(GATES, moments, strict=True)
    ]

    await queued(pool, LOCK_CLAIM, ticket, *scans)

    used = await pool.fetchrow(USED, ticket)
    assert used
    assert (used["used_gate"], used["used_at"]) == ("South", moments[1])
