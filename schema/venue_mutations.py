"""Inputs and results of mutations of cinemas and rooms."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET

from domain import cinemas, new_seats, rooms
from schema.catalog_mutations import EXPECTED_VERSION, without_unset
from schema.plan_mutations import SeatRowInput
from schema.problems import InUse, InvalidInput, NotFound, Outdated, RoomBusy
from schema.venues import Cinema, Room

TIME_ZONE = "Name in the IANA time zone database, e.g. America/Sao_Paulo."


@strawberry.input(description="A new cinema.")
class CreateCinemaInput:
    name: str = strawberry.field(
        description=f"Display name: up to {cinemas.MAX_CINEMA_NAME_LENGTH} characters"
        " on one line."
    )
    city: str = strawberry.field(
        description=f"City: up to {cinemas.MAX_CITY_LENGTH} characters on one line."
    )
    address: str = strawberry.field(
        description=f"Street address: up to {cinemas.MAX_ADDRESS_LENGTH} characters on"
        " one line."
    )
    time_zone: str = strawberry.field(description=TIME_ZONE)
    currency: str = strawberry.field(
        description="ISO 4217 code of a currency that is in use. It cannot change."
    )


@strawberry.input(
    description="Changes to a cinema. Omitted fields stay as they are: leave out what"
    " does not change. Null is refused."
)
class UpdateCinemaInput:
    id: strawberry.ID = strawberry.field(description="Id of the cinema.")
    expected_version: int | None = strawberry.field(
        default=None, description=EXPECTED_VERSION
    )
    name: str | None = strawberry.field(default=UNSET, description="New name.")
    city: str | None = strawberry.field(default=UNSET, description="New city.")
    address: str | None = strawberry.field(default=UNSET, description="New address.")
    time_zone: str | None = strawberry.field(
        default=UNSET,
        description=f"{TIME_ZONE} Sessions keep `startsAt`; `startsAtLocal` follows.",
    )
    sales_minutes_after_start: int | None = strawberry.field(
        default=UNSET, description=f"From 0 to {cinemas.MAX_SALES_MINUTES}."
    )
    companion_release_minutes: int | None = strawberry.field(
        default=UNSET, description=f"From 0 to {cinemas.MAX_RELEASE_MINUTES}."
    )
    refund_hours_before_start: int | None = strawberry.field(
        default=UNSET, description=f"From 0 to {cinemas.MAX_REFUND_HOURS}."
    )

    def facts(self) -> cinemas.CinemaFacts:
        facts = {name: getattr(self, name) for name in UPDATED}
        return cast("cinemas.CinemaFacts", without_unset(facts))


UPDATED = tuple(name for name in cinemas.PATHS if name != "currency")


@strawberry.input(description="A new room with its seats.")
class CreateRoomInput:
    name: str = strawberry.field(
        description=f"Display name: up to {rooms.MAX_ROOM_NAME_LENGTH} characters on"
        " one line."
    )
    rows: list[SeatRowInput] = strawberry.field(
        description=f"1 to {new_seats.MAX_ROWS} rows, each label listed once or with"
        f" `firstNumber`, with up to {new_seats.MAX_SEATS_IN_ROOM} seats in total."
    )
    cinema_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Id of its cinema. Null: the oldest cinema.",
    )
    turnaround_minutes: int = strawberry.field(
        default=0,
        description="Minutes between the end of one session and the start of the next:"
        f" 0 to {rooms.MAX_TURNAROUND_MINUTES}.",
    )


@strawberry.input(
    description="Changes to a room. Omitted fields stay as they are: leave out what"
    " does not change. Null is refused."
)
class UpdateRoomInput:
    id: strawberry.ID = strawberry.field(description="Id of the room.")
    expected_version: int | None = strawberry.field(
        default=None, description=EXPECTED_VERSION
    )
    name: str | None = strawberry.field(default=UNSET, description="New name.")
    turnaround_minutes: int | None = strawberry.field(
        default=UNSET,
        description="New minutes between two sessions: 0 to"
        f" {rooms.MAX_TURNAROUND_MINUTES}. If two of its sessions that have not ended"
        " are closer, the answer is RoomBusy.",
    )

    def facts(self) -> rooms.RoomFacts:
        facts = {"name": self.name, "turnaround_minutes": self.turnaround_minutes}
        return cast("rooms.RoomFacts", without_unset(facts))


@strawberry.input(description="The room to remove.")
class RemoveRoomInput:
    id: strawberry.ID = strawberry.field(description="Id of the room.")


CreateCinemaResult = Annotated[
    Cinema | InvalidInput,
    strawberry.union(
        "CreateCinemaResult",
        description="The new cinema, or the reason why it was not created.",
    ),
]

UpdateCinemaResult = Annotated[
    Cinema | InvalidInput | NotFound | Outdated,
    strawberry.union(
        "UpdateCinemaResult",
        description="The updated cinema, or the reason why it was not changed.",
    ),
]

CreateRoomResult = Annotated[
    Room | InvalidInput,
    strawberry.union(
        "CreateRoomResult",
        description="The new room, or the reason why it was not created.",
    ),
]

UpdateRoomResult = Annotated[
    Room | InvalidInput | NotFound | RoomBusy | Outdated,
    strawberry.union(
        "UpdateRoomResult",
        description="The updated room, or the reason why it was not changed.",
    ),
]

RemoveRoomResult = Annotated[
    Room | NotFound | InUse,
    strawberry.union(
        "RemoveRoomResult",
        description="The room as it was, without its seats, or the reason why it was"
        " not removed.",
    ),
]
