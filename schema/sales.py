"""Reservations and payments; inputs and results of mutations that end a hold."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import payment as payments
from domain import reservation as reservations
from domain.seats import seat_order
from schema.attempts import PaymentOutcome
from schema.catalog import Session
from schema.context import Info
from schema.costs import (
    READING_SEATS,
    SEATS_IN_A_ROOM,
    SEATS_OF_A_HOLD,
    TICKETS_OF_A_RESERVATION,
    cost,
)
from schema.enums import PaymentStatus, ReservationStatus
from schema.money import Money
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PaymentClosed,
    ReservationClosed,
    ReservationExpired,
    WrongProvider,
)
from schema.refunds import Refund
from schema.seats import SessionSeat
from schema.tickets import Ticket


@strawberry.type(description="Seats of one session that a customer has reserved.")
class Reservation:
    value: strawberry.Private[reservations.Reservation]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    status: ReservationStatus = strawberry.field(description="Current status.")
    total: Money = strawberry.field(description="Total price of its seats.")
    created_at: datetime = strawberry.field(description="When the seats were held.")
    expires_at: datetime = strawberry.field(
        description="When the hold expires unless it is paid."
    )

    @strawberry.field(
        description="The seats as the reservation has them, or had them: at the agreed"
        " price. Once they were given back they are AVAILABLE at the version of"
        " that moment; keep the seat with the highest version.",
        metadata=cost(items=SEATS_IN_A_ROOM),
    )
    def seats(self) -> list[SessionSeat]:
        in_order = sorted(self.value.seats, key=seat_order)
        return [
            SessionSeat.from_domain(
                replace(seat, price=seat.agreed_price or seat.price)
            )
            for seat in in_order
        ]

    @strawberry.field(
        description="How often `extendReservation` can still extend its hold. 0 unless"
        " it is PENDING."
    )
    def extensions_left(self, info: Info) -> int:
        return self.value.extensions_left(info.context.hold_terms)

    @strawberry.field(
        description="Where the rule of the session is WARN: the free seats that the"
        " reservation leaves alone, where another choice would not.",
        metadata=cost(items=SEATS_OF_A_HOLD, extra=READING_SEATS),
    )
    async def orphans(self, info: Info) -> list[SessionSeat]:
        seats = await info.context.loaders.orphans_of(self.value)
        return [SessionSeat.from_domain(seat) for seat in sorted(seats, key=seat_order)]

    @strawberry.field(
        description="The tickets, row by row: seats with type and agreed price.",
        metadata=cost(items=TICKETS_OF_A_RESERVATION),
    )
    async def tickets(self, info: Info) -> list[Ticket]:
        tickets = await info.context.loaders.tickets_of(self.value.id)
        return [Ticket.from_domain(ticket) for ticket in tickets]

    @strawberry.field(description="The session of the seats.")
    async def session(self, info: Info) -> Session:
        session = await info.context.loaders.session(self.value.session_id)
        return Session.from_domain(session)

    @strawberry.field(
        description="The payment. Null for a moment after the seats are held, until"
        " the payment is created."
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


@strawberry.type(description="The payment for one reservation.")
class Payment:
    value: strawberry.Private[payments.Payment]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    status: PaymentStatus = strawberry.field(description="Current status.")
    amount: Money = strawberry.field(description="The total of the reservation.")
    created_at: datetime = strawberry.field(description="When the payment was created.")
    approved_at: datetime | None = strawberry.field(
        description="When the payment was approved. Null if it is not approved."
    )

    @strawberry.field(
        description="What was given back of it, the oldest refund first.",
        metadata=cost(items=TICKETS_OF_A_RESERVATION),
    )
    async def refunds(self, info: Info) -> list[Refund]:
        refunds = await info.context.loaders.refunds_of(self.value.id)
        return [Refund.from_domain(refund) for refund in refunds]

    outcome: PaymentOutcome | None = strawberry.field(
        description="What became of the money of the last attempt to pay. Null until it"
        " is known, or if there was none."
    )

    @strawberry.field(
        description="Who takes the money: `approve` if the customer says so with"
        " `approvePayment`, else the provider that `startCheckout` leads to."
    )
    def provider(self, info: Info) -> str:
        return self.value.made_through(info.context.payment_provider)

    @strawberry.field(description="The reservation that this payment is for.")
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
            outcome=_outcome(payment),
        )


def _outcome(payment: payments.Payment) -> PaymentOutcome | None:
    """Of a sale without a provider too."""
    if payment.outcome is not None:
        return PaymentOutcome(payment.outcome)
    return PaymentOutcome.SOLD if payment.is_sold else None


@strawberry.input(description="The reservation to cancel.")
class CancelReservationInput:
    reservation_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's reservations."
    )


CancelReservationResult = Annotated[
    Reservation | NotFound | ReservationClosed,
    strawberry.union(
        "CancelReservationResult",
        description="The reservation, now CANCELLED, or the reason why it was not"
        " cancelled.",
    ),
]


@strawberry.input(description="The payment to approve.")
class ApprovePaymentInput:
    payment_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's payments."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. Calls with the same key can approve only this"
        " payment, however often they are repeated.",
    )


ApprovePaymentResult = Annotated[
    Payment
    | NotFound
    | PaymentClosed
    | ReservationExpired
    | IdempotencyConflict
    | InvalidInput
    | WrongProvider,
    strawberry.union(
        "ApprovePaymentResult",
        description="The APPROVED payment, even if it was approved before, or the"
        " reason why it was not approved.",
    ),
]
