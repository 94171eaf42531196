"""A session that is cancelled while customers pay through a provider."""

from uuid import UUID

import pytest

from domain.attempts import AttemptStatus
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.payments import Bought, Payments
from tests.support.refunds import cancellation_service

REFUNDS = """
SELECT refund.status, refund.amount_minor, a.refunded_minor
FROM refunds refund JOIN payment_attempts a ON a.id = refund.attempt_id
WHERE refund.payment_id = $1
"""


@pytest.fixture
def payments(pool: Pool) -> Payments:
    return Payments(pool)


@pytest.fixture
async def paid(payments: Payments, show: Show, ana: UUID) -> Bought:
    """On the page: we do not know it yet."""
    bought = await payments.hold(show, ana, 0)
    await payments.start(bought)
    await payments.pay(bought)
    return bought


async def cancel(pool: Pool, show: Show, by: UUID) -> None:
    await cancellation_service(pool).cancel_session(show.session_id, "flood", by)


async def test_a_refund_waits_for_the_capture(
    payments: Payments, show: Show, paid: Bought
) -> None:
    payments.provider.fail("capture")
    await payments.settle()
    assert (await payments.state(paid))[2] == "SOLD"
    await cancel(payments.pool, show, paid.customer_id)

    await payments.call_again()
    assert "refund" not in payments.provider.calls
    payments.provider.mend()
    await payments.call_again()  # the capture, and a refund that was too early
    await payments.call_again()

    [row] = await payments.pool.fetch(REFUNDS, paid.payment_id)
    assert tuple(row) == ("SUCCEEDED", 2500, 2500)
    attempt = await payments.attempt(paid)
    page = payments.provider.pages[attempt["id"]]
    assert sum(page.refunds.values()) == page.captured_minor == 2500


@pytest.mark.parametrize("late", [True, False])
async def test_money_that_comes_afterwards_is_given_back(
    payments: Payments, cinema: Cinema, show: Show, paid: Bought, late: bool
) -> None:
    if late:
        await expire_hold(payments.pool, paid.reservation_id)
        await payments.ledger.expire([paid.reservation_id])
    await cancel(payments.pool, show, paid.customer_id)

    await payments.settle()

    assert await payments.outcomes(paid) == ["RELEASED"]
    assert (await payments.state(paid))[3] == AttemptStatus.CLOSED
    assert {status for status, _ in await cinema.seat_states(show)} == {"AVAILABLE"}
