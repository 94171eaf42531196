"""Attempts to pay a payment through a provider, and what became of the money."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class IfLate(StrEnum):
    """What the buyer wants if the money comes after the end of the hold."""

    REFUND = "REFUND"
    SAME_SEATS = "SAME_SEATS"
    SAME_OR_BETTER_SEATS = "SAME_OR_BETTER_SEATS"


class PaymentOutcome(StrEnum):
    """What became of the money of an attempt: set once, then final."""

    SOLD = "SOLD"
    RESEATED = "RESEATED"
    REFUNDED = "REFUNDED"
    RELEASED = "RELEASED"


class AttemptStatus(StrEnum):
    """What the provider last said about the money.

    OPENING: it may not know of the attempt. CLOSED: there is no money, or none is left.
    """

    OPENING = "OPENING"
    OPEN = "OPEN"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    CLOSED = "CLOSED"


class Operation(StrEnum):
    """A call to the provider that has to happen."""

    CAPTURE = "CAPTURE"
    CANCEL = "CANCEL"
    REFUND = "REFUND"


class RefundStatus(StrEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Flag(StrEnum):
    """Why staff should look at an attempt."""

    AMOUNT = "AMOUNT"
    CURRENCY = "CURRENCY"
    CAPTURE_FAILED = "CAPTURE_FAILED"
    REFUND_FAILED = "REFUND_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`provider_ref` is the provider's id of the checkout, `charge_ref` of the money.

    Both are None until the provider has said them, as are the page and the secret.
    """

    id: UUID
    payment_id: UUID
    reservation_id: UUID
    amount: Money
    return_url: str
    created_at: datetime
    expires_at: datetime
    status: AttemptStatus = AttemptStatus.OPENING
    outcome: PaymentOutcome | None = None
    provider_ref: str | None = None
    charge_ref: str | None = None
    checkout_url: str | None = None
    client_secret: str | None = None
    if_late: IfLate = IfLate.SAME_SEATS
