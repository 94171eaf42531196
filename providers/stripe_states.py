"""What Stripe's pages, payments and refunds mean for an attempt."""

from typing import Final

import stripe
from stripe.checkout import Session as Page

from domain.attempts import AttemptStatus, RefundStatus
from domain.payment_provider import ProviderRefund, ProviderState
from providers.stripe_amounts import from_stripe

REFUNDS: Final = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}


def state_of(page: Page) -> ProviderState:
    intent = page.payment_intent
    if not isinstance(intent, stripe.PaymentIntent):  # nobody has tried to pay
        is_open = page.status == "open"
        return ProviderState(
            status=AttemptStatus.OPEN if is_open else AttemptStatus.CLOSED
        )
    status = _status(page, intent)
    charge = intent.latest_charge
    captured = from_stripe(intent.amount_received, intent.currency)
    refunded = charge.amount_refunded if isinstance(charge, stripe.Charge) else 0
    amount = {
        AttemptStatus.AUTHORIZED: intent.amount_capturable,
        AttemptStatus.CAPTURED: intent.amount_received,
    }.get(status)
    return ProviderState(
        status=status,
        amount=None if amount is None else from_stripe(amount, intent.currency),
        captured_minor=captured.amount_minor,
        # What a cancel gives up counts as refunded there.
        refunded_minor=min(
            from_stripe(refunded, intent.currency).amount_minor, captured.amount_minor
        ),
        charge_ref=intent.id,
        is_processing=status is AttemptStatus.OPEN
        and (page.status == "complete" or intent.status == "processing"),
    )


def _status(page: Page, intent: stripe.PaymentIntent) -> AttemptStatus:
    match intent.status:
        case "requires_capture":
            return AttemptStatus.AUTHORIZED
        case "succeeded":
            return AttemptStatus.CAPTURED
        case "canceled":
            return AttemptStatus.CLOSED
        case "processing":  # of a page that was closed meanwhile, too
            return AttemptStatus.OPEN
        case "requires_action" if page.status == "complete":
            return AttemptStatus.OPEN
    return AttemptStatus.OPEN if page.status == "open" else AttemptStatus.CLOSED


def refund_of(refund: stripe.Refund) -> ProviderRefund:
    status = REFUNDS.get(refund.status or "", RefundStatus.PENDING)
    return ProviderRefund(provider_ref=refund.id, status=status)
