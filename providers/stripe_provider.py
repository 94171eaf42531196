"""Stripe, through its official library: Checkout, captured after the sale.

Each call of ours says with a key which step of which attempt it is, so Stripe does it
once. Keys end after a day, and one whose call has failed keeps that failure: so a step
looks first whether it was done, and goes on with the next key.
"""

from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import stripe
from stripe.checkout import Session as Page
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from domain.attempts import Attempt, AttemptStatus
from domain.payment_provider import (
    Opened,
    ProviderEvent,
    ProviderRefund,
    ProviderRefusedError,
    ProviderState,
    ProviderUnavailableError,
)
from providers.settings import PaymentSettings
from providers.stripe_amounts import to_stripe
from providers.stripe_client import (
    answer_of,
    client_of,
    failures,
    keys_of,
    open_http,
)
from providers.stripe_events import verified_event
from providers.stripe_states import refund_of, state_of

# We close the page ourselves when our window ends. Stripe wants half an hour at least,
# counted from when it hears of the page, which may be some minutes later.
PAGE_LASTS: Final = timedelta(minutes=60)
WHAT_IS_SOLD: Final = "Cinema tickets"
WITH_MONEY: Final = ["payment_intent.latest_charge"]
OPENING_KEYS: Final = 2
NO_KEY_LEFT: Final = "all keys of this step have failed"


class IntentChange(Protocol):
    def __call__(
        self, intent: str, /, *, options: stripe.RequestOptions
    ) -> Awaitable[stripe.PaymentIntent]: ...


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
        """If a call that failed has made a page, nobody knows its address.

        So the attempt can be given up without it.
        """
        params = self._page_of(attempt)
        for key in keys_of(f"{attempt.id}:open")[:OPENING_KEYS]:
            page = await answer_of(
                key, lambda options: self._pages.create_async(params, options)
            )
            if page:
                return page
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
        for key in keys_of(f"{attempt.id}:capture"):
            state = await self.fetch(attempt)
            if state.status is AttemptStatus.CAPTURED:
                return
            ref = state.charge_ref
            if state.status is not AttemptStatus.AUTHORIZED or ref is None:
                raise ProviderRefusedError(f"not_capturable_{state.status.lower()}")
            if await self._changed(key, self._intents.capture_async, ref):
                return
        raise ProviderUnavailableError(NO_KEY_LEFT)

    async def close_page(self, attempt: Attempt) -> None:
        async with failures():  # needs no key: a page is closed once
            await self._pages.expire_async(attempt.provider_ref or "")

    async def cancel(self, attempt: Attempt) -> None:
        for key in keys_of(f"{attempt.id}:cancel"):
            state = await self.fetch(attempt)
            match state.status:
                case AttemptStatus.CLOSED:
                    return
                case AttemptStatus.CAPTURED:
                    raise ProviderRefusedError("captured")
            ref = state.charge_ref
            if state.status is not AttemptStatus.AUTHORIZED or ref is None:
                await self.close_page(attempt)
                return
            if await self._changed(key, self._intents.cancel_async, ref):
                return
        raise ProviderUnavailableError(NO_KEY_LEFT)

    async def _changed(self, key: str, change: IntentChange, charge_ref: str) -> bool:
        """False: this key has failed before."""
        async with failures():
            answer = await answer_of(
                key, lambda options: change(charge_ref, options=options)
            )
            return answer is not None

    async def refund(
        self, attempt: Attempt, refund_id: UUID, amount_minor: int
    ) -> ProviderRefund:
        charge_ref = attempt.charge_ref or (await self.fetch(attempt)).charge_ref
        if charge_ref is None:
            raise ProviderRefusedError("no_money")
        mark = str(refund_id)
        amount = type(attempt.amount)(amount_minor, attempt.amount.currency)
        params: RefundCreateParams = {
            "payment_intent": charge_ref,
            "amount": to_stripe(amount),
            "metadata": {"attempt_id": str(attempt.id), "refund_id": mark},
        }
        for key in keys_of(f"{attempt.id}:refund:{mark}"):
            async with failures():
                made = await self._marked(charge_ref, mark) or await answer_of(
                    key, lambda options: self._refunds.create_async(params, options)
                )
                if made:
                    return refund_of(made)
        raise ProviderUnavailableError(NO_KEY_LEFT)

    async def _marked(self, charge_ref: str, mark: str) -> stripe.Refund | None:
        known = await self._refunds.list_async(
            {"payment_intent": charge_ref, "limit": 100}
        )
        for refund in known.data:
            if refund.metadata and mark in refund.metadata.to_dict().values():
                return refund
        return None

    async def fetch_refund(self, ref: str) -> ProviderRefund:
        async with failures():
            return refund_of(await self._refunds.retrieve_async(ref))

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        signature = headers.get("stripe-signature")
        return verified_event(signature, body, self._secrets, is_live=self._is_live)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
