"""GraphQL types of cinemas, their rooms and seats."""

from typing import Self
from uuid import UUID

import strawberry

from domain import cinemas, rooms, seat_plan
from schema.context import Info
from schema.costs import COUNTING_SEATS, ROOMS_IN_A_CINEMA, SEATS_IN_A_ROOM, cost
from schema.enums import SeatFeature


@strawberry.type(
    description="Seats that cost the same, such as Standard or Premium. Each cinema"
    " has its own."
)
class PriceZone:
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(description="Display name, unique in the cinema.")
    is_default: bool = strawberry.field(
        description="True for exactly one zone of a cinema: that of seats for which"
        " nobody has named another."
    )

    @classmethod
    def from_domain(cls, zone: seat_plan.PriceZone) -> Self:
        return cls(
            id=strawberry.ID(str(zone.id)), name=zone.name, is_default=zone.is_default
        )


@strawberry.type(description="A physical seat of a room.")
class Seat:
    id: strawberry.ID = strawberry.field(
        description="Identifier of the physical seat. `reserveSeats` takes the id"
        " of a SessionSeat instead."
    )
    row: str = strawberry.field(description="Row label, such as C.")
    number: int = strawberry.field(description="Seat number within the row, from 1.")
    label: str = strawberry.field(
        description="What is printed on it, e.g. G12: unique in the room, in any"
        " script."
    )
    x: float = strawberry.field(
        description="Where it stands, in seat widths from the left wall."
    )
    y: float = strawberry.field(
        description="Where it stands, in rows from the screen. The seats of a curved"
        " row may differ."
    )
    place: int = strawberry.field(
        description="Neighbours of a row have places that differ by one; an aisle"
        " skips one. Numbers do not say who sits together: places do."
    )
    features: list[SeatFeature] = strawberry.field(
        description="What is special about it, each feature once."
    )
    zone: PriceZone = strawberry.field(
        description="Its price zone in sessions that are created from now on."
    )
    out_of_service: bool = strawberry.field(
        description="Broken or kept back: BLOCKED in sessions that are created from now"
        " on."
    )

    @classmethod
    def from_domain(cls, seat: seat_plan.Seat, zone: PriceZone) -> Self:
        return cls(
            id=strawberry.ID(str(seat.id)),
            row=seat.row,
            number=seat.number,
            label=seat.label,
            x=seat.x,
            y=seat.y,
            place=seat.place,
            features=[SeatFeature(feature) for feature in seat.features],
            zone=zone,
            out_of_service=seat.out_of_service,
        )


@strawberry.type(description="A room of a cinema.")
class Room:
    value: strawberry.Private[rooms.Room]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(description="Display name.")
    turnaround_minutes: int = strawberry.field(
        description="Minutes between the end of one session and the start of the next."
    )
    version: int = strawberry.field(
        description="Increases by one with every change of the room or its seats."
    )

    @strawberry.field(description="The cinema that the room belongs to.")
    async def cinema(self, info: Info) -> "Cinema":
        cinema = await info.context.loaders.cinema(self.value.cinema_id)
        return Cinema.from_domain(cinema)

    @strawberry.field(
        description="Number of seats.", metadata=cost(extra=COUNTING_SEATS)
    )
    async def capacity(self, info: Info) -> int:
        return await info.context.loaders.capacity_of_room(self.value.id)

    @strawberry.field(
        description="Seats, ordered by row and number.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    async def seats(self, info: Info) -> list[Seat]:
        seats = await info.context.loaders.seats_of_room(self.value.id)
        info.context.count_seats(len(seats))
        known = await info.context.loaders.zones_of_seats(seats)
        zones = {key: PriceZone.from_domain(zone) for key, zone in known.items()}
        return [Seat.from_domain(seat, zones[seat.zone_id]) for seat in seats]

    @classmethod
    def from_domain(cls, room: rooms.Room) -> Self:
        return cls(
            value=room,
            id=strawberry.ID(str(room.id)),
            name=room.name,
            turnaround_minutes=room.turnaround_minutes,
            version=room.version,
        )


@strawberry.type(description="One site of the network, with its own clock.")
class Cinema:
    key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(description="Display name.")
    city: str = strawberry.field(
        description="City. Empty if nobody has entered it since an upgrade."
    )
    address: str = strawberry.field(
        description="Street address. Empty if nobody has entered it since an upgrade."
    )
    time_zone: str = strawberry.field(
        description="Name in the IANA time zone database, e.g. America/Sao_Paulo."
    )
    currency: str = strawberry.field(
        description="ISO 4217 code of its usual currency. A session has its own."
    )
    sales_minutes_after_start: int = strawberry.field(
        description="How long after its start a session may be sold. Not used yet:"
        " sales end at the start."
    )
    companion_release_minutes: int = strawberry.field(
        description="How long before the start companion places are sold to anybody."
        " Not used yet."
    )
    refund_hours_before_start: int = strawberry.field(
        description="Until how long before the start customers may give tickets back"
        " themselves. Not used yet."
    )
    version: int = strawberry.field(
        description="Increases by one with every change of the cinema."
    )

    @strawberry.field(
        description="Its rooms, ordered by name.",
        metadata=cost(items=ROOMS_IN_A_CINEMA),
    )
    async def rooms(self, info: Info) -> list[Room]:
        rooms = await info.context.loaders.rooms_of_cinema(self.key)
        return [Room.from_domain(room) for room in rooms]

    @classmethod
    def from_domain(cls, cinema: cinemas.Cinema) -> Self:
        return cls(
            key=cinema.id,
            id=strawberry.ID(str(cinema.id)),
            name=cinema.name,
            city=cinema.city,
            address=cinema.address,
            time_zone=cinema.time_zone,
            currency=cinema.currency,
            sales_minutes_after_start=cinema.sales_minutes_after_start,
            companion_release_minutes=cinema.companion_release_minutes,
            refund_hours_before_start=cinema.refund_hours_before_start,
            version=cinema.version,
        )
