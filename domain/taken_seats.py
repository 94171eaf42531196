"""Taken seats that we know of without Postgres, and when they are an answer.

The same call in the same state has to get the same answer from every path. So a known
seat is an answer only if Postgres would give the same one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from domain.money import Money
from domain.ports import Wanted
from domain.reservation import Reservation
from domain.seats import SessionSeat


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenSeat:
    """A seat that is held or sold in a session whose sales have not ended."""

    session_id: UUID
    starts_at: datetime
    seat: SessionSeat

    @classmethod
    def of(cls, reservation: Reservation, starts_at: datetime) -> Mapping[UUID, Self]:
        """The seats of the reservation, by their ids."""
        return {
            seat.id: cls(
                session_id=reservation.session_id, starts_at=starts_at, seat=seat
            )
            for seat in reservation.seats
        }


def seats_if_known(
    wanted: Wanted, known: Iterable[TakenSeat]
) -> tuple[SessionSeat, ...] | None:
    """All the wanted seats, if Postgres would refuse each of them as taken.

    None if one of them is not known: it may be free, taken, or of another session.
    None as well if the start or the total is not what the customer was shown: that is
    another refusal, and needs the session as it is now. Of types of tickets the total
    is not known here.
    """
    taken = {
        each.seat.id: each
        for each in known
        if each.session_id == wanted.session_id
        and wanted.expected.starts_at in {None, each.starts_at}
    }
    if not taken.keys() >= set(wanted.seat_ids):
        return None
    seats = tuple(taken[seat_id].seat for seat_id in wanted.seat_ids)
    if wanted.expected.total is None:
        return seats
    total = Money(
        sum(seat.price.amount_minor for seat in seats), seats[0].price.currency
    )
    return None if wanted.type_ids or wanted.expected.total != total else seats
