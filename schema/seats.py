"""The seats of a session, live."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import seats as domain
from schema.context import Info
from schema.costs import SEATS_IN_A_ROOM, cost
from schema.enums import SeatStatus
from schema.money import Money


# Plain fields only: a map has a thousand of these.
@strawberry.type(
    description="A seat as it is sold in one session. Its id is what reserveSeats"
    " takes."
)
class SessionSeat:
    id: strawberry.ID = strawberry.field(description="What reserveSeats takes.")
    row: str = strawberry.field(description="The row's label, such as C.")
    number: int = strawberry.field(description="Its place in the row, from 1.")
    status: SeatStatus = strawberry.field(description="Whether it can be had.")
    version: int = strawberry.field(
        description="Grows by one with every change of this seat: keep the highest,"
        " drop the rest."
    )
    price: Money = strawberry.field(description="What it costs.")
    held_until: datetime | None = strawberry.field(
        description="Set while HELD: when the seat goes back on sale unless it is paid."
    )

    @classmethod
    def from_domain(cls, seat: domain.SessionSeat) -> Self:
        return cls(
            id=strawberry.ID(str(seat.id)),
            row=seat.row,
            number=seat.number,
            status=SeatStatus(seat.status),
            version=seat.version,
            price=Money.from_domain(seat.price),
            held_until=seat.held_until,
        )


@strawberry.type(description="Every seat of a session at one moment.")
class SeatMap:
    value: strawberry.Private[domain.SeatMap]
    session_id: strawberry.ID = strawberry.field(description="Whose seats these are.")
    position: str = strawberry.field(
        description="Hand it back as `after` when you reconnect."
    )

    @strawberry.field(
        description="All of them, row by row.", metadata=cost(items=SEATS_IN_A_ROOM)
    )
    def seats(self, info: Info) -> list[SessionSeat]:
        info.context.count_seats(len(self.value.seats))
        return [SessionSeat.from_domain(seat) for seat in self.value.seats]

    @strawberry.field(description="How many can be had.")
    def available(self) -> int:
        return self.value.count(domain.SeatStatus.AVAILABLE)

    @strawberry.field(description="How many are held.")
    def held(self) -> int:
        return self.value.count(domain.SeatStatus.HELD)

    @strawberry.field(description="How many are sold.")
    def sold(self) -> int:
        return self.value.count(domain.SeatStatus.SOLD)

    @classmethod
    def from_domain(cls, seat_map: domain.SeatMap) -> Self:
        return cls(
            value=seat_map,
            session_id=strawberry.ID(str(seat_map.session_id)),
            position=str(seat_map.position),
        )


@strawberry.type(
    description="The new state of the seats that changed since the last message."
)
class SeatMapDelta:
    session_id: strawberry.ID = strawberry.field(description="Whose seats these are.")
    seats: list[SessionSeat] = strawberry.field(
        description="The whole state of each that changed, or that is new. May repeat"
        " what is known.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    position: str = strawberry.field(
        description="Hand it back as `after` when you reconnect."
    )

    @classmethod
    def from_domain(cls, delta: domain.SeatMapDelta) -> Self:
        return cls(
            session_id=strawberry.ID(str(delta.session_id)),
            seats=[SessionSeat.from_domain(seat) for seat in delta.seats],
            position=str(delta.position),
        )


SeatMapUpdate = Annotated[
    SeatMap | SeatMapDelta,
    strawberry.union(
        "SeatMapUpdate",
        description="A SeatMap first, and again whenever the server could have missed"
        " something; deltas in between.",
    ),
]


def seat_map_update(update: domain.SeatMap | domain.SeatMapDelta) -> SeatMapUpdate:
    if isinstance(update, domain.SeatMap):
        return SeatMap.from_domain(update)
    return SeatMapDelta.from_domain(update)
