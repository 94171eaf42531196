"""A movie in a room at one start: what people buy seats for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class SessionStatus(StrEnum):
    SCHEDULED = "SCHEDULED"
    CANCELLED = "CANCELLED"


class OrphanRule(StrEnum):
    """What becomes of a hold that leaves a seat alone."""

    OFF = "OFF"
    WARN = "WARN"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: UUID
    movie_id: UUID
    room_id: UUID
    starts_at: datetime
    ends_at: datetime
    price_per_seat: Money
    status: SessionStatus
    version: int
    sales_end_at: datetime
