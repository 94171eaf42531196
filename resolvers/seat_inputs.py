"""Seats as managers enter them: from inputs to values of the domain."""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

import strawberry

from domain.new_seats import NewSeats
from domain.seat_changes import EnteredFacts, SeatChange
from domain.seat_plan import SeatFeature
from resolvers.ids import NO_ROW, parse_id
from schema import enums
from schema.catalog_mutations import without_unset
from schema.plan_mutations import SeatChangeInput, SeatRowInput


def new_seats(row: SeatRowInput) -> NewSeats:
    return NewSeats(
        row=row.row,
        seats=row.seats,
        offset=row.offset,
        y=row.y,
        aisles=row.aisles,
        first_number=row.first_number,
        step=row.step,
        right_to_left=row.right_to_left,
        zone_id=_key(row.zone_id) if row.zone_id is not None else None,
        features=_features(row.features),
    )


def seat_change(seat: SeatChangeInput) -> SeatChange:
    facts = without_unset(
        {
            "label": seat.label,
            "x": seat.x,
            "y": seat.y,
            "place": seat.place,
            "zone_id": _key(seat.zone_id) if seat.zone_id else seat.zone_id,
            "features": _features(seat.features) if seat.features else seat.features,
            "out_of_service": seat.out_of_service,
        }
    )
    return SeatChange(_key(seat.id), cast("EnteredFacts", facts))


def _features(entered: Iterable[enums.SeatFeature]) -> list[SeatFeature]:
    return [SeatFeature[feature.name] for feature in entered]


def _key(id: strawberry.ID) -> UUID:
    """A malformed id is that of no row."""
    return parse_id(id) or NO_ROW
