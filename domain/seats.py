"""Seats on sale in a session, and maps of them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from domain.money import Money
from domain.seat_plan import Seat, SeatPlan
from domain.sessions import SessionStatus
from domain.ticket_prices import SeatPrices

WRITTEN_POSITION: Final = re.compile(r"[0-9]{1,19}")
LAST_POSITION: Final = 2**63 - 1  # what a bigint of Postgres holds


class SeatStatus(StrEnum):
    AVAILABLE = "AVAILABLE"
    HELD = "HELD"
    SOLD = "SOLD"
    BLOCKED = "BLOCKED"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """A status that a newer program has written: the seat is not on sale."""
        return cls("BLOCKED") if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeat:
    """The state of one seat at one version; versions grow by one per change.

    `price` is what the default type costs there, and `agreed_price` what the
    reservation that has the seat pays for it: None if that is not known here.
    """

    id: UUID
    row: str
    number: int
    status: SeatStatus
    version: int
    price: Money
    held_until: datetime | None = None
    agreed_price: Money | None = field(default=None, compare=False)


def seat_order(seat: SessionSeat | Seat) -> tuple[int, str, int]:
    """Row by row: A to Z, then AA. SEAT_ORDER is the same order in SQL."""
    return len(seat.row), seat.row, seat.number


class Position(int):
    """A moment in the changes of all seats: every change before it was committed.

    It is the id of a transaction. A client that resumes from it misses nothing.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """None for text that no position is written as."""
        if text is None or not WRITTEN_POSITION.fullmatch(text):
            return None
        position = cls(text)
        return position if position <= LAST_POSITION else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """How many seats a session has, and how many of them are free."""

    total: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMap:
    """Every seat of a session at one moment, in the order of rows and numbers."""

    session_id: UUID
    starts_at: datetime
    status: SessionStatus = SessionStatus.SCHEDULED
    seats: tuple[SessionSeat, ...]
    position: Position
    plan: SeatPlan | None = field(default=None, compare=False)
    prices: SeatPrices | None = field(default=None, compare=False)

    def count(self, status: SeatStatus) -> int:
        return sum(seat.status is status for seat in self.seats)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """The whole new state of the seats that changed.

    A client that has applied it resumes from `position`.
    """

    seats: tuple[SessionSeat, ...]
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMapDelta:
    """The whole new state of the seats that changed; safe to apply twice."""

    session_id: UUID
    seats: tuple[SessionSeat, ...]
    position: Position
    plan: SeatPlan | None = field(default=None, compare=False)
    prices: SeatPrices | None = field(default=None, compare=False)
