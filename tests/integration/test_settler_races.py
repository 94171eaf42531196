"""Settlers, calls and events that meet at one attempt."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.attempts import AttemptStatus
from domain.money import Money
from domain.money_ports import DueAttempt
from domain.payment_provider import ProviderEvent, ProviderState
from persistence.money.effects import PostgresEffects
from persistence.money.provider_events import ProviderEvents
from persistence.money.settlement import PostgresSettlements
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.payments import Bought, Payments
from tests.support.queued import queued

MAKE_DUE = "UPDATE payment_attempts SET due_at = clock_timestamp() WHERE id = $1"
LOCK_ATTEMPT = "SELECT FROM payment_attempts WHERE id = $1 FOR UPDATE"
LOCK_EFFECT = "SELECT FROM payment_effects WHERE attempt_id = $1 FOR UPDATE"
REFUNDS = "SELECT amount_minor FROM refunds WHERE payment_id = $1"
CAPTURED = ProviderState(
    status=AttemptStatus.CAPTURED, amount=Money(2500, "BRL"), captured_minor=2500
)


@pytest.fixture
def payments(scratch_pool: Pool) -> Payments:
    return Payments(scratch_pool)


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    return bought


async def due(payments: Payments, attempt: UUID) -> DueAttempt:
    await payments.pool.execute(MAKE_DUE, attempt)
    [found] = await PostgresSettlements(payments.pool).due(payments.provider.name, 16)
    return found


async def test_two_settlers_give_money_back_once_that_came_after_the_outcome(
    payments: Payments, bought: Bought
) -> None:
    await payments.expire(bought)
    await payments.settle()
    found = await due(payments, (await payments.attempt(bought))["id"])
    look_again = PostgresSettlements(payments.pool).look_again

    await queued(
        payments.pool,
        LOCK_ATTEMPT,
        found.attempt.id,
        look_again(found, CAPTURED, None),
        look_again(found, CAPTURED, None),
    )

    refunds = await payments.pool.fetch(REFUNDS, bought.payment_id)
    assert [row["amount_minor"] for row in refunds] == [2500]
    assert await payments.outcomes(bought) == ["RELEASED"]


async def test_an_old_answer_does_not_change_what_was_sold(
    payments: Payments, bought: Bought
) -> None:
    attempt = (await payments.attempt(bought))["id"]
    found = await due(payments, attempt)
    await payments.pay(bought)
    payments.provider.fail("capture")
    await payments.settle()
    look_again = PostgresSettlements(payments.pool).look_again
    is_open = ProviderState(status=AttemptStatus.OPEN)

    await look_again(found, is_open, timedelta(seconds=60))

    assert (await payments.attempt(bought))["status"] == "AUTHORIZED"
    payments.provider.mend()
    await payments.call_again()
    authorised = ProviderState(
        status=AttemptStatus.AUTHORIZED, amount=Money(2500, "BRL")
    )
    await look_again(await due(payments, attempt), authorised, None)
    assert (await payments.attempt(bought))["status"] == "CAPTURED"


async def test_a_capture_and_its_event_do_not_wait_for_each_other(
    payments: Payments, bought: Bought
) -> None:
    attempt = await payments.pay(bought)
    payments.provider.fail("capture")
    await payments.settle()
    await payments.pool.execute("UPDATE payment_effects SET due_at = clock_timestamp()")
    effects = PostgresEffects(payments.pool)
    [capture] = await effects.due(payments.provider.name, 16)
    event = ProviderEvent(id=str(uuid4()), type="captured", attempt_id=attempt)

    results = await queued(
        payments.pool,
        LOCK_EFFECT,
        attempt,
        effects.done(capture),
        ProviderEvents(payments.pool).record(payments.provider.name, event),
    )

    assert results == [None, True]
