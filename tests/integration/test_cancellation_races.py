"""A session that is cancelled while customers buy, against real Postgres."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.errors import DomainError, SessionClosedError
from domain.reservation import DEFAULT_TERMS, Reservation
from persistence.catalog import catalog_sql
from persistence.money import cancel_sql, refund_sql
from persistence.postgres.pool import Pool
from persistence.sales import extension_sql, ledger_sql, payment_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment
from tests.support.gate import STOP, Gate
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.polling import blocked, eventually, until_blocked
from tests.support.refunds import (
    EVERYWHERE,
    asking,
    cancellation_service,
    refund_service,
    sell,
)

# What nobody may have of a cancelled session: seats, holds, and money.
LEFT = """
SELECT
    (SELECT count(*) FROM session_seats
     WHERE session_id = $1 AND status <> 'AVAILABLE') AS seats,
    (SELECT count(*) FROM reservations
     WHERE session_id = $1 AND status = 'PENDING') AS holds,
    (SELECT count(*) FROM reservations r JOIN claims ON claims.reservation_id = r.id
     WHERE r.session_id = $1 AND claims.released_at IS NULL) AS claims,
    (SELECT count(*) FROM reservations r JOIN payments p ON p.reservation_id = r.id
     WHERE r.session_id = $1 AND r.status = 'CONFIRMED'
       AND (p.refunded_minor <> p.amount_minor OR p.amount_minor <> (
            SELECT sum(amount_minor) FROM refunds WHERE payment_id = p.id))) AS money
"""
NOTHING = (0, 0, 0, 0)


@dataclass(frozen=True)
class Sale:
    pool: Pool
    show: Show
    customer: UUID

    async def hold(self, *seats: int) -> Reservation:
        booking = BookingService(PostgresLedger(self.pool), NoSeatLocks(), NoWakeup())
        return await booking.reserve_seats(
            self.show.session_id,
            [self.show.seat_ids[number] for number in seats],
            self.customer,
        )

    async def cancel(self) -> object:
        return await cancellation_service(self.pool).cancel_session(
            self.show.session_id, "flood", self.customer
        )

    async def left(self) -> tuple[int, ...]:
        row = await self.pool.fetchrow(LEFT, self.show.session_id)
        assert row
        return tuple(row)


@pytest.fixture
def sale(pool: Pool, show: Show, ana: UUID) -> Sale:
    return Sale(pool, show, ana)


async def approving(sale: Sale) -> Awaitable[object]:
    payment_id = await open_payment(sale.pool, (await sale.hold(0, 1)).id)
    return PostgresLedger(sale.pool).approve(payment_id, sale.customer, None)


async def extending(sale: Sale) -> Awaitable[object]:
    held = await sale.hold(0, 1)
    ledger = PostgresLedger(sale.pool)
    return ledger.extend(held.id, sale.customer, DEFAULT_TERMS, None)


async def expiring(sale: Sale) -> Awaitable[object]:
    held = await sale.hold(0, 1)
    await expire_hold(sale.pool, held.id)
    return PostgresLedger(sale.pool).expire([held.id])


async def refunding(sale: Sale) -> Awaitable[object]:
    sold = await sell(sale.pool, sale.show, sale.customer, 0, 1)
    return refund_service(sale.pool).refund_tickets(asking(sold, manages=EVERYWHERE))


Begin = Callable[[Sale], Awaitable[Awaitable[object]]]
BEFORE: dict[str, tuple[Begin, Any, str, str]] = {
    "approve": (approving, payment_sql, "APPROVE", "AS whole"),
    "extend": (extending, extension_sql, "EXTEND", "AS whole"),
    "expiry": (expiring, ledger_sql, "EXPIRE_THESE", "AS late"),
    "refund": (refunding, refund_sql, "REFUND", "AS whole"),
}


@pytest.mark.parametrize("change", BEFORE)
async def test_what_began_before_is_given_back_too(
    sale: Sale, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    begin, module, name, last = BEFORE[change]
    changing = await begin(sale)
    before = getattr(module, name)
    monkeypatch.setattr(module, name, before.replace(last, f"{last}, {STOP}"))
    async with Gate(sale.pool) as gate:
        first = asyncio.ensure_future(changing)
        await until_blocked(sale.pool, 1)
        cancelling = asyncio.create_task(sale.cancel())
        await until_blocked(sale.pool, 2)
        monkeypatch.setattr(module, name, before)
        await gate.open()
        await asyncio.gather(first, cancelling)

    assert await sale.left() == NOTHING


@pytest.mark.parametrize("locked", [True, False])
async def test_a_hold_that_comes_meanwhile_is_refused(
    sale: Sale, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Without the lock on the session it is made: that is what the lock is for."""
    stopped = cancel_sql.CANCEL.replace(
        f"SELECT {catalog_sql.SESSION}", f"SELECT {STOP}, {catalog_sql.SESSION}"
    )
    monkeypatch.setattr(cancel_sql, "CANCEL", stopped)
    if not locked:
        free = catalog_sql.LOCK_SESSION.replace(catalog_sql.LOCK_AGAINST_HOLDS, "")
        monkeypatch.setattr("persistence.money.cancellations.LOCK_SESSION", free)
    async with Gate(sale.pool) as gate:
        cancelling = asyncio.create_task(sale.cancel())
        await until_blocked(sale.pool, 1)
        holding = asyncio.create_task(sale.hold(0, 1))

        async def is_past_or_waits() -> bool:
            return holding.done() or await blocked(sale.pool) == 2

        await eventually(is_past_or_waits)
        await gate.open()
        await cancelling
        [answer] = await asyncio.gather(holding, return_exceptions=True)

    assert isinstance(answer, SessionClosedError if locked else Reservation)
    assert (await sale.left() == NOTHING) is locked


async def test_a_cancellation_that_fails_in_the_middle_changes_nothing(
    sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sell(sale.pool, sale.show, sale.customer, 0, 1)
    await sale.hold(2)
    before = await sale.left()
    whole = cancel_sql.CANCEL
    monkeypatch.setattr(cancel_sql, "CANCEL", whole.replace("WITH", "WITH broken", 1))

    with pytest.raises(Exception, match="syntax error"):
        await sale.cancel()

    assert await sale.left() == before != NOTHING
    monkeypatch.setattr(cancel_sql, "CANCEL", whole)
    await sale.cancel()
    assert await sale.left() == NOTHING


async def test_nothing_is_left_after_a_crowd(pool: Pool) -> None:
    cinema = Cinema(pool)
    dice = random.Random(14)
    counted: Counter[str] = Counter()

    async def buy(sale: Sale) -> None:
        while True:
            await asyncio.sleep(dice.uniform(0, 0.05))
            held = await sale.hold(*dice.sample(range(30), dice.randint(1, 3)))
            counted["held"] += 1
            if dice.random() < 0.3:
                continue
            payment_id = await open_payment(pool, held.id)
            await PostgresLedger(pool).approve(payment_id, sale.customer, None)
            if dice.random() < 0.5:
                continue
            request = asking(held, manages=EVERYWHERE)
            await refund_service(pool).refund_tickets(request)
            counted["refunded"] += 1

    async def until_refused(sale: Sale) -> None:
        for _ in range(500):
            try:
                await buy(sale)
            except SessionClosedError:
                return
            except (DomainError, AttributeError):  # taken, or no payment any more
                continue

    for _ in range(3):
        show = await cinema.open_session(seats=30)
        sales = [Sale(pool, show, who) for who in await cinema.customers(12)]
        crowd = [asyncio.create_task(until_refused(sale)) for sale in sales]
        await asyncio.sleep(0.3)
        await asyncio.gather(*(sale.cancel() for sale in sales[:3]))
        await asyncio.gather(*crowd)
        assert await sales[0].left() == NOTHING
    assert counted["held"] and counted["refunded"]
