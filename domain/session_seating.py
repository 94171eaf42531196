"""The free seats of one session, as far as this process knows."""

import asyncio
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from domain.best_seats import Choice, Wish
from domain.errors import NotFoundError
from domain.orphans import orphans_left
from domain.reservation import Reservation, ReservationStatus
from domain.seat_plan import Seat
from domain.seating import Seating, Seats, both, minus, plus
from domain.seats import SeatStatus, SessionSeat
from domain.sessions import OrphanRule


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRules:
    """As they were when they were read."""

    orphan_rule: OrphanRule
    closed: bool
    companions_released: bool
    has_pairs: bool  # sofas, or companion places
    room_version: str  # of which room, too
    sold: frozenset[tuple[UUID, UUID]]  # zones and types with a price of the session


class SessionSeating:
    """Its seats have the ids that they have in the session."""

    def __init__(self, seats: Collection[Seat], rules: SessionRules) -> None:
        self.seating = Seating(seats)
        self.rules = rules
        self.states: dict[UUID, SessionSeat] = {}
        self._zones = frozenset(seat.zone_id for seat in seats)
        self._free = [0] * len(self.seating.rows)
        self._chosen = [0] * len(self.seating.rows)
        self._undecided: set[asyncio.Event] = set()

    def wish_in(self, wish: Wish, type_ids: Collection[UUID]) -> Wish:
        """With what this session adds: seats are in zones that sell all these types.

        Raises NotFoundError if no seat is in one of the wished zones.
        """
        rules, zones = self.rules, wish.zones
        if zones is not None and not zones <= self._zones:
            raise NotFoundError
        if type_ids:
            zones = frozenset(
                zone
                for zone in (self._zones if zones is None else zones)
                if rules.sold.issuperset((zone, each) for each in type_ids)
            )
        return replace(wish, zones=zones, companions_released=rules.companions_released)

    def note(self, seats: Iterable[SessionSeat]) -> None:
        """The states of some seats; an older one than a known one is dropped.

        So is a seat that the room had not when its seats were read.
        """
        free, states, bits = self._free, self.states, self.seating.bits
        for seat in seats:
            before = states.get(seat.id)
            if seat.id in bits and (before is None or seat.version >= before.version):
                states[seat.id] = seat
                row, bit = bits[seat.id]
                if seat.status is SeatStatus.AVAILABLE:
                    free[row] |= bit
                else:
                    free[row] &= ~bit

    def free(self, seats: Iterable[SessionSeat]) -> Seats:
        """Those of them that are free."""
        return self.seating.seats(
            seat.id
            for seat in seats
            if seat.status is SeatStatus.AVAILABLE and seat.id in self.seating.bits
        )

    def of(self, seats: Iterable[Seat]) -> list[SessionSeat]:
        """Their states."""
        return [self.states[seat.id] for seat in seats]

    def orphans_of(self, reservation: Reservation, free: Seats) -> list[SessionSeat]:
        """The seats that it leaves alone, where the rule is to warn of them."""
        ids = [seat.id for seat in reservation.seats if seat.id in self.seating.bits]
        has_them = reservation.status in {
            ReservationStatus.PENDING,
            ReservationStatus.CONFIRMED,
        }
        if self.rules.orphan_rule is not OrphanRule.WARN or not has_them:
            return []
        own = self.seating.seats(ids)
        return self.of(orphans_left(self.seating, plus(free, own), own))

    def ids(self, seats: Seats) -> tuple[UUID, ...]:
        return tuple(sorted(seat.id for seat in self.seating.listed(seats)))

    @contextmanager
    def choose(self, wish: Wish) -> Iterator[tuple[UUID, ...]]:
        """The best seats, sorted; none if this process knows of no such seats.

        Nobody else is offered them meanwhile, so callers of a crowd choose others.
        """
        free = minus(self._free, self._chosen)
        chosen = Choice(self.seating, free, wish).seats() or [0] * len(free)
        self._chosen = plus(self._chosen, chosen)
        decided = asyncio.Event()
        self._undecided.add(decided)
        try:
            yield self.ids(chosen)
        finally:
            self._chosen = minus(self._chosen, chosen)
            self._undecided.remove(decided)
            decided.set()

    def offered(self, free: Seats) -> Seats:
        """Those that nobody else of this process holds, or is about to hold."""
        return minus(both(free, self._free), self._chosen)

    async def decided(self) -> None:
        """Wait until those who hold now what they have chosen know the outcome."""
        for each in list(self._undecided):
            await each.wait()


# With the seats that were free at the moment of the read.
Newest = tuple[SessionSeating, Seats]


class Seatings(Protocol):
    """The seats of sessions that this process knows, as Postgres had them."""

    async def rules(self, session_id: UUID) -> SessionRules | None:
        """As they were some seconds ago. None: no such session."""

    def known(self, session_id: UUID) -> SessionSeating | None:
        """As they were at any time. None: never read, or forgotten."""

    async def recent(self, session_id: UUID) -> SessionSeating | None:
        """As they were read a moment ago. None: no such session."""

    async def newest(self, session_id: UUID) -> Newest | None:
        """With the seats that were free at one moment since the call began."""
