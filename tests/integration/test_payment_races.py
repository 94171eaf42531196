"""Races about money, each lost without its guard."""

from collections.abc import Awaitable
from uuid import UUID

import asyncpg
import pytest

from domain.attempts import AttemptStatus, IfLate
from domain.money import Money
from domain.money_ports import DueAttempt
from domain.payment_provider import ProviderState
from persistence.money import settlement_sql
from persistence.money.settlement import PostgresSettlements
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.payments import Bought, Payments
from tests.support.queued import LOCK_RESERVATION, queued

LOCK_SEATS = "SELECT FROM session_seats WHERE id = ANY($1) ORDER BY id FOR UPDATE"
MAKE_DUE = "UPDATE payment_attempts SET due_at = clock_timestamp() WHERE id = $1"
REFUNDS = "SELECT count(*) FROM refunds WHERE payment_id = $1"


@pytest.fixture
def payments(scratch_pool: Pool) -> Payments:
    return Payments(scratch_pool)


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    return await payments.hold(show, ana, 0, 1)


async def due(payments: Payments, bought: Bought) -> DueAttempt:
    settlements = PostgresSettlements(payments.pool)
    await payments.pool.execute(MAKE_DUE, (await payments.attempt(bought))["id"])
    [found] = await settlements.due(payments.provider.name, 16)
    return found


async def two_give_up(payments: Payments, bought: Bought) -> int:
    """Two settlers with captured money that buys nothing; the number of refunds."""
    await payments.start(bought, IfLate.REFUND)
    found = await due(payments, bought)
    captured = ProviderState(
        status=AttemptStatus.CAPTURED, amount=Money(5000, "BRL"), captured_minor=5000
    )
    settlements = PostgresSettlements(payments.pool)
    await queued(
        payments.pool,
        LOCK_RESERVATION,
        bought.reservation_id,
        settlements.give_up(found, captured, None),
        settlements.give_up(found, captured, None),
    )
    refunds: int = await payments.pool.fetchval(REFUNDS, bought.payment_id)
    return refunds


async def test_an_attempt_gets_one_outcome_from_two_settlers(
    payments: Payments, bought: Bought
) -> None:
    assert await two_give_up(payments, bought) == 1
    assert await payments.outcomes(bought) == ["REFUNDED"]


async def test_without_its_guards_it_gets_two(
    payments: Payments, bought: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded = settlement_sql.GIVE_UP
    for guard in (settlement_sql.HAS_NO_OUTCOME, settlement_sql.GAVE_NOTHING_BACK):
        unguarded = unguarded.replace(guard, "TRUE")
    monkeypatch.setattr(settlement_sql, "GIVE_UP", unguarded)

    assert await two_give_up(payments, bought) == 2


async def test_two_settlers_sell_once(payments: Payments, bought: Bought) -> None:
    await payments.start(bought)
    await payments.pay(bought)
    found = await due(payments, bought)
    settle = payments.settlement.settle

    await queued(
        payments.pool,
        LOCK_RESERVATION,
        bought.reservation_id,
        settle(found),
        settle(found),
    )

    assert await payments.outcomes(bought) == ["SOLD"]
    effects = await payments.pool.fetchval("SELECT count(*) FROM payment_effects")
    assert effects == 1


@pytest.mark.parametrize("first", ["sale", "expiry"])
async def test_a_sale_and_the_expiry_of_its_hold_leave_it_sold(
    payments: Payments, cinema: Cinema, show: Show, bought: Bought, first: str
) -> None:
    await payments.start(bought)
    await payments.pay(bought)
    found = await due(payments, bought)
    sale = payments.settlement.settle(found)
    if first == "expiry":
        await payments.let_end(bought)
    expiry = payments.ledger.expire([bought.reservation_id])
    calls: list[Awaitable[object]] = [sale, expiry]
    if first == "expiry":
        calls.reverse()

    await queued(payments.pool, LOCK_RESERVATION, bought.reservation_id, *calls)

    assert await payments.outcomes(bought) == ["SOLD"]
    states = await cinema.seat_states(show)
    assert [status for status, _ in states[:2]] == ["SOLD", "SOLD"]


async def late_sale_against_a_hold(
    payments: Payments, cinema: Cinema, show: Show, bought: Bought
) -> list[str]:
    """The statuses of both reservations. The hold is decided first."""
    await payments.start(bought)
    await payments.pay(bought)
    await payments.expire(bought)
    found = await due(payments, bought)
    [bruno] = await cinema.customers(1)
    await queued(
        payments.pool,
        LOCK_SEATS,
        list(show.seat_ids[:1]),
        payments.hold(show, bruno, 0),
        payments.settlement.settle(found),
    )
    rows = await payments.pool.fetch(
        "SELECT status FROM reservations WHERE session_id = $1 ORDER BY created_at",
        show.session_id,
    )
    return [row["status"] for row in rows]


async def test_a_late_sale_takes_no_seat_of_a_new_hold(
    payments: Payments, cinema: Cinema, show: Show, bought: Bought
) -> None:
    statuses = await late_sale_against_a_hold(payments, cinema, show, bought)

    assert statuses == ["EXPIRED", "PENDING"]
    assert await payments.outcomes(bought) == ["RELEASED"]


async def test_without_lock_and_guard_the_claims_refuse_one(
    payments: Payments,
    cinema: Cinema,
    show: Show,
    bought: Bought,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last defence: a seat has one open claim."""
    look = settlement_sql.LOCK_SEATS.replace("FOR UPDATE", "")
    monkeypatch.setattr(settlement_sql, "LOCK_SEATS", look)
    sell = settlement_sql.SELL.replace(settlement_sql.IS_OURS, "TRUE")
    monkeypatch.setattr(settlement_sql, "SELL", sell)
    state = ProviderState(status=AttemptStatus.AUTHORIZED)
    await payments.start(bought)
    await payments.pay(bought)
    await payments.expire(bought)
    found = await due(payments, bought)
    [bruno] = await cinema.customers(1)

    both = await queued(
        payments.pool,
        LOCK_SEATS,
        list(show.seat_ids[:1]),
        payments.hold(show, bruno, 0),
        PostgresSettlements(payments.pool).sell(found, state, None, 16),
    )

    assert [isinstance(each, asyncpg.PostgresError) for each in both].count(True) == 1
