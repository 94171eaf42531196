"""Tickets: a seat of a reservation, with its type and its price."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money
from domain.seat_plan import Seat
from domain.ticket_prices import TicketType


class TicketStatus(StrEnum):
    """RESERVED is not paid yet. VOID was never paid, or its seat was replaced."""

    RESERVED = "RESERVED"
    VALID = "VALID"
    USED = "USED"
    REFUNDED = "REFUNDED"
    VOID = "VOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Type and price are those that were agreed when the seat was held."""

    id: UUID
    reservation_id: UUID
    session_id: UUID
    seat: Seat
    ticket_type: TicketType
    price: Money
    status: TicketStatus
    holder_id: UUID
    generation: int
    used_at: datetime | None

    @property
    def has_code(self) -> bool:
        return self.status in {TicketStatus.VALID, TicketStatus.USED}
