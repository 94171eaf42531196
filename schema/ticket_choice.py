"""The input and the result of chooseTickets."""

from typing import Annotated

import strawberry

from schema.problems import (
    InvalidInput,
    NotFound,
    PaymentClosed,
    ReservationClosed,
    ReservationExpired,
    TicketTypeNotSold,
)
from schema.sales import Reservation
from schema.tickets import TicketInput


@strawberry.input(description="Other types of tickets for a reservation.")
class ChooseTicketsInput:
    reservation_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's reservations, which is not paid yet."
    )
    tickets: list[TicketInput] = strawberry.field(
        description="Some or all of its seats with their types, each seat listed once."
        " The other seats keep theirs. A seat that keeps its type keeps its price."
    )


ChooseTicketsResult = Annotated[
    Reservation
    | NotFound
    | InvalidInput
    | ReservationClosed
    | ReservationExpired
    | TicketTypeNotSold
    | PaymentClosed,
    strawberry.union(
        "ChooseTicketsResult",
        description="The reservation with its new total, which its payment has too, or"
        " the reason why no ticket was changed.",
    ),
]
