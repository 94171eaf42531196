"""Ticket types and price cards: lists of them, and how managers save them."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from domain.price_cards import CardFacts, NewPrice
from resolvers.cinemas import CinemaId
from resolvers.context import Info
from resolvers.ids import NO_ROW, id_of_saved, parse_id
from resolvers.permissions import require_manager_of_cinema, require_network_manager
from schema.costs import PRICE_CARDS, TICKET_TYPES, cost
from schema.price_mutations import (
    SavePriceCardInput,
    SavePriceCardResult,
    SaveTicketTypeInput,
    SaveTicketTypeResult,
)
from schema.prices import PriceCard, PriceInput, TicketType

SavedType = Annotated[
    SaveTicketTypeInput, strawberry.argument(description="The type to save.")
]
SavedCard = Annotated[
    SavePriceCardInput, strawberry.argument(description="The card to save.")
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

    @strawberry.field(
        description="Price cards of a cinema, by name. Empty if the cinema does not"
        " exist.",
        metadata=cost(items=PRICE_CARDS),
    )
    async def price_cards(self, info: Info, cinema_id: CinemaId) -> list[PriceCard]:
        key = parse_id(cinema_id)
        cards = await info.context.loaders.cards_of.load(key) if key else None
        return [PriceCard.from_domain(card) for card in cards or ()]


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
            id_of_saved(input.id), input.facts()
        )
        return TicketType.from_domain(saved)

    @strawberry.mutation(
        description="Create a price card, or change one. Managers of its cinema only."
    )
    async def save_price_card(
        self, info: Info, input: SavedCard
    ) -> SavePriceCardResult:
        cinema_id = await require_manager_of_cinema(info, input.cinema_id)
        facts = CardFacts(name=input.name, prices=new_prices(input.prices))
        saved = await info.context.services.prices.save_card(
            cinema_id,
            id_of_saved(input.id),
            facts,
            input.expected_version,
        )
        info.context.clear_loaders()
        cards = await info.context.loaders.cards_of.load(cinema_id) or []
        return PriceCard.from_domain(next(card for card in cards if card.id == saved))


def new_prices(entered: Sequence[PriceInput]) -> tuple[NewPrice, ...]:
    """A malformed id is that of no zone or type, which is refused by its path."""
    return tuple(
        NewPrice(
            zone_id=parse_id(each.zone_id) or NO_ROW,
            ticket_type_id=parse_id(each.ticket_type_id) or NO_ROW,
            price=each.price.to_domain(),
        )
        for each in entered
    )
