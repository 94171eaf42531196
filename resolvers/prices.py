"""Ticket types: the list of them, and how managers save them."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import require_network_manager
from schema.costs import TICKET_TYPES, cost
from schema.price_mutations import SaveTicketTypeInput, SaveTicketTypeResult
from schema.prices import TicketType

SavedType = Annotated[
    SaveTicketTypeInput, strawberry.argument(description="The type to save.")
]


@strawberry.type
class PriceQueries:
    @strawberry.field(
        description="The types of tickets of the network: the default type first, then"
        " by name.",
        metadata=cost(items=TICKET_TYPES),
    )
    async def ticket_types(self, info: Info) -> list[TicketType]:
        types = await info.context.services.queries.ticket_types.all()
        return [TicketType.from_domain(each) for each in types]


@strawberry.type
class PriceMutations:
    @strawberry.mutation(
        description="Create a type of tickets, or change one. Managers of the whole"
        " network only."
    )
    async def save_ticket_type(
        self, info: Info, input: SavedType
    ) -> SaveTicketTypeResult:
        await require_network_manager(info)
        saved = await info.context.services.prices.save_ticket_type(
            require_id(input.id) if input.id is not None else None, input.facts()
        )
        return TicketType.from_domain(saved)
