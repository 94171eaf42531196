"""Mutations of cinemas and their rooms, for managers."""

from typing import Annotated

import strawberry

from domain.cinemas import CinemaFacts
from domain.rooms import NewRoom
from resolvers.context import Info
from resolvers.permissions import (
    require_manager_for_new_room,
    require_manager_of_cinema,
    require_manager_of_room,
    require_network_manager,
)
from resolvers.seat_inputs import new_seats
from schema.venue_mutations import (
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
RemovedRoom = Annotated[
    RemoveRoomInput, strawberry.argument(description="The room to remove.")
]


@strawberry.type
class VenueMutations:
    @strawberry.mutation(
        description="Create a cinema. Managers of the whole network only."
    )
    async def create_cinema(self, info: Info, input: AddedCinema) -> CreateCinemaResult:
        await require_network_manager(info)
        facts: CinemaFacts = {
            "name": input.name,
            "city": input.city,
            "address": input.address,
            "time_zone": input.time_zone,
            "currency": input.currency,
        }
        cinema = await info.context.services.venues.create_cinema(facts)
        return Cinema.from_domain(cinema)

    @strawberry.mutation(description="Update a cinema. Managers of it only.")
    async def update_cinema(
        self, info: Info, input: ChangedCinema
    ) -> UpdateCinemaResult:
        key = await require_manager_of_cinema(info, input.id)
        cinema = await info.context.services.venues.update_cinema(
            key, input.facts(), input.expected_version
        )
        info.context.clear_loaders()
        return Cinema.from_domain(cinema)

    @strawberry.mutation(
        description="Create a room with its seats. Managers of its cinema only."
    )
    async def create_room(self, info: Info, input: AddedRoom) -> CreateRoomResult:
        new_room = NewRoom(
            cinema_id=await require_manager_for_new_room(info, input.cinema_id),
            name=input.name,
            turnaround_minutes=input.turnaround_minutes,
            rows=[new_seats(row) for row in input.rows],
        )
        room = await info.context.services.venues.create_room(new_room)
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Rename a room, or change the minutes between two sessions."
        " Managers of its cinema only."
    )
    async def update_room(self, info: Info, input: ChangedRoom) -> UpdateRoomResult:
        key = await require_manager_of_room(info, input.id)
        room = await info.context.services.venues.update_room(
            key, input.facts(), input.expected_version
        )
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Remove a room that has never had a session. Managers of its"
        " cinema only."
    )
    async def remove_room(self, info: Info, input: RemovedRoom) -> RemoveRoomResult:
        key = await require_manager_of_room(info, input.id)
        room = await info.context.services.venues.remove_room(key)
        info.context.clear_loaders()
        return Room.from_domain(room)
