"""Inputs and results of giving a ticket to another person."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import transfers
from schema.door import OfTicket, TicketNotValid
from schema.problems import NotFound, TokenInvalid
from schema.tickets import Ticket


@strawberry.input(description="A ticket to offer to another person.")
class TransferTicketInput:
    ticket_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's `tickets`, which is VALID."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text, without effect: each call may be repeated. It ends the"
        " link before and answers with a new one.",
    )


@strawberry.type(description="An offer of a ticket. The viewer has it until then.")
class TicketOffer(OfTicket):
    link: str = strawberry.field(
        description="To send to who shall have the ticket: it can be accepted once."
        " Behind `#token=` it has the token of `acceptTicket`. Without PAGES_URL it is"
        " relative to this API."
    )
    expires_at: datetime = strawberry.field(
        description="Until when: the end of the session, or"
        f" {transfers.OFFER_PERIOD.days} days from now."
    )

    @classmethod
    def from_domain(cls, offer: transfers.TicketOffer, pages_url: str) -> Self:
        return cls(
            ticket_id=offer.ticket_id,
            link=f"{pages_url}/tickets#token={offer.token}",
            expires_at=offer.expires_at,
        )


@strawberry.input(description="The offer of a ticket.")
class AcceptTicketInput:
    token: str = strawberry.field(description="What the link has behind `#token=`.")


TransferTicketResult = Annotated[
    TicketOffer | NotFound | TicketNotValid,
    strawberry.union(
        "TransferTicketResult",
        description="The offer, or the reason why the ticket is not offered.",
    ),
]
AcceptTicketResult = Annotated[
    Ticket | TokenInvalid | TicketNotValid,
    strawberry.union(
        "AcceptTicketResult",
        description="The viewer's ticket, or the reason why it was not accepted.",
    ),
]
