"""Hold seats, and cancel reservations."""

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

from domain.errors import (
    CustomerLimitError,
    InvalidInputError,
    NotFoundError,
    OrphanLeftError,
    PriceChangedError,
    ReservationClosedError,
    SeatsUnavailableError,
    SessionClosedError,
    SessionMovedError,
    TicketQuotaExhaustedError,
    TicketTypeNotSoldError,
    TooManySeatsError,
)
from domain.expiry import ExpiryService
from domain.idempotency import RESERVE_SEATS, earlier_reservation, key_for
from domain.money import WRITTEN_CURRENCY
from domain.ports import (
    NOTHING_EXPECTED,
    Expected,
    Hold,
    HoldVerdict,
    IdempotencyKey,
    KeyReusedError,
    Ledger,
    RelayWakeup,
    SeatLocks,
    Wanted,
)
from domain.reservation import DEFAULT_TERMS, MAX_SEATS, HoldTerms, Reservation
from domain.seat_rules import SeatRules
from domain.sessions import Session
from domain.ticket_types import Types


class BookingService:
    def __init__(
        self,
        ledger: Ledger,
        locks: SeatLocks,
        wakeup: RelayWakeup,
        terms: HoldTerms = DEFAULT_TERMS,
        rules: SeatRules | None = None,
    ) -> None:
        self._ledger = ledger
        self._rules = rules
        self._locks = locks
        self._wakeup = wakeup
        self.terms = terms
        self._expiry = ExpiryService(ledger, wakeup)

    async def reserve_seats(
        self,
        session_id: UUID,
        seat_ids: Sequence[UUID],
        customer_id: UUID,
        idempotency_key: str | None = None,
        *,
        expected: Expected = NOTHING_EXPECTED,
        types: Types = (),
        accept_orphans: bool = False,
    ) -> Reservation:
        """Hold all the seats for a while, or none.

        `types` has a seat and its ticket type; the other seats get the default type.

        With a key that was answered before, the answer is that reservation as it is
        now. A refusal leaves the key unused: the same call may be made again.
        """
        check_expected(expected)
        in_order = wanted_seats(seat_ids)
        wanted = Wanted(
            session_id=session_id,
            seat_ids=in_order,
            type_ids=wanted_types(in_order, types),
            expected=expected,
        )
        key = key_for(RESERVE_SEATS, idempotency_key, *_input(wanted))
        try:
            if self._rules:
                await self._rules.check(
                    session_id, seat_ids, accept_orphans=accept_orphans
                )
            return await self.hold(wanted, customer_id, key)
        except (
            InvalidInputError,
            OrphanLeftError,
            SeatsUnavailableError,
            SessionClosedError,
            SessionMovedError,
            PriceChangedError,
            TicketTypeNotSoldError,
            TicketQuotaExhaustedError,
            CustomerLimitError,
            KeyReusedError,
        ):
            if earlier := await earlier_reservation(self._ledger, customer_id, key):
                return earlier
            raise

    async def choose_tickets(
        self, reservation_id: UUID, customer_id: UUID, types: Types
    ) -> Reservation:
        """The seats that are left out keep their types.

        A seat that keeps its type keeps its price, too.
        """
        if not types:
            raise InvalidInputError("tickets", rule="seats_missing")
        if len(dict(types)) != len(types):
            raise InvalidInputError("tickets", rule="seats_repeated")
        reservation = await self._ledger.choose_tickets(
            reservation_id, customer_id, types
        )
        self._wakeup.notify()
        return reservation

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

    async def hold(
        self, wanted: Wanted, customer_id: UUID, key: IdempotencyKey | None
    ) -> Reservation:
        """Raises a refusal of the verdict, or KeyReusedError."""
        # The lock comes before the connection: a crowd that waits for one seat must not
        # occupy the pool, or customers of other seats starve.
        async with self._locks.guard(wanted) as lock:
            hold = Hold(
                reservation_id=uuid4(),
                customer_id=customer_id,
                wanted=wanted,
                period=self.terms.period,
                key=key,
                seats_per_customer=self.terms.seats_per_customer,
            )
            verdict = await self._ledger.hold(hold)
            for _ in wanted.seat_ids:  # another hold may expire while one is ended
                if not verdict.expired:
                    break
                # Do not wait for the sweeper: end the expired holds here.
                await self._ledger.expire(verdict.expired)
                self._wakeup.notify()
                verdict = await self._ledger.hold(hold)
            # Overdue holds still count in a quota until somebody ends them.
            if verdict.exhausted and await self._expiry.sweep():
                verdict = await self._ledger.hold(hold)
            reservation, session = judge(verdict, hold)
            self._wakeup.notify()  # before the trip of the lock, which may be slow
            lock.mark_held(reservation, session.starts_at, session.sales_end_at)
        return reservation


def _input(wanted: Wanted) -> Iterator[object]:
    """What a repeated call has to want again, for the hash of an input."""
    yield wanted.session_id
    yield from wanted.seat_ids
    yield from wanted.expected.given()
    if wanted.type_ids:
        yield f"types={','.join(map(str, wanted.type_ids))}"


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


def wanted_types(seat_ids: Sequence[UUID], types: Types) -> tuple[UUID | None, ...]:
    """The type of each seat. Raises InvalidInputError, or NotFoundError for a seat."""
    chosen = dict(types)
    if len(chosen) != len(types):
        raise InvalidInputError("tickets", rule="seats_repeated")
    if not chosen.keys() <= set(seat_ids):
        raise InvalidInputError("tickets", rule="seats_not_chosen")
    return tuple(map(chosen.get, seat_ids)) if chosen else ()


def check_expected(expected: Expected) -> None:
    """Raises InvalidInputError for text that is not a currency, such as NUL."""
    if expected.total and not WRITTEN_CURRENCY.fullmatch(expected.total.currency):
        raise InvalidInputError("expectedTotal", "currency", rule="currency_code")


def judge(verdict: HoldVerdict, hold: Hold) -> tuple[Reservation, Session]:
    """The reservation and its session. Raises the most specific refusal."""
    session, expected = verdict.session, hold.wanted.expected
    if session is None:
        raise NotFoundError
    if verdict.reservation:
        return verdict.reservation, session
    if verdict.closed:
        raise SessionClosedError
    if expected.starts_at not in {None, session.starts_at}:
        raise SessionMovedError(session)
    if verdict.total and expected.total not in {None, verdict.total}:
        raise PriceChangedError(verdict.total)
    if verdict.total is None and not verdict.taken:
        raise TicketTypeNotSoldError
    if verdict.exhausted and not verdict.taken:
        raise TicketQuotaExhaustedError
    if verdict.over_limit and not verdict.taken:
        raise CustomerLimitError(hold.seats_per_customer)
    raise SeatsUnavailableError(verdict.taken)
