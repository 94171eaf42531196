"""Stripe, through its official library: Checkout, captured after the sale.

Each call of ours says with a key which step of which attempt it is, so Stripe does it
once. Keys end after a day. A step that may come later looks first whether it was done.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import stripe
from stripe.checkout import Session as Page
from stripe.params.checkout import SessionCreateParams

from domain.attempts import Attempt, AttemptStatus
from domain.payment_provider import (
    Opened,
    ProviderEvent,
    ProviderRefund,
    ProviderRefusedError,
    ProviderState,
)
from providers.settings import PaymentSettings
from providers.stripe_amounts import to_stripe
from providers.stripe_client import client_of, failures, open_http
from providers.stripe_events import verified_event
from providers.stripe_states import refund_of, state_of

# We close the page ourselves when our window ends. Stripe wants half an hour at least,
# counted from when it hears of the page, which may be some minutes later.
PAGE_LASTS: Final = timedelta(minutes=60)
WHAT_IS_SOLD: Final = "Cinema tickets"
WITH_MONEY: Final = ["payment_intent.latest_charge"]


class StripeProvider:
    def __init__(self, settings: PaymentSettings) -> None:
        self.name = settings.payment_provider
        self._http = open_http()
        client = client_of(settings, self._http)
        self._pages = client.v1.checkout.sessions
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds
        self._is_live = settings.takes_live_money
        self._is_embedded = settings.stripe_checkout == "embedded"
        self._secrets = [
            secret.get_secret_value() for secret in settings.stripe_webhook_secret
        ]

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def open(self, attempt: Attempt) -> Opened:
        async with failures():
            page = await self._opened(attempt)
            return Opened(
                provider_ref=page.id,
                url=attempt.return_url if self._is_embedded else page.url,
                client_secret=page.client_secret,
            )

    async def _opened(self, attempt: Attempt) -> Page:
        """A failure stays the answer of its key for a day, so there is a second key.

        If the failed call has made a page nevertheless, nobody knows its address: the
        attempt can be given up without it.
        """
        for key in ("open", "open:2"):
            try:
                return await self._pages.create_async(
                    self._page_of(attempt), {"idempotency_key": f"{attempt.id}:{key}"}
                )
            except stripe.APIError as error:
                if not _is_replayed(error):
                    raise
        raise ProviderRefusedError("not_opened_by_any_key")

    def _page_of(self, attempt: Attempt) -> SessionCreateParams:
        """The same for each call: Stripe refuses a key with another input."""
        marks = {
            "attempt_id": str(attempt.id),
            "payment_id": str(attempt.payment_id),
            "reservation_id": str(attempt.reservation_id),
        }
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": str(attempt.id),
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            # Cards alone: with a manual capture of everything Stripe would offer no
            # way to pay whose money comes later.
            "payment_method_options": {"card": {"capture_method": "manual"}},
            "expires_at": _epoch(attempt.created_at + PAGE_LASTS),
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": attempt.amount.currency.lower(),
                        "unit_amount": to_stripe(attempt.amount),
                        "product_data": {"name": WHAT_IS_SOLD},
                    },
                }
            ],
        }
        if self._is_embedded:
            own_form: SessionCreateParams = {
                "ui_mode": "embedded_page",
                "return_url": attempt.return_url,
            }
            return params | own_form
        hosted: SessionCreateParams = {
            "success_url": attempt.return_url,
            "cancel_url": attempt.return_url,
        }
        return params | hosted

    async def fetch(self, attempt: Attempt) -> ProviderState:
        async with failures():
            return state_of(await self._page(attempt))

    async def _page(self, attempt: Attempt) -> Page:
        return await self._pages.retrieve_async(
            attempt.provider_ref or "", {"expand": WITH_MONEY}
        )

    async def capture(self, attempt: Attempt) -> None:
        state = await self.fetch(attempt)
        if state.status is AttemptStatus.CAPTURED:
            return
        if state.status is not AttemptStatus.AUTHORIZED or state.charge_ref is None:
            raise ProviderRefusedError(f"not_capturable_{state.status.lower()}")
        async with failures():
            await self._intents.capture_async(
                state.charge_ref, options={"idempotency_key": f"{attempt.id}:capture"}
            )

    async def close_page(self, attempt: Attempt) -> None:
        async with failures():  # needs no key: a page is closed once
            await self._pages.expire_async(attempt.provider_ref or "")

    async def cancel(self, attempt: Attempt) -> None:
        state = await self.fetch(attempt)
        match state.status:
            case AttemptStatus.CLOSED:
                return
            case AttemptStatus.CAPTURED:
                raise ProviderRefusedError("captured")
        if state.status is not AttemptStatus.AUTHORIZED or state.charge_ref is None:
            await self.close_page(attempt)
            return
        async with failures():
            await self._intents.cancel_async(
                state.charge_ref, options={"idempotency_key": f"{attempt.id}:cancel"}
            )

    async def refund(
        self, attempt: Attempt, refund_id: UUID, amount_minor: int
    ) -> ProviderRefund:
        charge_ref = attempt.charge_ref or (await self.fetch(attempt)).charge_ref
        if charge_ref is None:
            raise ProviderRefusedError("no_money")
        mark = str(refund_id)
        amount = type(attempt.amount)(amount_minor, attempt.amount.currency)
        async with failures():
            known = await self._refunds.list_async(
                {"payment_intent": charge_ref, "limit": 100}
            )
            for refund in known.data:
                if refund.metadata and mark in refund.metadata.to_dict().values():
                    return refund_of(refund)
            made = await self._refunds.create_async(
                {
                    "payment_intent": charge_ref,
                    "amount": to_stripe(amount),
                    "metadata": {"attempt_id": str(attempt.id), "refund_id": mark},
                },
                {"idempotency_key": f"{attempt.id}:refund:{mark}"},
            )
            return refund_of(made)

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        signature = headers.get("stripe-signature")
        return verified_event(signature, body, self._secrets, is_live=self._is_live)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _is_replayed(error: stripe.APIError) -> bool:
    return error.headers is not None and "idempotent-replayed" in error.headers
