"""GraphQL types of ticket types and prices."""

from typing import Self

import strawberry

from domain import price_cards, ticket_prices
from schema.costs import PRICES_OF_A_CARD, cost
from schema.money import Money, MoneyInput
from schema.venues import PriceZone


@strawberry.type(
    description="Who sits in a seat, e.g. Adult, Student, Child. The whole network has"
    " the same types."
)
class TicketType:
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(
        description="Name as the manager entered it; not translated."
    )
    proof_required: bool = strawberry.field(
        description="Whether a proof has to be shown at the door."
    )
    description: str | None = strawberry.field(
        description="Who may have it, as the manager entered it."
    )
    is_default: bool = strawberry.field(
        description="True for exactly one type: that of seats for which none is chosen."
    )
    quota_percent: int | None = strawberry.field(
        description="At most so many in a hundred seats of a session. Null: any number."
    )

    @classmethod
    def from_domain(cls, ticket_type: ticket_prices.TicketType) -> Self:
        return cls(
            id=strawberry.ID(str(ticket_type.id)),
            name=ticket_type.name,
            proof_required=ticket_type.proof_required,
            description=ticket_type.description,
            is_default=ticket_type.is_default,
            quota_percent=ticket_type.quota_percent,
        )


@strawberry.type(description="What a ticket of this type costs in this zone.")
class TicketPrice:
    zone: PriceZone = strawberry.field(description="The price zone of the seat.")
    ticket_type: TicketType = strawberry.field(description="The type of the ticket.")
    price: Money = strawberry.field(description="Price of one ticket.")

    @classmethod
    def from_domain(cls, price: ticket_prices.TicketPrice) -> Self:
        return cls(
            zone=PriceZone.from_domain(price.zone),
            ticket_type=TicketType.from_domain(price.ticket_type),
            price=Money.from_domain(price.price),
        )


@strawberry.type(
    description="A table of prices that sessions are created from. A session keeps its"
    " own copy: a changed card counts for sessions created from then on."
)
class PriceCard:
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    name: str = strawberry.field(description="Name, unique in the cinema.")
    prices: list[TicketPrice] = strawberry.field(
        description="Its prices, zone by zone. A zone and type without a price is not"
        " sold.",
        metadata=cost(items=PRICES_OF_A_CARD),
    )
    version: int = strawberry.field(
        description="Increases by one with every change of the card."
    )

    @classmethod
    def from_domain(cls, card: price_cards.PriceCard) -> Self:
        return cls(
            id=strawberry.ID(str(card.id)),
            name=card.name,
            prices=[TicketPrice.from_domain(price) for price in card.prices],
            version=card.version,
        )


@strawberry.input(description="What a ticket of this type costs in this zone.")
class PriceInput:
    zone_id: strawberry.ID = strawberry.field(
        description="Id of a price zone of the cinema."
    )
    ticket_type_id: strawberry.ID = strawberry.field(
        description="Id of one of `ticketTypes`."
    )
    price: MoneyInput = strawberry.field(
        description="Price in the currency of the cinema. 0 is free."
    )
