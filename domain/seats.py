"""A seat as it is sold in one session."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class SeatStatus(StrEnum):
    AVAILABLE = "AVAILABLE"
    HELD = "HELD"
    SOLD = "SOLD"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeat:
    """The state of one seat at one version; versions grow by one per change."""

    id: UUID
    row: str
    number: int
    status: SeatStatus
    version: int
    price: Money
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMap:
    """Every seat of a session at one moment, in the order of rows and numbers.

    `position` names that moment: whoever resumes from it misses nothing.
    """

    session_id: UUID
    seats: tuple[SessionSeat, ...]
    position: str

    def count(self, status: SeatStatus) -> int:
        return sum(seat.status is status for seat in self.seats)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMapDelta:
    """The whole new state of the seats that changed; safe to apply twice."""

    session_id: UUID
    seats: tuple[SessionSeat, ...]
    position: str
