"""What moved on a day, by the balance of the account at Stripe."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import stripe

from domain.reconciliation import Movement, MovementKind
from providers.settings import PaymentSettings
from providers.stripe_amounts import from_stripe
from providers.stripe_client import client_of, failures, open_http

KINDS: Final[Mapping[str, MovementKind]] = {
    "charge": MovementKind.CAPTURE,
    "payment": MovementKind.CAPTURE,
    "refund": MovementKind.REFUND,
    "payment_refund": MovementKind.REFUND,
    "refund_failure": MovementKind.FAILED_REFUND,
    "payment_reversal": MovementKind.OTHER,
    "payment_failure_refund": MovementKind.OTHER,
    "adjustment": MovementKind.OTHER,
}
PAGE: Final = 100


class StripeReport:
    def __init__(self, settings: PaymentSettings) -> None:
        self._http = open_http()
        self._balance = client_of(settings, self._http).v1.balance_transactions

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def report(self, day: date) -> list[Movement]:
        """Payouts and Stripe's own fees are left out: they are none of a buyer's."""
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(days=1)
        async with failures():
            listed = await self._balance.list_async(
                {
                    "created": {
                        "gte": int(begin.timestamp()),
                        "lt": int(end.timestamp()),
                    },
                    "expand": ["data.source"],
                    "limit": PAGE,
                }
            )
            return [
                _movement(KINDS[row.type], row)
                async for row in listed.auto_paging_iter()
                if row.type in KINDS
            ]


def _movement(kind: MovementKind, row: stripe.BalanceTransaction) -> Movement:
    """In the buyer's currency: the balance may have it in another one."""
    match row.source:
        case stripe.Charge() as charge if kind is MovementKind.CAPTURE:
            ref, amount, currency = (
                charge.payment_intent,
                charge.amount_captured,
                charge.currency,
            )
        case stripe.Refund() as refund:
            ref, amount, currency = refund.id, refund.amount, refund.currency
        case _:
            ref, amount, currency = row.id, row.amount, row.currency
    return Movement(kind=kind, ref=str(ref), amount=from_stripe(amount, currency))
