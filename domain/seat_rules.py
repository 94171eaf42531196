"""What a call has to respect that names its seats, besides that they are free.

It is judged on a map that was read before the hold. So a crowd may leave a seat alone,
but the rules never cost a booking that a newer map would allow.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.better_seats import better_seats
from domain.errors import InvalidInputError, OrphanLeftError, raise_if_any
from domain.orphans import orphans_left
from domain.seat_plan import Seat
from domain.seating import Seats
from domain.seats import SeatStatus
from domain.session_seating import Seatings, SessionRules, SessionSeating
from domain.sessions import OrphanRule


class SeatRules:
    def __init__(self, seatings: Seatings) -> None:
        self._seatings = seatings

    async def check(
        self, session_id: UUID, seat_ids: Sequence[UUID], *, accept_orphans: bool
    ) -> None:
        """Raises InvalidInputError or OrphanLeftError.

        Does nothing where the hold will be refused for another reason.
        """
        rules = await self._seatings.rules(session_id)
        if rules is None:
            return
        judges_orphans = rules.orphan_rule is OrphanRule.REFUSE and not accept_orphans
        if not judges_orphans and not self._may_be_pairs(session_id, rules, seat_ids):
            return
        newest = await self._seatings.newest(session_id)
        if newest is None:
            return
        known, free = newest
        if known.rules.closed or not known.seating.bits.keys() >= set(seat_ids):
            return
        wanted = known.seating.seats(seat_ids)
        raise_if_any(list(_alone(known, wanted, seat_ids)))
        if known.rules.orphan_rule is OrphanRule.REFUSE and not accept_orphans:
            _check_orphans(known, free, wanted)

    def _may_be_pairs(
        self, session_id: UUID, rules: SessionRules, seat_ids: Sequence[UUID]
    ) -> bool:
        """Whether a map has to be read for halves of sofas and companion places."""
        known = self._seatings.known(session_id)
        if known is None or known.rules.room_version != rules.room_version:
            return rules.has_pairs
        return not known.seating.paired.isdisjoint(seat_ids)


def _alone(
    known: SessionSeating, wanted: Seats, seat_ids: Sequence[UUID]
) -> Iterator[InvalidInputError]:
    """Halves of sofas and companion places that are only sold together."""

    def path(seat: Seat) -> tuple[str, str]:
        return "seatIds", str(seat_ids.index(seat.id))

    to_come = {SeatStatus.AVAILABLE, SeatStatus.HELD}  # the other half may be sold
    for half, other in known.seating.sofas_split(wanted):
        if known.states[other.id].status in to_come:
            yield InvalidInputError(*path(half), rule="sofa_split")
    if not known.rules.companions_released:
        for seat in known.seating.unaccompanied(known.seating.listed(wanted)):
            yield InvalidInputError(*path(seat), rule="companion_alone")


def _check_orphans(known: SessionSeating, free: Seats, wanted: Seats) -> None:
    """Raises OrphanLeftError."""
    if any(bits & ~there for bits, there in zip(wanted, free, strict=True)):
        return
    if orphans := orphans_left(known.seating, free, wanted):
        better = better_seats(known.seating, free, wanted)
        raise OrphanLeftError(known.of(orphans), known.of(better))
