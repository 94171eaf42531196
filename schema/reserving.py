"""Input and result of reserving seats."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import reservation as reservations
from domain.ports import Expected
from schema.money import MoneyInput
from schema.problems import (
    CustomerLimit,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    OrphanLeft,
    PriceChanged,
    SeatsUnavailable,
    SessionClosed,
    SessionMoved,
    TicketTypeNotSold,
    TooManySeats,
)
from schema.sales import Reservation
from schema.tickets import TicketInput


@strawberry.input(description="Seats to reserve.")
class ReserveSeatsInput:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    seat_ids: list[strawberry.ID] = strawberry.field(
        description=f"Ids of 1 to {reservations.MAX_SEATS} SessionSeats of the"
        " session, each listed once."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. A repeated call with the same key and input returns the"
        " same reservation, even if the first answer was lost.",
    )
    tickets: list[TicketInput] | None = strawberry.field(
        default=None,
        description="Seats with types. The other seats get the default type.",
    )
    expected_total: MoneyInput | None = strawberry.field(
        default=None,
        description="The total that the customer was shown. If the seats have another"
        " total, the answer is PriceChanged. Null: any total.",
    )
    expected_starts_at: datetime | None = strawberry.field(
        default=None,
        description="The start that the customer was shown. If the session starts at"
        " another time, the answer is SessionMoved. Null: any start.",
    )

    accept_orphans: bool = strawberry.field(
        default=False,
        description="Take the seats although others are left alone. For managers and"
        " cashiers of the cinema only.",
    )

    def expected(self) -> Expected:
        total = self.expected_total
        return Expected(
            starts_at=self.expected_starts_at,
            total=total.to_domain() if total else None,
        )


ReserveSeatsResult = Annotated[
    Reservation
    | SeatsUnavailable
    | NotFound
    | SessionClosed
    | TooManySeats
    | InvalidInput
    | IdempotencyConflict
    | PriceChanged
    | SessionMoved
    | OrphanLeft
    | TicketTypeNotSold
    | CustomerLimit,
    strawberry.union(
        "ReserveSeatsResult",
        description="The reservation with all its seats held until `expiresAt`, or the"
        " reason why no seat was held.",
    ),
]
