"""Reservations as clients see them, how they are asked for, and the answers."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from domain import reservation as domain
from domain.reservation import HOLD_PERIOD, MAX_SEATS, ReservationStatus
from schema.enums import publish
from schema.money import Money
from schema.nested import Info
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    ReservationClosed,
    SeatsUnavailable,
    SessionClosed,
    TooManySeats,
)
from schema.seats import SessionSeat
from schema.sessions import Session

if TYPE_CHECKING:
    from schema.payments import Payment

publish(
    ReservationStatus,
    "PENDING holds its seats, then ends once.",
    PENDING="Its seats are held until `expiresAt`.",
    CONFIRMED="Paid: its seats are sold.",
    EXPIRED="Not paid in time: its seats went back on sale.",
    CANCELLED="Given up by its customer: its seats went back on sale.",
)


@strawberry.type(description="A customer's claim on seats of one session.")
class Reservation:
    value: strawberry.Private[domain.Reservation]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    status: ReservationStatus = strawberry.field(description="Where it stands.")
    total: Money = strawberry.field(description="What all its seats cost together.")
    created_at: datetime = strawberry.field(description="When the seats were held.")
    expires_at: datetime = strawberry.field(
        description="When a PENDING one is over unless it is paid."
    )

    @strawberry.field(description="The seats that it took, as they are now.")
    def seats(self) -> list[SessionSeat]:
        in_order = sorted(
            self.value.seats, key=lambda seat: (len(seat.row), seat.row, seat.number)
        )
        return [SessionSeat.from_domain(seat) for seat in in_order]

    @strawberry.field(description="What the seats are for.")
    async def session(self, info: Info) -> Session:
        return await info.context.nested.session(self.value.session_id)

    @strawberry.field(
        description="Null for the moment between the hold and the payment that its"
        " event opens."
    )
    async def payment(
        self, info: Info
    ) -> Annotated["Payment", strawberry.lazy("schema.payments")] | None:
        return await info.context.nested.payment_of(self.value.id)

    @classmethod
    def from_domain(cls, reservation: domain.Reservation) -> Self:
        return cls(
            value=reservation,
            id=strawberry.ID(str(reservation.id)),
            status=reservation.status,
            total=Money.from_domain(reservation.total),
            created_at=reservation.created_at,
            expires_at=reservation.expires_at,
        )


@strawberry.input(description="Which seats to hold.")
class ReserveSeatsInput:
    session_id: strawberry.ID = strawberry.field(description="Of which session.")
    seat_ids: list[strawberry.ID] = strawberry.field(
        description=f"1 to {MAX_SEATS} of the session's seats, each of them once."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text of yours: asking again with it, and the same input, gets"
        " the same reservation, also when the first answer was lost.",
    )


@strawberry.input(description="Which reservation to give up.")
class CancelReservationInput:
    reservation_id: strawberry.ID = strawberry.field(description="One of your own.")


ReserveSeatsResult = Annotated[
    Reservation
    | SeatsUnavailable
    | NotFound
    | SessionClosed
    | TooManySeats
    | InvalidInput
    | IdempotencyConflict,
    strawberry.union(
        "ReserveSeatsResult",
        description="The reservation, with all the seats held for"
        f" {HOLD_PERIOD.seconds} seconds; or why none of them is.",
    ),
]

CancelReservationResult = Annotated[
    Reservation | NotFound | ReservationClosed,
    strawberry.union(
        "CancelReservationResult",
        description="The reservation, now CANCELLED; or why it is not.",
    ),
]
