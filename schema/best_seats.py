"""Input and result of reserveBestSeats."""

from typing import Annotated

import strawberry

from domain import reservation
from schema.enums import SeatFeature, Together
from schema.problems import (
    CustomerLimit,
    IdempotencyConflict,
    InvalidInput,
    NotEnoughSeats,
    NotFound,
    SessionClosed,
    TicketTypeNotSold,
    TooManySeats,
)
from schema.sales import Reservation


@strawberry.input(description="So many tickets of one type.")
class TicketCountInput:
    ticket_type_id: strawberry.ID = strawberry.field(
        description="Id of a type; see `ticketTypes`."
    )
    count: int = strawberry.field(description="Number of tickets, 1 or more.")


@strawberry.input(description="What kind of seats to reserve.")
class ReserveBestSeatsInput:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    tickets: list[TicketCountInput] = strawberry.field(
        description="How many tickets of each type, up to"
        f" {reservation.MAX_SEATS} together. Each type is listed once."
    )
    zone_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Only seats in these price zones. Null or empty: in any.",
    )
    features: list[SeatFeature] = strawberry.field(
        default_factory=list,
        description="Features that the seats must have. Each is on one of them at"
        " least. Every seat has one of WHEELCHAIR and COMPANION, of those that are"
        " listed, one of SOFA_LEFT and SOFA_RIGHT likewise, and each other feature"
        " that is listed. Wheelchair and companion places are only given to who lists"
        " them.",
    )
    together: Together = strawberry.field(
        default=Together.ROW,
        description="How close together the seats must be.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. A repeated call with the same key and the same input"
        " returns the same reservation, even if the first answer was lost.",
    )


ReserveBestSeatsResult = Annotated[
    Reservation
    | NotEnoughSeats
    | NotFound
    | InvalidInput
    | SessionClosed
    | TooManySeats
    | CustomerLimit
    | TicketTypeNotSold
    | IdempotencyConflict,
    strawberry.union(
        "ReserveBestSeatsResult",
        description="The reservation with all its seats held until `expiresAt`, or the"
        " reason why no seat was held.",
    ),
]
