"""Hold seats, and cancel reservations."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from domain.errors import (
    InvalidInputError,
    NotFoundError,
    ReservationClosedError,
    SeatsUnavailableError,
    SessionClosedError,
    TooManySeatsError,
)
from domain.idempotency import RESERVE_SEATS, earlier_result, key_for
from domain.ports import (
    Hold,
    HoldVerdict,
    KeyReusedError,
    Ledger,
    RelayWakeup,
    SeatLocks,
)
from domain.reservation import HOLD_PERIOD, MAX_SEATS, Reservation


class BookingService:
    def __init__(self, ledger: Ledger, locks: SeatLocks, wakeup: RelayWakeup) -> None:
        self._ledger = ledger
        self._locks = locks
        self._wakeup = wakeup

    async def reserve_seats(
        self,
        session_id: UUID,
        seat_ids: Sequence[UUID],
        customer_id: UUID,
        idempotency_key: str | None = None,
    ) -> Reservation:
        """Hold all the seats for 30 seconds, or none.

        With a key that was answered before, the answer is that reservation as it is
        now. A refusal leaves the key unused: the same call may be made again.
        """
        wanted = wanted_seats(seat_ids)
        hold = Hold(
            reservation_id=uuid4(),
            session_id=session_id,
            customer_id=customer_id,
            seat_ids=wanted,
            period=HOLD_PERIOD,
            key=key_for(RESERVE_SEATS, idempotency_key, session_id, *wanted),
        )
        try:
            return await self._hold(hold)
        except (SeatsUnavailableError, SessionClosedError, KeyReusedError):
            # This call may have been made before, and hold the seats already.
            earlier = await earlier_result(self._ledger, customer_id, hold.key)
            if earlier is None:
                raise
            return await self._ledger.reservation(earlier)

    async def cancel_reservation(
        self, reservation_id: UUID, customer_id: UUID
    ) -> Reservation:
        verdict = await self._ledger.cancel(reservation_id, customer_id)
        if verdict.status is None:
            raise NotFoundError
        if verdict.reservation is None:
            raise ReservationClosedError(verdict.status)
        self._wakeup.notify()
        await self._locks.clear(verdict.reservation)
        return verdict.reservation

    async def _hold(self, hold: Hold) -> Reservation:
        # The lock comes before the connection: a crowd that waits for one seat must not
        # occupy the pool, or customers of other seats starve.
        async with self._locks.guard(hold.seat_ids) as lock:
            verdict = await self._ledger.hold(hold)
            for _ in hold.seat_ids:  # another hold may expire while one is ended
                if not verdict.expired:
                    break
                # Do not wait for the sweeper: end the expired holds here.
                await self._ledger.expire(verdict.expired)
                verdict = await self._ledger.hold(hold)
            reservation = judge(verdict)
            lock.mark_held(reservation)
        self._wakeup.notify()
        return reservation


def wanted_seats(seat_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """The seats of one call, in the order in which all calls lock them.

    Raises TooManySeatsError or InvalidInputError.
    """
    if len(seat_ids) > MAX_SEATS:
        raise TooManySeatsError(MAX_SEATS)
    if not seat_ids:
        raise InvalidInputError("seatIds", rule="seats_missing")
    if len(set(seat_ids)) != len(seat_ids):
        raise InvalidInputError("seatIds", rule="seats_repeated")
    return tuple(sorted(seat_ids))


def judge(verdict: HoldVerdict) -> Reservation:
    """The reservation; raises the refusal that says most."""
    if verdict.reservation:
        return verdict.reservation
    if not verdict.found:
        raise NotFoundError
    if verdict.begun:
        raise SessionClosedError
    raise SeatsUnavailableError(verdict.taken)
