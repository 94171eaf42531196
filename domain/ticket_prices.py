"""Types of tickets, and what they cost in the zones and seats of a session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from domain.money import Money
from domain.seat_plan import PriceZone


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeFacts:
    """All that managers enter of a type."""

    name: str
    is_default: bool = False  # of exactly one type
    proof_required: bool = False
    description: str | None = None
    quota_percent: int | None = None  # of the seats of a session


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType(TicketTypeFacts):
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPrice:
    """What a ticket of this type costs in this zone."""

    zone: PriceZone
    ticket_type: TicketType
    price: Money


@dataclass(slots=True, eq=False)
class SeatPrices:
    """What tickets cost in the seats of a session, while no price and no name changes.

    Empty until somebody asks for them. All seats of a zone have the same tuple.
    """

    by_zone: Mapping[UUID, tuple[TicketPrice, ...]] | None = None
    by_seat: dict[UUID, tuple[TicketPrice, ...]] = field(default_factory=dict)
