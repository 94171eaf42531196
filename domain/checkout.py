"""Send a customer to a payment provider, while the seats are held."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.attempts import Attempt, IfLate
from domain.errors import (
    IdempotencyConflictError,
    NotFoundError,
    PaymentClosedError,
    ReservationExpiredError,
)
from domain.idempotency import START_CHECKOUT, earlier_result, key_for
from domain.money_errors import CheckoutUnavailableError, WrongProviderError
from domain.money_ports import Attempts, CheckoutWanted, StartVerdict
from domain.payment import APPROVE, Payment, PaymentStatus
from domain.payment_provider import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from domain.ports import KeyReusedError, Ledger, RelayWakeup, SeatLocks
from domain.return_urls import checked_return_url

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """Where the customer pays, until the page closes."""

    payment: Payment
    url: str
    client_secret: str | None
    expires_at: datetime


class CheckoutService:
    def __init__(
        self,
        provider: PaymentProvider,
        *,
        attempts: Attempts,
        ledger: Ledger,
        locks: SeatLocks,
        wakeup: RelayWakeup,
        window: timedelta,
    ) -> None:
        self._provider = provider
        self._attempts = attempts
        self._ledger = ledger
        self._locks = locks
        self._wakeup = wakeup
        self._window = window

    async def start_checkout(
        self,
        payment_id: UUID,
        customer_id: UUID,
        return_url: str,
        if_late: IfLate,
        idempotency_key: str | None = None,
    ) -> Checkout:
        """The same checkout again, as long as its attempt has no outcome."""
        return_url = checked_return_url(return_url)
        key = key_for(START_CHECKOUT, idempotency_key, payment_id, return_url, if_late)
        wanted = CheckoutWanted(
            payment_id=payment_id,
            customer_id=customer_id,
            provider=self._provider.name,
            return_url=return_url,
            if_late=if_late,
            window=self._window,
            key=key,
        )
        verdict = await self._start(wanted)
        if verdict.extended:
            self._wakeup.notify()
            await self._locks.mark_extended(verdict.extended)
        payment, attempt = self._checked(verdict)
        if attempt.checkout_url is None:
            attempt = await self._opened(attempt)
        if attempt.checkout_url is None or attempt.outcome is not None:
            raise CheckoutUnavailableError
        return Checkout(
            payment=payment,
            url=attempt.checkout_url,
            client_secret=attempt.client_secret,
            expires_at=attempt.expires_at,
        )

    async def _start(self, wanted: CheckoutWanted) -> StartVerdict:
        """Raises IdempotencyConflictError.

        The key of an attempt that is over begins another one.
        """
        key = wanted.key
        try:
            verdict = await self._attempts.start(wanted)
        except KeyReusedError:
            if not await earlier_result(self._ledger, wanted.customer_id, key):
                raise IdempotencyConflictError from None
            return await self._attempts.start(replace(wanted, key=None))
        # One that was used for something else is a conflict in any case.
        await earlier_result(self._ledger, wanted.customer_id, key)
        return verdict

    def _checked(self, verdict: StartVerdict) -> tuple[Payment, Attempt]:
        payment, attempt = verdict.payment, verdict.attempt
        if payment is None:
            raise NotFoundError
        if attempt is None:
            match payment.status:
                case PaymentStatus.PENDING:  # there is nothing to pay
                    raise WrongProviderError(APPROVE)
                case PaymentStatus.EXPIRED:
                    raise ReservationExpiredError
                case closed:
                    raise PaymentClosedError(closed)
        if verdict.provider != self._provider.name:
            raise WrongProviderError(str(verdict.provider))
        return payment, attempt

    async def _opened(self, attempt: Attempt) -> Attempt:
        """Outside of any transaction. The next caller may ask again: it has a key."""
        try:
            opened = await self._provider.open(attempt)
        except (ProviderUnavailableError, ProviderRefusedError) as error:
            logger.warning(
                "a checkout cannot be opened",
                extra={"attempt_id": str(attempt.id), "reason": str(error)},
            )
            raise CheckoutUnavailableError from error
        return await self._attempts.opened(attempt.id, opened)
