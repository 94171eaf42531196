"""Input and result of extending a reservation."""

from typing import Annotated

import strawberry

from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NoMoreExtensions,
    NotFound,
    ReservationClosed,
    ReservationExpired,
)
from schema.sales import Reservation


@strawberry.input(description="The reservation to extend.")
class ExtendReservationInput:
    reservation_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's reservations."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. However often a call with the same key is repeated, it"
        " extends the reservation once.",
    )


ExtendReservationResult = Annotated[
    Reservation
    | NotFound
    | ReservationClosed
    | ReservationExpired
    | NoMoreExtensions
    | IdempotencyConflict
    | InvalidInput,
    strawberry.union(
        "ExtendReservationResult",
        description="The reservation with its new `expiresAt`, or the reason why it"
        " was not extended.",
    ),
]
