"""Mutations of cinemas and their rooms, for managers."""

from typing import Annotated

import strawberry

from domain.cinemas import CinemaFacts
from domain.rooms import NewRoom
from resolvers.context import Info
from resolvers.ids import NO_ROW, parse_id, require_id
from resolvers.permissions import require_manager
from schema.venue_mutations import (
    AddSeatsInput,
    AddSeatsResult,
    CreateCinemaInput,
    CreateCinemaResult,
    CreateRoomInput,
    CreateRoomResult,
    RemoveRoomInput,
    RemoveRoomResult,
    UpdateCinemaInput,
    UpdateCinemaResult,
    UpdateRoomInput,
    UpdateRoomResult,
)
from schema.venues import Cinema, Room

AddedCinema = Annotated[
    CreateCinemaInput, strawberry.argument(description="The new cinema.")
]
ChangedCinema = Annotated[
    UpdateCinemaInput, strawberry.argument(description="The cinema, with its changes.")
]
AddedRoom = Annotated[CreateRoomInput, strawberry.argument(description="The new room.")]
ChangedRoom = Annotated[
    UpdateRoomInput, strawberry.argument(description="The room, with its changes.")
]
MoreSeats = Annotated[
    AddSeatsInput, strawberry.argument(description="The room, with its new seats.")
]
RemovedRoom = Annotated[
    RemoveRoomInput, strawberry.argument(description="The room to remove.")
]


@strawberry.type
class VenueMutations:
    @strawberry.mutation(description="Create a cinema. Managers only.")
    async def create_cinema(self, info: Info, input: AddedCinema) -> CreateCinemaResult:
        require_manager(info)
        facts: CinemaFacts = {
            "name": input.name,
            "city": input.city,
            "address": input.address,
            "time_zone": input.time_zone,
            "currency": input.currency,
        }
        cinema = await info.context.services.venues.create_cinema(facts)
        return Cinema.from_domain(cinema)

    @strawberry.mutation(description="Update a cinema. Managers only.")
    async def update_cinema(
        self, info: Info, input: ChangedCinema
    ) -> UpdateCinemaResult:
        require_manager(info)
        cinema = await info.context.services.venues.update_cinema(
            require_id(input.id), input.facts(), input.expected_version
        )
        info.context.clear_loaders()
        return Cinema.from_domain(cinema)

    @strawberry.mutation(description="Create a room with its seats. Managers only.")
    async def create_room(self, info: Info, input: AddedRoom) -> CreateRoomResult:
        require_manager(info)
        wanted = input.cinema_id
        new_room = NewRoom(
            cinema_id=None if wanted is None else parse_id(wanted) or NO_ROW,
            name=input.name,
            turnaround_minutes=input.turnaround_minutes,
            rows=[row.to_domain() for row in input.rows],
        )
        room = await info.context.services.venues.create_room(new_room)
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Rename a room, or change the minutes between two sessions."
        " Managers only."
    )
    async def update_room(self, info: Info, input: ChangedRoom) -> UpdateRoomResult:
        require_manager(info)
        room = await info.context.services.venues.update_room(
            require_id(input.id), input.facts(), input.expected_version
        )
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Add seats to a room. They go on sale at once in each session"
        " of the room that has not started. Managers only."
    )
    async def add_seats(self, info: Info, input: MoreSeats) -> AddSeatsResult:
        require_manager(info)
        room = await info.context.services.venues.add_seats(
            require_id(input.room_id), [row.to_domain() for row in input.rows]
        )
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Remove a room that has never had a session. Managers only."
    )
    async def remove_room(self, info: Info, input: RemovedRoom) -> RemoveRoomResult:
        require_manager(info)
        room = await info.context.services.venues.remove_room(require_id(input.id))
        info.context.clear_loaders()
        return Room.from_domain(room)
