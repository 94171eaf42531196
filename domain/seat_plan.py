"""Where the seats of a room stand, and what is known of each."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class SeatFeature(StrEnum):
    WHEELCHAIR = "WHEELCHAIR"
    COMPANION = "COMPANION"
    AISLE = "AISLE"
    OBSTRUCTED_VIEW = "OBSTRUCTED_VIEW"
    RECLINER = "RECLINER"
    SOFA_LEFT = "SOFA_LEFT"
    SOFA_RIGHT = "SOFA_RIGHT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A physical seat of a room; SessionSeat is the seat on sale in one session.

    The facts of a seat change only with the version of its room.
    """

    id: UUID
    row: str
    number: int
    label: str
    x: float  # in seat widths from the left wall
    y: float  # in rows from the screen
    place: int  # neighbours of a row have places that differ by one
    features: tuple[SeatFeature, ...]
    zone_id: UUID
    out_of_service: bool
