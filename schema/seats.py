"""Seats of a session, seat maps and their updates."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Self
from uuid import UUID

import strawberry

from domain import seats as domain
from domain.seat_plan import SeatPlan
from domain.ticket_prices import SeatPrices
from schema.context import Info
from schema.converted_list import ConvertedList
from schema.costs import SEATS_IN_A_ROOM, TICKET_TYPES, cost
from schema.enums import SeatStatus, SessionStatus
from schema.known_values import known_as
from schema.money import Money
from schema.prices import TicketPrice
from schema.venues import PriceZone, Seat


# Plain fields, and those of which the value is known: a map has a thousand of these.
@strawberry.type(
    description="A seat as it is sold in one session. Its id is what reserveSeats"
    " takes."
)
class SessionSeat:
    plan: strawberry.Private[SeatPlan | None]
    kept_prices: strawberry.Private[SeatPrices | None]
    id: strawberry.ID = strawberry.field(
        description="Identifier that `reserveSeats` takes."
    )
    row: str = strawberry.field(description="Row label, such as C.")
    number: int = strawberry.field(description="Seat number within the row, from 1.")
    status: SeatStatus = strawberry.field(description="Current status.")
    version: int = strawberry.field(
        description="Increases by one with every change of this seat. Keep the"
        " state with the highest version."
    )
    price: Money = strawberry.field(description="Price of the seat.")
    held_until: datetime | None = strawberry.field(
        description="When the hold ends unless it is paid. Null unless the seat is"
        " HELD."
    )

    @property
    def known_seat(self) -> Seat | None:
        """None until somebody has asked for a seat of the room."""
        if self.plan is None:
            return None
        known = self.plan.seats.get((self.row, self.number))
        if known is None:
            return None
        seat, zone = known
        return Seat.from_domain(seat, PriceZone.from_domain(zone))

    @strawberry.field(
        description="The physical seat: its label, where it stands, and what is special"
        " about it. Its `zone` is that of new sessions.",
        metadata=known_as("known_seat"),
    )
    async def seat(self, info: Info) -> Seat:
        known = self.known_seat
        if known is not None:
            return known
        seat, zone = await info.context.loaders.seat_of(UUID(self.id))
        return Seat.from_domain(seat, PriceZone.from_domain(zone))

    @property
    def known_prices(self) -> Sequence[TicketPrice] | None:
        """Written once for all seats of a zone. None until somebody has asked."""
        if self.kept_prices is None:
            return None
        known = self.kept_prices.by_seat.get(UUID(self.id))
        if known is None:
            return None
        zone = known[0].zone.id if known else None
        return ConvertedList((self.kept_prices, zone), known, TicketPrice.from_domain)

    @strawberry.field(
        description="What each type of ticket costs here; `price` is the default"
        " type's.",
        metadata=known_as("known_prices") | cost(items=TICKET_TYPES),
    )
    async def prices(self, info: Info) -> Sequence[TicketPrice]:
        known = self.known_prices
        if known is None:
            prices = await info.context.loaders.prices_of_seat(UUID(self.id))
            known = self.known_prices  # of a map: they are kept now
        if known is None:
            known = [TicketPrice.from_domain(price) for price in prices]
        return known

    @classmethod
    def from_domain(
        cls,
        seat: domain.SessionSeat,
        plan: SeatPlan | None = None,
        prices: SeatPrices | None = None,
    ) -> Self:
        return cls(
            plan=plan,
            kept_prices=prices,
            id=strawberry.ID(str(seat.id)),
            row=seat.row,
            number=seat.number,
            status=SeatStatus(seat.status),
            version=seat.version,
            price=Money.from_domain(seat.price),
            held_until=seat.held_until,
        )


@strawberry.type(
    description="How many seats a session has, for lists: as last counted, a second"
    " late at most."
)
class Availability:
    total: int = strawberry.field(description="Number of seats in the session.")
    available: int = strawberry.field(description="Number of seats that are AVAILABLE.")

    @classmethod
    def from_domain(cls, counted: domain.Availability) -> Self:
        return cls(total=counted.total, available=counted.available)


@strawberry.type(description="All seats of a session at one moment.")
class SeatMap:
    value: strawberry.Private[domain.SeatMap]
    id: strawberry.ID = strawberry.field(
        description="Id of the session, for caches. Unique among seat maps."
    )
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    starts_at: datetime = strawberry.field(
        description="Start time of the session. When it changes, watchers get a"
        " whole SeatMap with the new start."
    )
    status: SessionStatus = strawberry.field(description="Status of the session.")
    position: str = strawberry.field(
        description="Position of this update. Pass it as `after` when you reconnect."
    )

    @strawberry.field(
        description="All seats, ordered by row and number.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    def seats(self, info: Info) -> Sequence[SessionSeat]:
        seats = self.value.seats
        info.context.count_seats(len(seats))
        plan, prices = self.value.plan, self.value.prices
        convert = partial(SessionSeat.from_domain, plan=plan, prices=prices)
        return ConvertedList((self.value.session_id, plan, prices), seats, convert)

    @strawberry.field(description="Number of AVAILABLE seats.")
    def available(self) -> int:
        return self.value.count(domain.SeatStatus.AVAILABLE)

    @strawberry.field(description="Number of HELD seats.")
    def held(self) -> int:
        return self.value.count(domain.SeatStatus.HELD)

    @strawberry.field(description="Number of SOLD seats.")
    def sold(self) -> int:
        return self.value.count(domain.SeatStatus.SOLD)

    @strawberry.field(description="Number of BLOCKED seats, which are not on sale.")
    def blocked(self) -> int:
        return self.value.count(domain.SeatStatus.BLOCKED)

    @classmethod
    def from_domain(cls, seat_map: domain.SeatMap) -> Self:
        return cls(
            value=seat_map,
            id=strawberry.ID(str(seat_map.session_id)),
            session_id=strawberry.ID(str(seat_map.session_id)),
            starts_at=seat_map.starts_at,
            status=SessionStatus(seat_map.status),
            position=str(seat_map.position),
        )


@strawberry.type(
    description="New state of the seats that changed since the last update."
)
class SeatMapDelta:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    seats: list[SessionSeat] = strawberry.field(
        description="Full state of each changed or new seat. May repeat a known state.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    position: str = strawberry.field(
        description="Position of this update. Pass it as `after` when you reconnect."
    )

    @classmethod
    def from_domain(cls, delta: domain.SeatMapDelta) -> Self:
        return cls(
            session_id=strawberry.ID(str(delta.session_id)),
            seats=[
                SessionSeat.from_domain(seat, delta.plan, delta.prices)
                for seat in delta.seats
            ],
            position=str(delta.position),
        )


SeatMapUpdate = Annotated[
    SeatMap | SeatMapDelta,
    strawberry.union(
        "SeatMapUpdate",
        description="A SeatMap first, and again whenever updates may have been"
        " missed, or the session has moved or has other prices. SeatMapDeltas in"
        " between.",
    ),
]


def seat_map_update(update: domain.SeatMap | domain.SeatMapDelta) -> SeatMapUpdate:
    if isinstance(update, domain.SeatMap):
        return SeatMap.from_domain(update)
    return SeatMapDelta.from_domain(update)
