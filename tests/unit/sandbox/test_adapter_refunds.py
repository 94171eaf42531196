"""Our adapter against the sandbox: refunds and events."""

from uuid import uuid4

import pytest

from domain.attempts import Attempt, RefundStatus
from domain.payment_provider import ProviderRefusedError, ProviderUnavailableError
from providers.stripe_provider import StripeProvider
from tests.support.payment_adapter import (
    captured,
    payment,
)
from tests.support.payment_sandbox import PaymentSandbox


@pytest.mark.parametrize("fault", ["lost_answer", "failed_answer", "failed", "down"])
async def test_a_refund_happens_once(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt, fault: str
) -> None:
    attempt = await captured(sandbox, provider, attempt)
    refund_id = uuid4()
    await sandbox.fault(fault, call="refunds.create", times=1)
    with pytest.raises(ProviderUnavailableError):
        await provider.refund(attempt, refund_id, 1000)

    refund = await provider.refund(attempt, refund_id, 1000)
    again = await provider.refund(attempt, refund_id, 1000)
    rest = await provider.refund(attempt, uuid4(), 1500)

    assert refund == again != rest
    assert {refund.status, rest.status} == {RefundStatus.SUCCEEDED}
    assert (await payment(sandbox))["refunded"] == 2500
    assert (await provider.fetch(attempt)).refunded_minor == 2500


async def test_more_than_was_captured_is_not_refunded(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    attempt = await captured(sandbox, provider, attempt)

    with pytest.raises(ProviderRefusedError):
        await provider.refund(attempt, uuid4(), 2501)

    assert (await payment(sandbox))["refunded"] == 0


@pytest.mark.parametrize(
    ("action", "status"),
    [("succeed", RefundStatus.SUCCEEDED), ("fail", RefundStatus.FAILED)],
)
async def test_a_refund_that_is_pending_is_asked_about_again(
    sandbox: PaymentSandbox,
    provider: StripeProvider,
    attempt: Attempt,
    action: str,
    status: RefundStatus,
) -> None:
    attempt = await captured(sandbox, provider, attempt)
    await sandbox.fault("slow_refund", delay=3600)
    refund_id = uuid4()
    pending = await provider.refund(attempt, refund_id, 2500)

    await sandbox.pages.post(
        f"/refunds/{pending.provider_ref}", data={"action": action}
    )
    settled = await provider.refund(attempt, refund_id, 2500)

    assert pending.status is RefundStatus.PENDING
    assert (settled.provider_ref, settled.status) == (pending.provider_ref, status)


async def test_events_name_their_attempt(
    sandbox: PaymentSandbox, provider: StripeProvider, attempt: Attempt
) -> None:
    attempt = await captured(sandbox, provider, attempt)
    await provider.refund(attempt, uuid4(), 2500)
    await sandbox.webhooks.until(
        "checkout.session.completed", "payment_intent.succeeded", "refund.created"
    )

    events = [
        provider.verify({"stripe-signature": signature}, body)
        for signature, body in sandbox.webhooks.received
    ]

    assert {each.attempt_id for each in events} == {attempt.id}
    assert len({each.id for each in events}) == len(events)
