"""Refunds; input and result of giving tickets back."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import refunds
from domain.reservation import MAX_SEATS
from schema.context import Info
from schema.costs import TICKETS_OF_A_RESERVATION, cost
from schema.enums import RefundStatus
from schema.money import Money
from schema.problems import IdempotencyConflict, InvalidInput, NotFound, RefundRefused
from schema.tickets import Ticket


@strawberry.type(description="Money that is given back for tickets of one payment.")
class Refund:
    value: strawberry.Private[refunds.Refund]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    amount: Money = strawberry.field(description="The agreed prices of its tickets.")
    status: RefundStatus = strawberry.field(description="Current status.")
    reason: str = strawberry.field(description="Why, as it was entered.")
    created_at: datetime = strawberry.field(
        description="When it was decided, and its seats went back on sale."
    )

    @strawberry.field(
        description="The tickets that were given back, row by row. Empty if it is of a"
        " payment without a sale.",
        metadata=cost(items=TICKETS_OF_A_RESERVATION),
    )
    async def tickets(self, info: Info) -> list[Ticket]:
        tickets = await info.context.loaders.tickets_of_refund(self.value.id)
        return [Ticket.from_domain(ticket) for ticket in tickets]

    @classmethod
    def from_domain(cls, refund: refunds.Refund) -> Self:
        return cls(
            value=refund,
            id=strawberry.ID(str(refund.id)),
            amount=Money.from_domain(refund.amount),
            status=RefundStatus(refund.status),
            reason=refund.reason,
            created_at=refund.created_at,
        )


@strawberry.input(description="Tickets to give back.")
class RefundTicketsInput:
    reservation_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's reservations, or of one in a cinema that"
        " the viewer manages."
    )
    ticket_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Ids of 1 to {MAX_SEATS} of its tickets, each listed once. Null:"
        " all that were not given back before.",
    )
    reason: str = strawberry.field(
        description=f"Why: up to {refunds.MAX_REASON_LENGTH} characters on one line."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. A repeated call with the same key and input returns the"
        " same refund.",
    )


RefundTicketsResult = Annotated[
    Refund | NotFound | InvalidInput | RefundRefused | IdempotencyConflict,
    strawberry.union(
        "RefundTicketsResult",
        description="The refund of all these tickets, also if they were given back by"
        " it before, or the reason why none was given back.",
    ),
]
