"""Cinemas, each with its own clock and currency."""

from dataclasses import dataclass
from uuid import UUID

MAX_CINEMA_NAME_LENGTH = 100


@dataclass(frozen=True)
class FirstCinema:
    """What the operator says of the cinema that a migration creates.

    Without a currency it has that of most sessions.
    """

    name: str = "Main"
    time_zone: str = "UTC"
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cinema:
    id: UUID
    name: str
    city: str
    address: str
    time_zone: str  # IANA name
    currency: str  # ISO 4217
    sales_minutes_after_start: int
    companion_release_minutes: int
    refund_hours_before_start: int
    version: int
