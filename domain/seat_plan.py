"""Where the seats of a room stand, and what is known of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import Final, NamedTuple
from uuid import UUID

from domain.text import folded

MAX_COORDINATE: Final = 1_000  # seat widths, rows and places: more fits no screen
SCREEN: Final = {"lowest": 0, "highest": MAX_COORDINATE}
MAX_LABEL_LENGTH: Final = 20
# Two seats that are closer than this, in both directions, stand in one place.
TOO_CLOSE: Final = 0.5


class SeatFeature(StrEnum):
    WHEELCHAIR = "WHEELCHAIR"
    COMPANION = "COMPANION"
    AISLE = "AISLE"
    OBSTRUCTED_VIEW = "OBSTRUCTED_VIEW"
    RECLINER = "RECLINER"
    SOFA_LEFT = "SOFA_LEFT"
    SOFA_RIGHT = "SOFA_RIGHT"


SOFA: Final = frozenset({SeatFeature.SOFA_LEFT, SeatFeature.SOFA_RIGHT})
NEVER_TOGETHER: Final = (
    SOFA,
    frozenset({SeatFeature.WHEELCHAIR, SeatFeature.COMPANION}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceZone:
    """The seats of a cinema that cost the same."""

    id: UUID
    name: str
    is_default: bool  # exactly one of a cinema: that of seats without another


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFacts:
    """They change only with the version of the room."""

    row: str
    number: int
    label: str
    x: float  # in seat widths from the left wall
    y: float  # in rows from the screen
    place: int  # neighbours of a row have places that differ by one
    features: tuple[SeatFeature, ...]
    zone_id: UUID
    out_of_service: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(SeatFacts):
    """A physical seat of a room; SessionSeat is the seat on sale in one session."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Zones:
    """The price zones of one cinema."""

    default: UUID
    ids: frozenset[UUID]


@dataclass(slots=True, eq=False)
class SeatPlan:
    """The seats of a room, by row and number, at one version of room and zones.

    Empty until somebody asks for them, and the same object from then on.
    """

    seats: Mapping[tuple[str, int], tuple[Seat, PriceZone]]


class Clash(NamedTuple):
    """A seat that cannot be as it is, because of one that comes before it.

    Half a sofa without its other half has no `other`.
    """

    at: int
    rule: str
    label: str
    other: str


def in_order(features: Iterable[SeatFeature]) -> tuple[SeatFeature, ...]:
    """Each feature once."""
    known = set(features)
    return tuple(feature for feature in SeatFeature if feature in known)


def has_conflict(features: Iterable[SeatFeature]) -> bool:
    known = set(features)
    return any(pair <= known for pair in NEVER_TOGETHER)


def clashes(seats: Sequence[SeatFacts]) -> Iterator[Clash]:
    """What is wrong with the seats of a room together: one clash for each seat."""
    labels: dict[str, SeatFacts] = {}
    places: dict[tuple[str, int], SeatFacts] = {}
    spots: dict[tuple[int, int], SeatFacts] = {}
    for index, seat in enumerate(seats):
        named = labels.setdefault(folded(seat.label), seat)
        beside = places.setdefault((seat.row, seat.place), seat)
        cell = (floor(seat.x / TOO_CLOSE), floor(seat.y / TOO_CLOSE))
        if beside is not seat:
            yield Clash(index, rule="seat_place", label=seat.label, other=beside.label)
        elif near := _near(seat, spots, cell):
            yield Clash(index, rule="seat_spot", label=seat.label, other=near.label)
        elif named is not seat:
            yield Clash(index, rule="seat_label", label=seat.label, other=named.label)
        spots.setdefault(cell, seat)
    for index, seat in enumerate(seats):
        if not _has_other_half(seat, places):
            yield Clash(index, rule="seat_sofa", label=seat.label, other="")


def _near(
    seat: SeatFacts, spots: dict[tuple[int, int], SeatFacts], cell: tuple[int, int]
) -> SeatFacts | None:
    """Looks into the cells around: each is as wide as two seats must be apart."""
    for column in range(cell[0] - 1, cell[0] + 2):
        for line in range(cell[1] - 1, cell[1] + 2):
            other = spots.get((column, line))
            if other is not None and (
                max(abs(other.x - seat.x), abs(other.y - seat.y)) < TOO_CLOSE
            ):
                return other
    return None


def _has_other_half(seat: SeatFacts, places: dict[tuple[str, int], SeatFacts]) -> bool:
    if SOFA.isdisjoint(seat.features):
        return True
    is_left = SeatFeature.SOFA_LEFT in seat.features
    step, half = (1, SeatFeature.SOFA_RIGHT) if is_left else (-1, SeatFeature.SOFA_LEFT)
    other = places.get((seat.row, seat.place + step))
    return other is not None and half in other.features
