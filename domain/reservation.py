"""A customer's claim on seats of one session, valid until it is paid or over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.money import Money
from domain.seats import SessionSeat

MAX_SEATS = 8  # in one reservation
SEATS_PER_CUSTOMER = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTerms:
    """How many seats of a session are held for a customer, and for how long."""

    period: timedelta = timedelta(seconds=30)
    extension: timedelta = timedelta(seconds=30)
    max_extensions: int = 10
    seats_per_customer: int = SEATS_PER_CUSTOMER  # of one session, owned ones included


DEFAULT_TERMS = HoldTerms()


class ReservationStatus(StrEnum):
    """PENDING holds its seats, then ends once. Late money may revive what EXPIRED."""

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
    extensions: int = 0  # so far

    def extensions_left(self, terms: HoldTerms) -> int:
        if self.status is not ReservationStatus.PENDING:
            return 0
        return max(0, terms.max_extensions - self.extensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """A reservation that is held for `held_for` from now on."""

    reservation: Reservation
    starts_at: datetime
    held_for: timedelta
    on_sale_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendVerdict:
    """`status` before the call; None if the customer has no such reservation."""

    extended: Extended | None
    status: ReservationStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelVerdict:
    """`status` before the call; None if the customer has no such reservation."""

    reservation: Reservation | None
    status: ReservationStatus | None
