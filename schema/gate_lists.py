"""The list of a gate."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Self

import strawberry

from domain import gate_lists, tickets
from domain.gate_lists import LONGEST
from schema.context import Info
from schema.costs import SEATS_IN_A_ROOM, cost
from schema.tickets import Ticket


@strawberry.type(description="Codes of a ticket that let nobody in any more.")
class VoidCode:
    ticket_id: strawberry.ID = strawberry.field(description="Id of the ticket.")
    below_generation: int = strawberry.field(
        description="Codes of an earlier generation are void."
    )


@strawberry.type(
    description="What a gate has to know of a session to judge codes without a"
    " connection. It adds what it reads to what it knows: entries may come again, and"
    " none is missed."
)
class GateList:
    read_sold: strawberry.Private[Callable[[], Awaitable[Sequence[tickets.Ticket]]]]
    position: str = strawberry.field(
        description="What to ask from next time: `since`. A list is cut off at"
        f" {LONGEST:,} entries of `used` and `void`: with as many, ask again at once."
    )
    opens_at: datetime = strawberry.field(
        description="From when on tickets are checked in."
    )
    used: list[strawberry.ID] = strawberry.field(
        description="Ids of tickets that are checked in."
    )
    void: list[VoidCode] = strawberry.field(
        description="Codes of tickets that were given back or transferred.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )

    @strawberry.field(
        description="The tickets of the session, for gates that show seats and types. A"
        " ticket that is neither here nor void was sold since, or is for another"
        " session.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    async def sold(self, info: Info) -> list[Ticket]:
        sold = await self.read_sold()
        info.context.count_seats(len(sold))
        return [Ticket.from_domain(ticket) for ticket in sold]

    @classmethod
    def from_domain(
        cls,
        value: gate_lists.GateList,
        *,
        opens_at: datetime,
        read_sold: Callable[[], Awaitable[Sequence[tickets.Ticket]]],
    ) -> Self:
        return cls(
            read_sold=read_sold,
            position=str(value.position),
            opens_at=opens_at,
            used=[strawberry.ID(str(ticket)) for ticket in value.used],
            void=[
                VoidCode(
                    ticket_id=strawberry.ID(str(ticket)), below_generation=generation
                )
                for ticket, generation in value.void.items()
            ],
        )
