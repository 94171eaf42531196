"""Settlers, calls and events that meet at one attempt."""

import asyncio
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
from tests.support.polling import until_blocked
from tests.support.queued import queued

MAKE_DUE = "UPDATE payment_attempts SET due_at = clock_timestamp() WHERE id = $1"
LOCK_ATTEMPT = "SELECT FROM payment_attempts WHERE id = $1 FOR UPDATE"
LOCK_EFFECT = "SELECT FROM payment_effects WHERE attempt_id = $1 FOR UPDATE"
LOCK_PAYMENT = "SELECT FROM payments WHERE id = $1 FOR UPDATE"
NEWER_VALUES = (
    "ALTER TABLE payment_attempts DROP CONSTRAINT ck_payment_attempts_if_late_known",
    "ALTER TABLE payment_effects DROP CONSTRAINT ck_payment_effects_operation_known",
)
OF_NEWER_PROGRAM = {
    "attempts": "UPDATE payment_attempts SET if_late = 'VOUCHER' WHERE id = $1",
    "effects": "UPDATE payment_effects SET operation = 'DONATE' WHERE attempt_id = $1",
}
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


async def test_another_look_waits_without_a_lock_that_a_sale_wants(
    payments: Payments, bought: Bought
) -> None:
    """A sale locks the payment, and then the attempt."""
    await payments.expire(bought)
    await payments.settle()
    attempt = (await payments.attempt(bought))["id"]
    found = await due(payments, attempt)
    async with payments.pool.acquire() as db, db.transaction():
        await db.execute(LOCK_PAYMENT, bought.payment_id)
        looking = asyncio.ensure_future(
            PostgresSettlements(payments.pool).look_again(found, CAPTURED, None)
        )
        await until_blocked(payments.pool, 1)

        await db.execute(LOCK_ATTEMPT, attempt)  # raises DeadlockDetectedError

    await looking
    refunds = await payments.pool.fetch(REFUNDS, bought.payment_id)
    assert [row["amount_minor"] for row in refunds] == [2500]


async def test_what_a_newer_program_has_written_holds_up_nothing_else(
    payments: Payments, show: Show, ana: UUID, bought: Bought
) -> None:
    other = await payments.hold(show, ana, 1)
    await payments.start(other)
    await payments.pay(other)
    payments.provider.fail("capture")
    await payments.settle()
    payments.provider.mend()
    third = await payments.hold(show, ana, 2)
    await payments.start(third)
    await payments.pay(third)
    for statement in NEWER_VALUES:
        await payments.pool.execute(statement)
    for newer, table in ((bought, "attempts"), (other, "effects")):
        attempt = (await payments.attempt(newer))["id"]
        await payments.pool.execute(OF_NEWER_PROGRAM[table], attempt)

    await payments.call_again()

    assert await payments.outcomes(bought) == [None]
    assert (await payments.attempt(other))["status"] == "AUTHORIZED"
    assert (await payments.attempt(third))["status"] == "CAPTURED"
