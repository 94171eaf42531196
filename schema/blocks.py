"""Inputs and results of blocking seats."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

import strawberry

from domain import blocks
from domain import seats as domain
from schema.costs import SEATS_IN_A_ROOM, cost
from schema.problems import InvalidInput, NotFound, SeatsUnavailable
from schema.seats import SessionSeat

SEAT_IDS = (
    f"Ids of 1 to {blocks.MAX_BLOCKED_AT_ONCE} SessionSeats of the session, each listed"
    " once."
)


@strawberry.input(description="Seats to take off sale in one session.")
class BlockSeatsInput:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    seat_ids: list[strawberry.ID] = strawberry.field(description=SEAT_IDS)
    reason: str = strawberry.field(
        description="Why, for other managers: up to"
        f" {blocks.MAX_REASON_LENGTH} characters on one line."
    )


@strawberry.input(description="Blocked seats to put on sale again.")
class UnblockSeatsInput:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    seat_ids: list[strawberry.ID] = strawberry.field(description=SEAT_IDS)


@strawberry.type(description="Seats of a session as they are after the change.")
class SeatsChanged:
    session_id: strawberry.ID = strawberry.field(description="Id of the session.")
    seats: list[SessionSeat] = strawberry.field(
        description="All the seats that were asked for, in the order of rows and"
        " numbers, also those that have not changed.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )

    @classmethod
    def from_domain(
        cls, session_id: UUID, changed: Sequence[domain.SessionSeat]
    ) -> Self:
        return cls(
            session_id=strawberry.ID(str(session_id)),
            seats=[SessionSeat.from_domain(seat) for seat in changed],
        )


BlockSeatsResult = Annotated[
    SeatsChanged | NotFound | InvalidInput | SeatsUnavailable,
    strawberry.union(
        "BlockSeatsResult",
        description="The seats, now BLOCKED, or the reason why none was blocked.",
    ),
]

UnblockSeatsResult = Annotated[
    SeatsChanged | NotFound | InvalidInput,
    strawberry.union(
        "UnblockSeatsResult",
        description="The seats, none of them BLOCKED, or the reason why nothing was"
        " changed.",
    ),
]
