"""A customer's claim on seats of one session, valid until it is paid or over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidInputError, TooManySeatsError
from domain.money import Money
from domain.seats import SessionSeat

HOLD_PERIOD = timedelta(seconds=30)
MAX_SEATS = 8


class ReservationStatus(StrEnum):
    """PENDING holds its seats, then ends once."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A reservation as Postgres decided it: a value, not something to change."""

    id: UUID
    session_id: UUID
    customer_id: UUID
    status: ReservationStatus
    total: Money
    created_at: datetime
    expires_at: datetime
    seats: tuple[SessionSeat, ...]


def wanted_seats(seat_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """The seats of one call, in the order in which everybody locks them.

    Raises TooManySeatsError or InvalidInputError.
    """
    if len(seat_ids) > MAX_SEATS:
        raise TooManySeatsError(MAX_SEATS)
    if not seat_ids:
        raise InvalidInputError("seatIds", rule="seats_missing")
    if len(set(seat_ids)) != len(seat_ids):
        raise InvalidInputError("seatIds", rule="seats_repeated")
    return tuple(sorted(seat_ids))
