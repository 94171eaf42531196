"""The payment of a reservation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class PaymentStatus(StrEnum):
    """PENDING once the reservation's event was handled.

    What was approved may be refunded, in parts. The other statuses are final. Rows say
    APPROVED also of refunded payments, with how much was refunded.
    """

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"
    PARTLY_REFUNDED = "PARTLY_REFUNDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    id: UUID
    reservation_id: UUID
    status: PaymentStatus
    amount: Money
    created_at: datetime
    approved_at: datetime | None = None
