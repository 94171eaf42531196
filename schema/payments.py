"""Payments as clients see them, how one is approved, and the answers."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import payment as domain
from domain.payment import PaymentStatus
from schema.enums import publish
from schema.money import Money
from schema.nested import Info
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PaymentClosed,
    ReservationExpired,
)
from schema.reservations import Reservation

publish(
    PaymentStatus,
    "PENDING until it ends, once, together with its reservation.",
    PENDING="Can be approved until its reservation is over.",
    APPROVED="Paid: the seats are sold.",
    EXPIRED="Not approved in time.",
    CANCELLED="Its reservation was cancelled.",
)


@strawberry.type(description="What a customer pays for one reservation.")
class Payment:
    value: strawberry.Private[domain.Payment]
    id: strawberry.ID = strawberry.field(description="Never changes.")
    status: PaymentStatus = strawberry.field(description="Where it stands.")
    amount: Money = strawberry.field(description="The reservation's total.")
    created_at: datetime = strawberry.field(description="When it was opened.")
    approved_at: datetime | None = strawberry.field(
        description="When it was approved; null unless it is."
    )

    @strawberry.field(description="What is paid for.")
    async def reservation(self, info: Info) -> Reservation:
        return await info.context.nested.reservation(self.value.reservation_id)

    @classmethod
    def from_domain(cls, payment: domain.Payment) -> Self:
        return cls(
            value=payment,
            id=strawberry.ID(str(payment.id)),
            status=payment.status,
            amount=Money.from_domain(payment.amount),
            created_at=payment.created_at,
            approved_at=payment.approved_at,
        )


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
