"""Seats of rooms and price zones: the query, and mutations for managers."""

from typing import Annotated

import strawberry

from resolvers.cinemas import CinemaId
from resolvers.context import Info
from resolvers.ids import id_of_saved, parse_id
from resolvers.permissions import require_manager_of_cinema, require_manager_of_room
from resolvers.seat_inputs import new_seats, seat_change
from schema.costs import ZONES_OF_A_CINEMA, cost
from schema.plan_mutations import (
    AddSeatsInput,
    AddSeatsResult,
    SavePriceZoneInput,
    SavePriceZoneResult,
    UpdateSeatsInput,
    UpdateSeatsResult,
)
from schema.venues import PriceZone, Room

MoreSeats = Annotated[
    AddSeatsInput, strawberry.argument(description="The room, with its new seats.")
]
ChangedSeats = Annotated[
    UpdateSeatsInput, strawberry.argument(description="The room, and changed seats.")
]
SavedZone = Annotated[
    SavePriceZoneInput, strawberry.argument(description="The price zone.")
]


@strawberry.type
class PlanQueries:
    @strawberry.field(
        description="Price zones of a cinema: the default one, then the others by"
        " name. Empty if the cinema does not exist.",
        metadata=cost(items=ZONES_OF_A_CINEMA),
    )
    async def price_zones(self, info: Info, cinema_id: CinemaId) -> list[PriceZone]:
        key = parse_id(cinema_id)
        zones = await info.context.loaders.zones_of.load(key) if key else None
        return [PriceZone.from_domain(zone) for zone in zones or ()]


@strawberry.type
class PlanMutations:
    @strawberry.mutation(
        description="Add seats to a room. They go on sale at once in each session"
        " of the room that has not started. Managers of its cinema only."
    )
    async def add_seats(self, info: Info, input: MoreSeats) -> AddSeatsResult:
        key = await require_manager_of_room(info, input.room_id)
        room = await info.context.services.venues.add_seats(
            key, [new_seats(row) for row in input.rows]
        )
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Change labels, places, features or price zones of seats, or put"
        " them out of service. Managers of the room's cinema only."
    )
    async def update_seats(self, info: Info, input: ChangedSeats) -> UpdateSeatsResult:
        key = await require_manager_of_room(info, input.room_id)
        room = await info.context.services.venues.update_seats(
            key, [seat_change(seat) for seat in input.seats], input.expected_version
        )
        info.context.services.queries.seatings.forget_rules()
        info.context.clear_loaders()
        return Room.from_domain(room)

    @strawberry.mutation(
        description="Create a price zone, or rename one. Managers of its cinema only."
    )
    async def save_price_zone(
        self, info: Info, input: SavedZone
    ) -> SavePriceZoneResult:
        key = await require_manager_of_cinema(info, input.cinema_id)
        zone = await info.context.services.venues.save_price_zone(
            key, id_of_saved(input.id), input.name
        )
        info.context.clear_loaders()
        return PriceZone.from_domain(zone)
