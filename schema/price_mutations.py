"""Inputs and results of mutations of ticket types and price cards."""

from typing import Annotated

import strawberry

from domain import price_cards, ticket_prices, ticket_types
from schema.catalog_mutations import EXPECTED_VERSION
from schema.prices import PriceCard, PriceInput, TicketType
from schema.problems import InvalidInput, NotFound, Outdated


@strawberry.input(
    description="A type of tickets, new or changed. All of its fields are saved: one"
    " that is left out gets its default."
)
class SaveTicketTypeInput:
    id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the type to change. Null: a new type."
    )
    name: str = strawberry.field(
        description=f"Name: up to {ticket_types.MAX_TYPE_NAME_LENGTH} characters on one"
        " line. No other type has it."
    )
    is_default: bool = strawberry.field(
        default=False,
        description="Makes it the default type, in place of the present one. The"
        " default type cannot lose this: make another type the default instead.",
    )
    proof_required: bool = strawberry.field(
        default=False, description="Whether a proof has to be shown at the door."
    )
    description: str | None = strawberry.field(
        default=None,
        description="Who may have it: up to"
        f" {ticket_types.MAX_DESCRIPTION_LENGTH} characters.",
    )
    quota_percent: int | None = strawberry.field(
        default=None,
        description="At most so many in a hundred seats of a session, from 0 to 100."
        " Sessions that exist keep theirs. Null: any number, as it has to be for the"
        " default type.",
    )

    def facts(self) -> ticket_prices.TicketTypeFacts:
        return ticket_prices.TicketTypeFacts(
            name=self.name,
            is_default=self.is_default,
            proof_required=self.proof_required,
            description=self.description,
            quota_percent=self.quota_percent,
        )


SaveTicketTypeResult = Annotated[
    TicketType | InvalidInput | NotFound,
    strawberry.union(
        "SaveTicketTypeResult",
        description="The saved type, or the reason why it was not saved.",
    ),
]


@strawberry.input(
    description="A price card, new or changed. All of its prices are saved: what is"
    " left out is not sold in sessions that are created from then on."
)
class SavePriceCardInput:
    cinema_id: strawberry.ID = strawberry.field(description="Id of the cinema.")
    id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the card to change. Null: a new card."
    )
    expected_version: int | None = strawberry.field(
        default=None, description=EXPECTED_VERSION
    )
    name: str = strawberry.field(
        description=f"Name: up to {price_cards.MAX_CARD_NAME_LENGTH} characters on one"
        " line. No other card of the cinema has it."
    )
    prices: list[PriceInput] = strawberry.field(
        description=f"1 to {price_cards.MAX_PRICES} prices, each zone and type once."
    )


SavePriceCardResult = Annotated[
    PriceCard | InvalidInput | NotFound | Outdated,
    strawberry.union(
        "SavePriceCardResult",
        description="The saved card, or the reason why it was not saved.",
    ),
]
