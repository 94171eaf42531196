"""Races about checkouts, each lost without its guard."""

from uuid import UUID

import pytest

from domain.attempts import AttemptStatus
from domain.checkout import Checkout
from domain.errors import ReservationExpiredError
from domain.money_errors import CheckoutUnavailableError
from domain.payment_provider import ProviderState
from persistence.money import attempt_sql
from persistence.money.attempts import attempt_of
from persistence.money.settlement import PostgresSettlements
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.payments import Bought, Payments
from tests.support.queued import LOCK_RESERVATION, queued

COUNT = "SELECT count(*) FROM payment_attempts WHERE payment_id = $1"


@pytest.fixture
def payments(scratch_pool: Pool) -> Payments:
    return Payments(scratch_pool)


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    return await payments.hold(show, ana, 0, 1)


async def test_two_checkouts_at_once_are_one_attempt(
    payments: Payments, bought: Bought
) -> None:
    one, other = await queued(
        payments.pool,
        LOCK_RESERVATION,
        bought.reservation_id,
        payments.start(bought),
        payments.start(bought),
    )

    assert one == other
    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 1


async def test_without_their_index_they_are_two(
    payments: Payments, bought: Bought
) -> None:
    await payments.pool.execute("DROP INDEX uq_payment_attempts_one_open")

    await queued(
        payments.pool,
        LOCK_RESERVATION,
        bought.reservation_id,
        payments.start(bought),
        payments.start(bought),
    )

    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 2


async def checkout_after_the_end(payments: Payments, bought: Bought) -> object:
    await payments.let_end(bought)
    _, started = await queued(
        payments.pool,
        LOCK_RESERVATION,
        bought.reservation_id,
        payments.ledger.expire([bought.reservation_id]),
        payments.start(bought),
    )
    return started


async def test_no_checkout_starts_after_the_end_of_the_hold(
    payments: Payments, bought: Bought
) -> None:
    refused = await checkout_after_the_end(payments, bought)

    assert isinstance(refused, ReservationExpiredError)
    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 0


async def test_without_its_guard_one_does(
    payments: Payments, bought: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded = attempt_sql.START.replace(attempt_sql.CAN_BE_PAID, "TRUE")
    monkeypatch.setattr(attempt_sql, "START", unguarded)

    await checkout_after_the_end(payments, bought)

    assert await payments.pool.fetchval(COUNT, bought.payment_id) == 1


async def test_a_checkout_after_the_outcome_of_another_is_a_new_one(
    payments: Payments, bought: Bought
) -> None:
    """It waits for the settler, and has seen the other one without an outcome."""
    first = await payments.start(bought)
    await payments.pool.execute(
        "UPDATE payment_attempts SET due_at = clock_timestamp()"
    )
    settlements = PostgresSettlements(payments.pool)
    [due] = await settlements.due(payments.provider.name, 16)
    closed = ProviderState(status=AttemptStatus.CLOSED)

    _, second = await queued(
        payments.pool,
        LOCK_RESERVATION,
        bought.reservation_id,
        settlements.give_up(due, closed, None),
        payments.start(bought),
    )

    assert isinstance(second, Checkout)
    assert second.url != first.url
    assert await payments.outcomes(bought) == ["RELEASED", None]


async def test_a_page_that_opens_after_the_outcome_is_closed(
    payments: Payments, bought: Bought
) -> None:
    """A settler was refused, and gave it up, while the answer was on its way."""
    provider = payments.provider
    provider.lose_answer("open")
    with pytest.raises(CheckoutUnavailableError):
        await payments.start(bought)
    provider.mend()
    provider.refuse("open")
    await payments.settle()
    provider.mend()
    given_up = await payments.attempt(bought)
    attempt = attempt_of(given_up)

    late = await payments.attempts.opened(attempt.id, await provider.open(attempt))
    await payments.settle()

    assert (given_up["outcome"], late.outcome) == ("RELEASED", "RELEASED")
    assert provider.pages[attempt.id].status == "CLOSED"
    assert (await payments.attempt(bought))["due_at"] is None
