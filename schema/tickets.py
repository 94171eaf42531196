"""The GraphQL types of tickets."""

from datetime import datetime
from typing import Self

import strawberry

from domain import tickets
from schema.catalog import Session
from schema.context import Info
from schema.costs import SIGNING_A_CODE, cost
from schema.enums import TicketStatus
from schema.money import Money
from schema.prices import TicketType
from schema.venues import PriceZone, Seat


@strawberry.type(description="A seat of a reservation, with its type and its price.")
class Ticket:
    value: strawberry.Private[tickets.Ticket]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    ticket_type: TicketType = strawberry.field(description="Its type.")
    price: Money = strawberry.field(
        description="What was agreed for it, whatever the session costs now."
    )
    status: TicketStatus = strawberry.field(description="Current status.")
    used_at: datetime | None = strawberry.field(
        description="When a gate let its holder in. Null until then."
    )

    @strawberry.field(
        description="What its QR code says: signed, for gates to check with the keys at"
        " `/.well-known/ticket-keys`. Only for its holder, and only while it is VALID"
        " or USED: null otherwise. It changes with the ticket: read it again.",
        metadata=cost(extra=SIGNING_A_CODE),
    )
    def code(self, info: Info) -> str | None:
        return info.context.code_of(self.value)

    @strawberry.field(description="The physical seat.")
    async def seat(self, info: Info) -> Seat:
        seat = self.value.seat
        zone = await info.context.loaders.zone(seat.zone_id)
        return Seat.from_domain(seat, PriceZone.from_domain(zone))

    @strawberry.field(description="The session of the seat.")
    async def session(self, info: Info) -> Session:
        session = await info.context.loaders.session(self.value.session_id)
        return Session.from_domain(session)

    @classmethod
    def from_domain(cls, ticket: tickets.Ticket) -> Self:
        return cls(
            value=ticket,
            id=strawberry.ID(str(ticket.id)),
            ticket_type=TicketType.from_domain(ticket.ticket_type),
            price=Money.from_domain(ticket.price),
            status=TicketStatus(ticket.status),
            used_at=ticket.used_at,
        )


@strawberry.input(description="A seat, and the type of its ticket.")
class TicketInput:
    seat_id: strawberry.ID = strawberry.field(description="Id of the SessionSeat.")
    ticket_type_id: strawberry.ID = strawberry.field(
        description="Id of one of `ticketTypes`."
    )
