"""The viewer's tickets, and tickets that are given to other people."""

from functools import partial
from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.paging import connection, window
from resolvers.permissions import require_sign_in, require_viewer
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.tickets import Ticket
from schema.transfers import (
    AcceptTicketInput,
    AcceptTicketResult,
    TicketOffer,
    TransferTicketInput,
    TransferTicketResult,
)


@strawberry.type
class TicketQueries:
    @strawberry.field(
        description="The tickets that the viewer has bought or accepted, newest first."
        " Those that somebody else has accepted from the viewer are not among them."
    )
    async def tickets(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Ticket]:
        own = require_viewer(info).id
        tickets = info.context.services.queries.tickets
        page = tickets.page(own, window(first, after, last, before))
        return await connection(page, Ticket.from_domain, partial(tickets.count, own))


@strawberry.type
class TransferMutations:
    @strawberry.mutation(
        description="Offer a ticket to another person, by a link. The viewer has it"
        " until it is accepted."
    )
    async def transfer_ticket(
        self,
        info: Info,
        input: Annotated[
            TransferTicketInput, strawberry.argument(description="The ticket.")
        ],
    ) -> TransferTicketResult:
        viewer = await require_sign_in(info)
        services = info.context.services
        offer = await services.transfers.offer(require_id(input.ticket_id), viewer.id)
        return TicketOffer.from_domain(offer, services.pages_url)

    @strawberry.mutation(
        description="Accept a ticket. The viewer has it from now on, with another code:"
        " that of the former holder is void. Only managers refund it after that, and"
        " the money goes to who paid."
    )
    async def accept_ticket(
        self,
        info: Info,
        input: Annotated[
            AcceptTicketInput, strawberry.argument(description="The offer.")
        ],
    ) -> AcceptTicketResult:
        viewer = require_viewer(info)
        ticket_id = await info.context.services.transfers.accept(input.token, viewer.id)
        info.context.clear_loaders()
        return Ticket.from_domain(await info.context.loaders.ticket(ticket_id))
