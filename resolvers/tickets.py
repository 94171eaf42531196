"""The choice of types of tickets, after the hold."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import require_viewer
from schema.sales import Reservation
from schema.ticket_choice import ChooseTicketsInput, ChooseTicketsResult
from schema.tickets import TicketInput


@strawberry.type
class TicketMutations:
    @strawberry.mutation(
        description="Change types of tickets of a reservation that is not paid yet. Its"
        " total and its payment change with them, or nothing changes."
    )
    async def choose_tickets(
        self,
        info: Info,
        input: Annotated[
            ChooseTicketsInput,
            strawberry.argument(description="The reservation, with chosen types."),
        ],
    ) -> ChooseTicketsResult:
        viewer = require_viewer(info)
        reservation = await info.context.services.booking.choose_tickets(
            require_id(input.reservation_id), viewer.id, chosen_types(input.tickets)
        )
        info.context.clear_loaders()
        return Reservation.from_domain(reservation)


def chosen_types(tickets: Sequence[TicketInput]) -> list[tuple[UUID, UUID]]:
    """Raises NotFoundError."""
    return [
        (require_id(each.seat_id), require_id(each.ticket_type_id)) for each in tickets
    ]
