"""Approve payments: a held seat is sold, once."""

from uuid import UUID

from domain.errors import (
    IdempotencyConflictError,
    NotFoundError,
    PaymentClosedError,
    ReservationExpiredError,
)
from domain.idempotency import APPROVE_PAYMENT, earlier_result, key_for
from domain.money_errors import WrongProviderError
from domain.payment import APPROVE, Payment, PaymentStatus
from domain.ports import KeyReusedError, Ledger, RelayWakeup, SeatLocks


class PaymentService:
    def __init__(
        self,
        ledger: Ledger,
        locks: SeatLocks,
        wakeup: RelayWakeup,
        provider: str = APPROVE,
    ) -> None:
        """`provider` takes the money, where there is something to pay."""
        self._provider = provider
        self._ledger = ledger
        self._locks = locks
        self._wakeup = wakeup

    async def approve_payment(
        self, payment_id: UUID, customer_id: UUID, idempotency_key: str | None = None
    ) -> Payment:
        """Sell the seats. An approved payment is answered again as it is."""
        key = key_for(APPROVE_PAYMENT, idempotency_key, payment_id)
        try:
            verdict = await self._ledger.approve(
                payment_id, customer_id, key, free_only=self._provider != APPROVE
            )
        except KeyReusedError as reused:
            raise IdempotencyConflictError from reused
        if verdict.confirmed:
            self._wakeup.notify()
            sold = verdict.confirmed
            await self._locks.mark_sold(
                sold.reservation, sold.starts_at, sold.on_sale_for
            )
        else:  # a key that was used for another payment is a conflict in any case
            await earlier_result(self._ledger, customer_id, key)
        if verdict.payment is None:
            raise NotFoundError
        match verdict.payment.status:
            case (
                PaymentStatus.APPROVED
                | PaymentStatus.PARTLY_REFUNDED
                | PaymentStatus.REFUNDED
            ):
                return verdict.payment
            case PaymentStatus.EXPIRED:
                raise ReservationExpiredError
            case PaymentStatus.PENDING:
                raise WrongProviderError(verdict.payment.made_through(self._provider))
            case closed:
                raise PaymentClosedError(closed)
