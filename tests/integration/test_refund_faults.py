"""A provider fails while money goes back: all of it goes back, and once."""

from uuid import uuid4

import pytest

from domain.attempts import RefundStatus
from domain.payment_provider import ProviderEvent
from persistence.money.provider_events import ProviderEvents
from persistence.money.refunds import PostgresRefunds
from tests.support.payments import EFFECTS, Bought, Payments

SETTLED_EVENTS = """
SELECT count(*) FROM outbox
WHERE type = 'PaymentSettled' AND data->>'payment_id' = $1::uuid::text
"""
STATUS = "SELECT status FROM refunds WHERE payment_id = $1"
AGE = """
UPDATE payment_effects SET created_at = created_at - interval '4 days'
WHERE attempt_id = $1
"""


async def test_a_refund_waits_for_the_capture(
    payments: Payments, bought: Bought
) -> None:
    attempt = await payments.pay(bought)
    payments.provider.fail("capture")
    await payments.settle()
    await payments.refund(bought)
    await payments.settle()
    before = list(payments.provider.pages[attempt].refunds)
    payments.provider.mend()

    await payments.call_again()
    await payments.call_again()

    assert before == []
    page = payments.provider.pages[attempt]
    assert (page.captured_minor, list(page.refunds.values())) == (2500, [2500])


async def test_what_was_never_captured_is_not_refunded(
    payments: Payments, bought: Bought
) -> None:
    attempt = await payments.pay(bought)
    payments.provider.fail("capture")
    await payments.settle()
    await payments.refund(bought)
    payments.provider.refuse("capture")

    await payments.call_again()

    assert await payments.pool.fetchval(STATUS, bought.payment_id) == "FAILED"
    effects = await payments.pool.fetch(EFFECTS, attempt)
    assert [bool(effect["failed_at"]) for effect in effects] == [True, True]
    assert (await payments.attempt(bought))["flag"] == "CAPTURE_FAILED"
    for effect in effects:
        if refund_id := effect["refund_id"]:
            assert await PostgresRefunds(payments.pool).repeat(refund_id) is None


async def test_a_refund_that_the_bank_has_is_pending_until_it_says_more(
    payments: Payments, bought: Bought
) -> None:
    await payments.pay(bought)
    await payments.settle()
    payments.provider.refund_status = RefundStatus.PENDING
    await payments.refund(bought)
    await payments.settle()
    for _ in range(2):
        await payments.call_again()
    pending = await payments.pool.fetchval(STATUS, bought.payment_id)
    events = await payments.pool.fetchval(SETTLED_EVENTS, bought.payment_id)
    payments.provider.refund_status = RefundStatus.SUCCEEDED

    await payments.call_again()

    assert (pending, events) == ("PENDING", 0)
    assert await payments.pool.fetchval(STATUS, bought.payment_id) == "SUCCEEDED"
    assert await payments.pool.fetchval(SETTLED_EVENTS, bought.payment_id) == 1


@pytest.mark.parametrize("fault", ["fail", "refuse"])
async def test_a_refund_that_cannot_be_looked_at_has_not_failed(
    payments: Payments, bought: Bought, fault: str
) -> None:
    """Staff would give the money back a second time."""
    attempt = await payments.pay(bought)
    await payments.settle()
    await payments.refund(bought)
    await payments.settle()
    getattr(payments.provider, fault)("fetch_refund")
    event = ProviderEvent(
        id=str(uuid4()), type="refund", attempt_id=attempt, is_about_refund=True
    )
    await ProviderEvents(payments.pool).record(payments.provider.name, event)
    await payments.call_again()
    payments.provider.mend()

    await payments.call_again()

    assert await payments.pool.fetchval(STATUS, bought.payment_id) == "SUCCEEDED"
    assert (await payments.attempt(bought))["flag"] is None
    assert payments.provider.calls.count("refund") == 1
    assert payments.provider.calls.count("fetch_refund") == 2
    assert await payments.pool.fetchval(SETTLED_EVENTS, bought.payment_id) == 1


@pytest.mark.parametrize("bank_has_it", [True, False])
async def test_a_refund_that_may_have_happened_is_never_given_up(
    payments: Payments, bought: Bought, *, bank_has_it: bool
) -> None:
    """Staff would give the money back a second time."""
    attempt = await payments.pay(bought)
    await payments.settle()
    if bank_has_it:
        payments.provider.refund_status = RefundStatus.PENDING
    else:
        payments.provider.lose_answer("refund")
    await payments.refund(bought)
    await payments.settle()
    await payments.pool.execute(AGE, attempt)
    payments.provider.fail("refund")
    await payments.call_again()
    payments.provider.mend()
    payments.provider.refund_status = RefundStatus.SUCCEEDED

    await payments.call_again()

    assert await payments.pool.fetchval(STATUS, bought.payment_id) == "SUCCEEDED"
    assert (await payments.attempt(bought))["flag"] is None


async def test_a_refund_of_what_was_never_captured_does_not_hide_that(
    payments: Payments, bought: Bought
) -> None:
    """Staff would give back money that nobody took."""
    attempt = await payments.pay(bought)
    payments.provider.refuse("capture")
    await payments.settle()
    await payments.refund(bought)
    await payments.pool.execute(AGE, attempt)

    await payments.call_again()

    assert (await payments.attempt(bought))["flag"] == "CAPTURE_FAILED"
