"""Faults of a provider, through Stripe's adapter and the sandbox, on real rows."""

from typing import Any
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from domain.attempts import Attempt
from domain.money_errors import CheckoutUnavailableError
from domain.payment_provider import Opened, ProviderUnavailableError
from persistence.money.provider_events import ProviderEvents
from persistence.postgres.pool import Pool
from providers.stripe_provider import StripeProvider
from providers.webhooks import PATH, Webhooks
from tests.support.cinema import Cinema, Show
from tests.support.http_client import client_of
from tests.support.metric_growth import growing
from tests.support.null_services import NoWakeup
from tests.support.payment_sandbox import PaymentSandbox
from tests.support.payments import Bought, Payments

BEFORE = """
SELECT a.provider_ref, a.due_at <= clock_timestamp() AS is_due FROM payment_attempts a
JOIN provider_events e ON e.attempt_id = a.id
WHERE e.type = 'checkout.session.completed'
"""
REFUND = "SELECT status FROM refunds WHERE payment_id = $1"


@pytest.fixture
def payments(scratch_pool: Pool, provider: StripeProvider) -> Payments:
    return Payments(scratch_pool, provider=provider)


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


@pytest.fixture
async def bought(payments: Payments, show: Show, ana: UUID) -> Bought:
    """Held, without a page yet."""
    return await payments.hold(show, ana, 0)


async def press(sandbox: PaymentSandbox, page: str, action: str) -> None:
    answer = await sandbox.pages.post(
        f"/pay/{page}", data={"action": action, "delay": "0"}
    )
    assert answer.status_code == 303, answer.text


async def pay(
    payments: Payments, sandbox: PaymentSandbox, bought: Bought, action: str = "pay"
) -> None:
    await payments.start(bought)
    attempt = await payments.attempt(bought)
    await press(sandbox, attempt["provider_ref"], action)


async def there(sandbox: PaymentSandbox) -> dict[str, Any]:
    """The only payment, in the provider's books."""
    [payment] = (await sandbox.ledger())["payments"]
    return dict(payment)


async def facts(payments: Payments, bought: Bought) -> tuple[str, str | None, str]:
    """The outcome, the flag, and the status of the reservation."""
    row = await payments.attempt(bought)
    reservation = await payments.ledger.reservation(bought.reservation_id)
    return row["outcome"], row["flag"], reservation.status


@pytest.mark.parametrize("lost", [False, True])
async def test_an_event_may_come_before_the_answer_of_open(
    payments: Payments,
    provider: StripeProvider,
    *,
    sandbox: PaymentSandbox,
    bought: Bought,
    monkeypatch: pytest.MonkeyPatch,
    lost: bool,
) -> None:
    """Also if that answer never comes."""
    opened, events = provider.open, ProviderEvents(payments.pool)
    webhooks = Webhooks(provider, events, NoWakeup())
    api = Starlette(routes=[Route(PATH, webhooks.answer, methods=["POST"])])
    before: list[Any] = []

    async def paid_before_the_answer(attempt: Attempt) -> Opened:
        page = await opened(attempt)
        monkeypatch.setattr(provider, "open", opened)
        await press(sandbox, page.provider_ref, "pay")
        await sandbox.webhooks.until("checkout.session.completed")
        async with client_of(api) as http:
            for signature, body in sandbox.webhooks.received:
                headers = {"Stripe-Signature": signature}
                answer = await http.post(PATH, content=body, headers=headers)
                assert answer.status_code == 200
        before.append(await payments.pool.fetchrow(BEFORE))
        if lost:
            raise ProviderUnavailableError("lost")
        return page

    monkeypatch.setattr(provider, "open", paid_before_the_answer)
    try:
        await payments.start(bought)
    except CheckoutUnavailableError:
        assert lost
    looked_at = await payments.settlement.settle_due()
    await payments.effects.run_due()

    assert [tuple(row) for row in before] == [(None, True)]
    assert looked_at == 1
    assert await facts(payments, bought) == ("SOLD", None, "CONFIRMED")
    assert (await there(sandbox))["captured"] == 2500


@pytest.mark.parametrize(
    ("action", "outcome", "captured"),
    [("pay", "RELEASED", 0), ("push", "REFUNDED", 2500)],
)
@pytest.mark.parametrize(
    ("fault", "flag"), [("other_amount", "AMOUNT"), ("other_currency", "CURRENCY")]
)
async def test_other_money_buys_nothing_and_goes_back(
    payments: Payments,
    sandbox: PaymentSandbox,
    bought: Bought,
    *,
    fault: str,
    flag: str,
    action: str,
    outcome: str,
    captured: int,
) -> None:
    await sandbox.fault(fault)
    await pay(payments, sandbox, bought, action)
    # Authorised money, or money that has come already.
    await sandbox.webhooks.until("checkout.session.completed")
    if action == "push":
        await sandbox.webhooks.until("checkout.session.async_payment_succeeded")

    await payments.settle()

    assert await facts(payments, bought) == (outcome, flag, "PENDING")
    books = await there(sandbox)
    wrong = captured and captured - (fault == "other_amount")
    assert (books["captured"], books["refunded"]) == (wrong, wrong)
    assert books["capturable"] == 0


async def test_a_lost_authorisation_is_for_the_staff(
    payments: Payments, sandbox: PaymentSandbox, bought: Bought
) -> None:
    await pay(payments, sandbox, bought)
    await sandbox.fault("lost_authorisation")

    with growing("cinema_payment_calls_refused_total", 1, operation="capture"):
        await payments.settle()
        await payments.call_again()

    assert await facts(payments, bought) == ("SOLD", "CAPTURE_FAILED", "CONFIRMED")
    assert (await there(sandbox))["captured"] == 0


async def test_a_refund_that_fails_at_the_bank_is_for_the_staff(
    payments: Payments, sandbox: PaymentSandbox, bought: Bought
) -> None:
    await pay(payments, sandbox, bought)
    await payments.settle()
    await sandbox.fault("failed_refund", delay=3600)
    await payments.refund(bought)
    await payments.settle()
    pending = await payments.pool.fetchval(REFUND, bought.payment_id)
    [refund] = (await there(sandbox))["refunds"]
    await sandbox.pages.post(f"/refunds/{refund['id']}", data={"action": "fail"})

    with growing("cinema_payment_calls_refused_total", 1, operation="refund"):
        await payments.call_again()
        await payments.call_again()

    assert pending == "PENDING"
    assert await payments.pool.fetchval(REFUND, bought.payment_id) == "FAILED"
    assert await facts(payments, bought) == ("SOLD", "REFUND_FAILED", "CONFIRMED")
    assert (await there(sandbox))["refunded"] == 0


async def test_a_refund_may_fail_days_after_it_has_succeeded(
    payments: Payments,
    provider: StripeProvider,
    *,
    sandbox: PaymentSandbox,
    bought: Bought,
) -> None:
    await pay(payments, sandbox, bought)
    await payments.settle()
    await payments.refund(bought)
    await payments.settle()
    succeeded = await payments.pool.fetchval(REFUND, bought.payment_id)
    [refund] = (await there(sandbox))["refunds"]

    await sandbox.pages.post(f"/refunds/{refund['id']}", data={"action": "fail"})
    await sandbox.webhooks.until("refund.failed")
    for signature, body in sandbox.webhooks.received:
        event = provider.verify({"stripe-signature": signature}, body)
        await ProviderEvents(payments.pool).record(provider.name, event)
    await payments.settle()

    assert succeeded == "SUCCEEDED"
    assert await payments.pool.fetchval(REFUND, bought.payment_id) == "FAILED"
    assert await facts(payments, bought) == ("SOLD", "REFUND_FAILED", "CONFIRMED")
    books = await there(sandbox)
    assert (books["captured"], books["refunded"]) == (2500, 0)
    assert len(books["refunds"]) == 1  # it is asked about, never made again
