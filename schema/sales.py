"""Reservations and payments, as clients see them; how they change, and the answers."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import payment as payments
from domain import reservation as reservations
from domain.seats import seat_order
from schema.catalog import Session
from schema.context import Info
from schema.costs import SEATS_IN_A_ROOM, cost
from schema.enums import PaymentStatus, ReservationStatus
from schema.money import Money
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PaymentClosed,
    ReservationClosed,
    ReservationExpired,
    SeatsUnavailable,
    SessionClosed,
    TooManySeats,
)
from schema.seats import SessionSeat


@strawberry.type(description="A customer's claim on seats of one session.")
class Reservation:
    value: strawberry.Private[reservations.Reservation]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    status: ReservationStatus = strawberry.field(description="Where it stands.")
    total: Money = strawberry.field(description="What all its seats cost together.")
    created_at: datetime = strawberry.field(description="When the seats were held.")
    expires_at: datetime = strawberry.field(
        description="When a PENDING one is over unless it is paid."
    )

    @strawberry.field(
        description="The seats that it took, as they are now.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    def seats(self) -> list[SessionSeat]:
        in_order = sorted(self.value.seats, key=seat_order)
        return [SessionSeat.from_domain(seat) for seat in in_order]

    @strawberry.field(description="What the seats are for.")
    async def session(self, info: Info) -> Session:
        session = await info.context.loaders.session(self.value.session_id)
        return Session.from_domain(session)

    @strawberry.field(
        description="Null for the moment between the hold and the payment that its"
        " event opens."
    )
    async def payment(self, info: Info) -> "Payment | None":
        payment = await info.context.loaders.payment_of(self.value.id)
        return Payment.from_domain(payment) if payment else None

    @classmethod
    def from_domain(cls, reservation: reservations.Reservation) -> Self:
        return cls(
            value=reservation,
            id=strawberry.ID(str(reservation.id)),
            status=ReservationStatus(reservation.status),
            total=Money.from_domain(reservation.total),
            created_at=reservation.created_at,
            expires_at=reservation.expires_at,
        )


@strawberry.type(description="What a customer pays for one reservation.")
class Payment:
    value: strawberry.Private[payments.Payment]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    status: PaymentStatus = strawberry.field(description="Where it stands.")
    amount: Money = strawberry.field(description="The reservation's total.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    approved_at: datetime | None = strawberry.field(
        description="When it was approved; null unless it is."
    )

    @strawberry.field(description="What is paid for.")
    async def reservation(self, info: Info) -> Reservation:
        reservation = await info.context.loaders.reservation(self.value.reservation_id)
        return Reservation.from_domain(reservation)

    @classmethod
    def from_domain(cls, payment: payments.Payment) -> Self:
        return cls(
            value=payment,
            id=strawberry.ID(str(payment.id)),
            status=PaymentStatus(payment.status),
            amount=Money.from_domain(payment.amount),
            created_at=payment.created_at,
            approved_at=payment.approved_at,
        )


@strawberry.input(description="Which seats to hold.")
class ReserveSeatsInput:
    session_id: strawberry.ID = strawberry.field(description="Of which session.")
    seat_ids: list[strawberry.ID] = strawberry.field(
        description=f"1 to {reservations.MAX_SEATS} of the session's seats, each of"
        " them once."
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
        f" {reservations.HOLD_PERIOD.seconds} seconds; or why none of them is.",
    ),
]

CancelReservationResult = Annotated[
    Reservation | NotFound | ReservationClosed,
    strawberry.union(
        "CancelReservationResult",
        description="The reservation, now CANCELLED; or why it is not.",
    ),
]


@strawberry.input(description="Which payment to approve.")
class ApprovePaymentInput:
    payment_id: strawberry.ID = strawberry.field(description="One of your own.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text of yours: with it, this payment is all that this call can"
        " ever approve, however often it is repeated.",
    )


ApprovePaymentResult = Annotated[
    Payment
    | NotFound
    | PaymentClosed
    | ReservationExpired
    | IdempotencyConflict
    | InvalidInput,
    strawberry.union(
        "ApprovePaymentResult",
        description="The payment, APPROVED, now or before; or why it is not.",
    ),
]
