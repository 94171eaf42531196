"""Types of tickets that a customer chooses while the same reservation changes."""

import asyncio
from collections.abc import Callable, Coroutine
from types import ModuleType
from uuid import UUID

import pytest

from domain.reservation import DEFAULT_TERMS, Reservation
from domain.seats import SessionSeat
from domain.ticket_types import Types
from persistence.sales import extension_sql, ledger_sql, payment_sql, ticket_sql
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, expire_hold
from tests.support.events import open_payment
from tests.support.gate import STOP, Gate
from tests.support.polling import until_blocked
from tests.support.prices import ADULT, CHILD, open_priced_session
from tests.support.schema_client import SchemaClient
from tests.support.ticket_buyer import Buyer

LAST_EVENT = """
SELECT data FROM outbox WHERE data->>'reservation_id' = $1 AND topic = 'reservations'
ORDER BY position DESC LIMIT 1
"""
# The time of the hold ends after the customer's call has looked at the clock.
STILL_PENDING = """
SELECT 'PENDING' AS status FROM reservations WHERE id = $1 FOR UPDATE
"""

LOCKS = {
    "FOR UPDATE OF ss, claims": "FOR UPDATE OF ss",
    "FOR UPDATE OF claims": "",
}

Change = Callable[
    [PostgresLedger, Cinema, UUID, UUID], Coroutine[None, None, Reservation | None]
]


async def approve(
    ledger: PostgresLedger, cinema: Cinema, reservation: UUID, customer: UUID
) -> Reservation | None:
    payment = await cinema.pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", reservation
    )
    verdict = await ledger.approve(payment, customer, None)
    return verdict.confirmed.reservation if verdict.confirmed else None


async def extend(
    ledger: PostgresLedger, _cinema: Cinema, reservation: UUID, customer: UUID
) -> Reservation | None:
    verdict = await ledger.extend(reservation, customer, DEFAULT_TERMS, None)
    return verdict.extended.reservation if verdict.extended else None


async def cancel(
    ledger: PostgresLedger, _cinema: Cinema, reservation: UUID, customer: UUID
) -> Reservation | None:
    return (await ledger.cancel(reservation, customer)).reservation


async def expire(
    ledger: PostgresLedger, _cinema: Cinema, reservation: UUID, _customer: UUID
) -> Reservation | None:
    [expired] = await ledger.expire([reservation])
    return expired


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize(
    ("change", "module", "statement"),
    [
        (approve, payment_sql, "APPROVE"),
        (extend, extension_sql, "EXTEND"),
        (cancel, ledger_sql, "CANCEL"),
        (expire, ledger_sql, "EXPIRE_THESE"),
    ],
)
async def test_a_change_that_waits_for_a_choice_has_its_prices(
    client: SchemaClient,
    cinema: Cinema,
    ana: UUID,
    monkeypatch: pytest.MonkeyPatch,
    *,
    change: Change,
    module: ModuleType,
    statement: str,
    locked: bool,
) -> None:
    """The claims of its snapshot are older than the total that it waited for."""
    if not locked:
        free = getattr(module, statement)
        for lock, rest in LOCKS.items():
            free = free.replace(lock, rest)
        assert free != getattr(module, statement)
        monkeypatch.setattr(module, statement, free)
    show = await open_priced_session(cinema)
    buyer = Buyer(client, show, ana)
    await buyer.hold(0, 1)
    held = UUID(buyer.reservation)
    await open_payment(cinema.pool, held)
    if change is expire:
        await expire_hold(cinema.pool, held)
        monkeypatch.setattr(ticket_sql, "LOCK_RESERVATION", STILL_PENDING)
    stopped = ticket_sql.CHANGE_TOTAL.replace("count(*)", f"count(*), {STOP}")
    monkeypatch.setattr(ticket_sql, "CHANGE_TOTAL", stopped)
    ledger = PostgresLedger(cinema.pool)
    types: Types = ((show.seat_ids[0], show.child),)

    async with Gate(cinema.pool) as gate:
        choosing = asyncio.create_task(ledger.choose_tickets(held, ana, types))
        await until_blocked(cinema.pool, 1)
        changing = asyncio.create_task(change(ledger, cinema, held, ana))
        await until_blocked(cinema.pool, 2)
        await gate.open()
        await choosing
        changed = await changing

    assert changed
    assert changed.total.amount_minor == CHILD + ADULT
    event = await cinema.pool.fetchval(LAST_EVENT, buyer.reservation)
    assert event["status"] == changed.status
    assert event["amount_minor"] == CHILD + ADULT
    paid = CHILD + ADULT if locked else 2 * ADULT
    assert sum(agreed_minor(seat) for seat in changed.seats) == paid
    assert sum(seat["agreed_minor"] for seat in event["seats"]) == paid


def agreed_minor(seat: SessionSeat) -> int:
    assert seat.agreed_price
    return seat.agreed_price.amount_minor
