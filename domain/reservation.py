"""A customer's claim on seats of one session, valid until it is paid or over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.money import Money
from domain.seats import SessionSeat

HOLD_PERIOD = timedelta(seconds=30)
MAX_SEATS = 8  # in one reservation


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
