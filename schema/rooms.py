"""Rooms and their chairs, as clients see them."""

from typing import Self
from uuid import UUID

import strawberry

from domain import rooms as domain
from schema.nested import Info


@strawberry.type(description="A physical chair of a room.")
class Seat:
    id: strawberry.ID = strawberry.field(
        description="The chair's own; what reserveSeats takes is a SessionSeat's id."
    )
    row: str = strawberry.field(description="The row's label, such as C.")
    number: int = strawberry.field(description="Its place in the row, from 1.")

    @classmethod
    def from_domain(cls, seat: domain.Seat) -> Self:
        return cls(id=strawberry.ID(str(seat.id)), row=seat.row, number=seat.number)


@strawberry.type(description="Where movies are shown.")
class Room:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    name: str = strawberry.field(description="As it says at the door.")

    @strawberry.field(description="How many chairs it has.")
    async def capacity(self, info: Info) -> int:
        return await info.context.nested.capacity_of_room(self.key)

    @strawberry.field(description="Its chairs, row by row.")
    async def seats(self, info: Info) -> list[Seat]:
        seats = await info.context.nested.seats_of_room(self.key)
        info.context.count_seats(len(seats))
        return seats

    @classmethod
    def from_domain(cls, room: domain.Room) -> Self:
        return cls(key=room.id, id=strawberry.ID(str(room.id)), name=room.name)
