"""Input and result of moving a session with its customers."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import new_seats, refunds
from schema.catalog import Session
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    RoomBusy,
    SeatsUnavailable,
    SessionClosed,
)


@strawberry.input(description="A seat of the session, and where it is in the new room.")
class SeatMoveInput:
    from_: strawberry.ID = strawberry.field(
        name="from", description="Id of the SessionSeat. It stays the same."
    )
    to: strawberry.ID = strawberry.field(description="Id of the Seat in the new room.")


@strawberry.input(
    description="Where and when a session takes place instead. What is left out or null"
    " stays as it is."
)
class RescheduleSessionInput:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="New start: in the future, within two years."
    )
    room_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of another room of the same cinema."
    )
    seats: list[SeatMoveInput] | None = strawberry.field(
        default=None,
        description=f"For another room: places of up to {new_seats.MAX_SEATS_IN_ROOM}"
        " seats. The others get the seat with the same label, but no customer one that"
        " is out of service, or that is no place for a wheelchair if theirs is one.",
    )
    reason: str = strawberry.field(
        description=f"Why: up to {refunds.MAX_REASON_LENGTH} characters on one line."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. However often a call with the same key is repeated, it"
        " moves the session once.",
    )


RescheduleSessionResult = Annotated[
    Session
    | NotFound
    | InvalidInput
    | RoomBusy
    | SessionClosed
    | SeatsUnavailable
    | IdempotencyConflict,
    strawberry.union(
        "RescheduleSessionResult",
        description="The session with its new start and room, or the reason why it was"
        " not moved. SeatsUnavailable has the seats of customers that have no place in"
        " the new room.",
    ),
]
