"""Extend holds, for customers who need more time to pay."""

from uuid import UUID

from domain.errors import (
    NoMoreExtensionsError,
    NotFoundError,
    ReservationClosedError,
    ReservationExpiredError,
)
from domain.idempotency import EXTEND_RESERVATION, earlier_reservation, key_for
from domain.ports import (
    IdempotencyKey,
    KeyReusedError,
    Ledger,
    RelayWakeup,
    SeatLocks,
)
from domain.reservation import (
    DEFAULT_TERMS,
    ExtendVerdict,
    HoldTerms,
    Reservation,
    ReservationStatus,
)


class ExtensionService:
    def __init__(
        self,
        ledger: Ledger,
        locks: SeatLocks,
        wakeup: RelayWakeup,
        terms: HoldTerms = DEFAULT_TERMS,
    ) -> None:
        self._ledger = ledger
        self._locks = locks
        self._wakeup = wakeup
        self._terms = terms

    async def extend_reservation(
        self,
        reservation_id: UUID,
        customer_id: UUID,
        idempotency_key: str | None = None,
    ) -> Reservation:
        """Each call extends it once, unless its key has done so before.

        Then the answer is the reservation as it is now.
        """
        key = key_for(EXTEND_RESERVATION, idempotency_key, reservation_id)
        try:
            return await self._extend(reservation_id, customer_id, key)
        except (
            NoMoreExtensionsError,
            NotFoundError,
            ReservationClosedError,
            ReservationExpiredError,
            KeyReusedError,
        ):
            if earlier := await earlier_reservation(self._ledger, customer_id, key):
                return earlier
            raise

    async def _extend(
        self, reservation_id: UUID, customer_id: UUID, key: IdempotencyKey | None
    ) -> Reservation:
        verdict = await self._ledger.extend(
            reservation_id, customer_id, self._terms, key
        )
        if verdict.extended is None:
            raise _refusal(verdict)
        self._wakeup.notify()
        await self._locks.mark_extended(verdict.extended)
        return verdict.extended.reservation


def _refusal(verdict: ExtendVerdict) -> Exception:
    match verdict.status:
        case None:
            return NotFoundError()
        case ReservationStatus.PENDING:
            return NoMoreExtensionsError()
        case ReservationStatus.EXPIRED:
            return ReservationExpiredError()
        case closed:
            return ReservationClosedError(closed)
