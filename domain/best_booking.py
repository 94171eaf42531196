"""Hold the best seats that are free."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID, uuid4

from domain.best_seats import Choice, Wish
from domain.booking import BookingService
from domain.errors import (
    CustomerLimitError,
    InvalidInputError,
    NotEnoughSeatsError,
    NotFoundError,
    SeatsUnavailableError,
    SessionClosedError,
    TicketQuotaExhaustedError,
    TicketTypeNotSoldError,
    TooManyAtOnceError,
    TooManySeatsError,
    raise_if_any,
)
from domain.expiry import ExpiryService
from domain.idempotency import RESERVE_BEST_SEATS, earlier_reservation, key_for
from domain.ports import (
    Hold,
    IdempotencyKey,
    KeyReusedError,
    Ledger,
    RelayWakeup,
    Wanted,
)
from domain.reservation import MAX_SEATS, HoldTerms, Reservation
from domain.seating import Seating, Seats, minus
from domain.session_seating import Newest, Seatings, SessionSeating
from domain.ticket_prices import TicketType

TRIES = 2  # from memory
ROUNDS = 20  # in Postgres; each is lost only where others hold or lock those seats
BLOCKS = 24  # of one round


@dataclass(frozen=True, slots=True)
class TicketCount:
    """So many tickets of one type."""

    ticket_type_id: UUID
    count: int


@dataclass(frozen=True, slots=True)
class _Order:
    session_id: UUID
    wish: Wish
    type_ids: tuple[UUID, ...]  # of the seats in the order of their ids
    customer_id: UUID
    key: IdempotencyKey | None

    def wish_in(self, known: SessionSeating) -> Wish:
        return known.wish_in(self.wish, self.type_ids)

    def wanting(self, seat_ids: tuple[UUID, ...]) -> Wanted:
        return Wanted(
            session_id=self.session_id, seat_ids=seat_ids, type_ids=self.type_ids
        )

    def hold(self, terms: HoldTerms) -> Hold:
        return Hold(
            reservation_id=uuid4(),
            customer_id=self.customer_id,
            wanted=self.wanting(()),
            period=terms.period,
            key=self.key,
            seats_per_customer=terms.seats_per_customer,
        )


class BestSeatsService:
    """Chooses in memory and holds as everybody does. Postgres has the last word."""

    def __init__(
        self,
        booking: BookingService,
        ledger: Ledger,
        seatings: Seatings,
        wakeup: RelayWakeup,
    ) -> None:
        self._booking = booking
        self._ledger = ledger
        self._seatings = seatings
        self._wakeup = wakeup
        self._expiry = ExpiryService(ledger, wakeup)

    async def reserve_best_seats(
        self,
        session_id: UUID,
        wish: Wish,
        customer_id: UUID,
        idempotency_key: str | None = None,
        type_ids: tuple[UUID, ...] = (),
    ) -> Reservation:
        """Hold the best seats for 30 seconds, or none. Keys are as in reserve_seats."""
        key = key_for(
            RESERVE_BEST_SEATS, idempotency_key, session_id, *wish.given(), *type_ids
        )
        order = _Order(session_id, wish, type_ids, customer_id, key)
        try:
            return await self._hold_known(order) or await self._hold_any(order)
        except (
            NotEnoughSeatsError,
            SessionClosedError,
            CustomerLimitError,
            TicketTypeNotSoldError,
            TicketQuotaExhaustedError,
            KeyReusedError,
        ):
            if earlier := await earlier_reservation(self._ledger, customer_id, key):
                return earlier
            raise

    async def _hold_known(self, order: _Order) -> Reservation | None:
        """None: what this process knows is not enough to find free seats."""
        for number in range(TRIES):
            if number == 0:
                known = await self._seatings.recent(order.session_id)
            else:  # other processes may have sold more of them
                known, _ = await self._newest(order)
            if known is None:
                raise NotFoundError
            with known.choose(order.wish_in(known)) as seat_ids:
                if not seat_ids:
                    return None
                try:
                    held = await self._booking.hold(
                        order.wanting(seat_ids), order.customer_id, order.key
                    )
                except SeatsUnavailableError as refusal:
                    known.note(refusal.seats)
                except TicketTypeNotSoldError:
                    continue  # prices have changed
                else:
                    known.note(held.seats)
                    return held
        return None

    async def _hold_any(self, order: _Order) -> Reservation:
        """Whether there are such seats is judged by all seats of one moment."""
        for _ in range(ROUNDS):
            known, free = await self._newest(order)
            wish = order.wish_in(known)
            left = Choice(known.seating, free, wish)
            if not left.seats():
                if known.rules.closed:
                    raise SessionClosedError
                if order.type_ids and not wish.zones:
                    raise TicketTypeNotSoldError
                raise NotEnoughSeatsError(left.available(), left.largest_together())
            best = _best(known.seating, known.offered(free), wish)
            blocks = [known.ids(seats) for seats in islice(best, BLOCKS)]
            if not blocks:
                await known.decided()
            elif held := await self._hold_first(order, blocks):
                known.note(held.seats)
                return held
        raise TooManyAtOnceError

    async def _newest(self, order: _Order) -> Newest:
        newest = await self._seatings.newest(order.session_id)
        if newest is None:
            raise NotFoundError
        return newest

    async def _hold_first(
        self, order: _Order, blocks: Sequence[tuple[UUID, ...]]
    ) -> Reservation | None:
        """None: each of them was lost."""
        hold = order.hold(self._booking.terms)
        verdict = await self._ledger.hold_first(hold, blocks)
        # Overdue holds still count in a quota until somebody ends them.
        if verdict.exhausted and await self._expiry.sweep():
            return None
        if verdict.expired:
            await self._ledger.expire(verdict.expired)
            self._wakeup.notify()
        if verdict.session is None:
            raise NotFoundError
        if verdict.reservation:
            self._wakeup.notify()
        elif verdict.closed:
            raise SessionClosedError
        elif verdict.exhausted:
            raise TicketQuotaExhaustedError
        elif verdict.over_limit and not verdict.expired:
            raise CustomerLimitError(hold.seats_per_customer)
        return verdict.reservation


def check_counts(tickets: Sequence[TicketCount]) -> int:
    """The number of tickets. Raises TooManySeatsError or InvalidInputError."""
    if not tickets:
        raise InvalidInputError("tickets", rule="seats_missing")
    known: set[UUID] = set()
    wrong: list[InvalidInputError] = []
    for number, ticket in enumerate(tickets):
        where = ("tickets", str(number))
        if ticket.ticket_type_id in known:
            wrong.append(
                InvalidInputError(*where, "ticketTypeId", rule="entry_repeated")
            )
        known.add(ticket.ticket_type_id)
        if ticket.count < 1:
            wrong.append(
                InvalidInputError(
                    *where, "count", rule="number_range", lowest=1, highest=MAX_SEATS
                )
            )
    raise_if_any(wrong)
    count = sum(ticket.count for ticket in tickets)
    if count > MAX_SEATS:
        raise TooManySeatsError(MAX_SEATS)
    return count


def types_of_seats(
    tickets: Sequence[TicketCount], types: Sequence[TicketType]
) -> tuple[UUID, ...]:
    """One for each ticket. Empty if all are of the default type.

    Raises NotFoundError for a type that does not exist.
    """
    known = {each.id: each for each in types}
    if any(ticket.ticket_type_id not in known for ticket in tickets):
        raise NotFoundError
    if all(known[ticket.ticket_type_id].is_default for ticket in tickets):
        return ()
    return tuple(
        ticket.ticket_type_id for ticket in tickets for _ in range(ticket.count)
    )


def _best(seating: Seating, free: Seats, wish: Wish) -> Iterator[Seats]:
    """The best seats, then the best of the others, and so on."""
    while found := Choice(seating, free, wish).seats():
        yield found
        free = minus(free, found)
