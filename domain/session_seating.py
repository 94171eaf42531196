"""The free seats of one session, as far as this process knows."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from domain.best_seats import Choice, Wish
from domain.errors import NotFoundError
from domain.seat_plan import Seat
from domain.seating import Seating, Seats, minus, plus
from domain.seats import SeatStatus, SessionSeat

LATEST: Final = float("inf")


class SessionSeating:
    """Its seats have the ids that they have in the session."""

    companions_released = False  # until they were read to be

    def __init__(self, seats: Collection[Seat]) -> None:
        self.seating = Seating(seats)
        self._zones = frozenset(seat.zone_id for seat in seats)
        self._free = [0] * len(self.seating.rows)
        self._versions = dict.fromkeys(self.seating.bits, 0)
        self._chosen = [0] * len(self.seating.rows)

    def check_zones(self, zones: frozenset[UUID] | None) -> None:
        """Raises NotFoundError if no seat is in one of them."""
        if zones is not None and not zones <= self._zones:
            raise NotFoundError

    def note(self, seats: Iterable[SessionSeat]) -> None:
        """The states of some seats; an older one than a known one is dropped.

        So is a seat that the room had not when its seats were read.
        """
        free, versions, bits = self._free, self._versions, self.seating.bits
        for seat in seats:
            if seat.version >= versions.get(seat.id, LATEST):
                versions[seat.id] = seat.version
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
            if seat.status is SeatStatus.AVAILABLE and seat.id in self._versions
        )

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
        try:
            yield self.ids(chosen)
        finally:
            self._chosen = minus(self._chosen, chosen)
