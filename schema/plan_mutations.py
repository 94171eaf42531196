"""Inputs and results of mutations of seats and price zones."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from domain import new_seats, price_zones, seat_plan
from schema.catalog_mutations import EXPECTED_VERSION
from schema.enums import SeatFeature
from schema.problems import InvalidInput, NotFound, Outdated
from schema.venues import PriceZone, Room

SCREEN = f"From 0 to {seat_plan.MAX_COORDINATE:,}."


@strawberry.input(
    description="Seats in one row. Several entries may describe parts of one row, such"
    " as its odd and its even side: each after the first names its `firstNumber`."
)
class SeatRowInput:
    row: str = strawberry.field(
        description=f"Row label: 1 to {new_seats.MAX_ROW_LABEL_LENGTH} capital letters"
        " of any script, or digits. A comes before B, and Z before AA."
    )
    seats: int = strawberry.field(
        description="Number of seats to add. A row has up to"
        f" {new_seats.MAX_SEATS_IN_ROW} seats."
    )
    offset: float | None = strawberry.field(
        default=None,
        description="Seat widths between the left wall and the leftmost of these"
        f" seats. {SCREEN} Null: 0, or beside the seats that the row has.",
    )
    y: float | None = strawberry.field(
        default=None,
        description=f"Rows from the screen. {SCREEN} Null: with the seats that the row"
        " has, or behind the last row.",
    )
    aisles: list[int] = strawberry.field(
        default_factory=list,
        description="An aisle, one seat wide, stands behind the seats with these"
        " numbers. The seats on both sides of it get the feature AISLE.",
    )
    first_number: int | None = strawberry.field(
        default=None,
        description="Number of the first of these seats: 1 to"
        f" {new_seats.MAX_FIRST_NUMBER:,}. Null: after the highest number in the row.",
    )
    step: int = strawberry.field(
        default=1,
        description="From one number to the next: 2 numbers an odd or an even side. 1"
        f" to {new_seats.MAX_STEP}.",
    )
    right_to_left: bool = strawberry.field(
        default=False, description="Whether the first number is the rightmost seat."
    )
    zone_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Id of a price zone of the cinema. Null: its default zone.",
    )
    features: list[SeatFeature] = strawberry.field(
        default_factory=list,
        description="Features of each of these seats. SOFA_LEFT together with"
        " SOFA_RIGHT: sofas, whose halves alternate from the left.",
    )


@strawberry.input(description="Seats to add to a room.")
class AddSeatsInput:
    room_id: strawberry.ID = strawberry.field(description="Id of the room.")
    rows: list[SeatRowInput] = strawberry.field(
        description="New rows, and existing rows to extend."
    )


@strawberry.input(
    description="Changes to a seat. Omitted fields stay as they are: leave out what"
    " does not change. Null is refused."
)
class SeatChangeInput:
    id: strawberry.ID = strawberry.field(description="Id of the Seat.")
    label: str | None = strawberry.field(
        default=UNSET,
        description=f"New label: up to {seat_plan.MAX_LABEL_LENGTH} characters on one"
        " line, in any script. Two labels of a room differ in more than case, accents"
        " or spaces.",
    )
    x: float | None = strawberry.field(
        default=UNSET, description=f"Seat widths from the left wall. {SCREEN}"
    )
    y: float | None = strawberry.field(
        default=UNSET, description=f"Rows from the screen. {SCREEN}"
    )
    place: int | None = strawberry.field(
        default=UNSET,
        description=f"New place in its row, which no other seat of it has. {SCREEN}",
    )
    zone_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Id of a price zone of the cinema. It counts for sessions that are"
        " created from now on.",
    )
    features: list[SeatFeature] | None = strawberry.field(
        default=UNSET, description="All features that it has from now on."
    )
    out_of_service: bool | None = strawberry.field(
        default=UNSET,
        description="Whether it is broken or kept back. It counts for sessions that are"
        " created from now on.",
    )


@strawberry.input(description="Changes to seats of a room.")
class UpdateSeatsInput:
    room_id: strawberry.ID = strawberry.field(description="Id of the room.")
    expected_version: int | None = strawberry.field(
        default=None, description=f"Of the room. {EXPECTED_VERSION}"
    )
    seats: list[SeatChangeInput] = strawberry.field(
        description="Each seat once. All are changed, or none."
    )


@strawberry.input(description="A new price zone, or another name for one.")
class SavePriceZoneInput:
    cinema_id: strawberry.ID = strawberry.field(description="Id of its cinema.")
    id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the zone. Null: a new one."
    )
    name: str = strawberry.field(
        description=f"Display name: up to {price_zones.MAX_ZONE_NAME_LENGTH} characters"
        f" on one line, unique in the cinema, which has up to {price_zones.MAX_ZONES}"
        " zones."
    )


AddSeatsResult = Annotated[
    Room | InvalidInput | NotFound,
    strawberry.union(
        "AddSeatsResult",
        description="The room with its new seats, or the reason why none was added.",
    ),
]

UpdateSeatsResult = Annotated[
    Room | InvalidInput | NotFound | Outdated,
    strawberry.union(
        "UpdateSeatsResult",
        description="The room with its changed seats, or the reason why none was"
        " changed.",
    ),
]

SavePriceZoneResult = Annotated[
    PriceZone | InvalidInput | NotFound,
    strawberry.union(
        "SavePriceZoneResult",
        description="The price zone, or the reason why it was not saved.",
    ),
]
