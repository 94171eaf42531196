"""The payment of a reservation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class PaymentStatus(StrEnum):
    """PENDING once the reservation's event was handled; every other status is final."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    id: UUID
    reservation_id: UUID
    status: PaymentStatus
    amount: Money
    created_at: datetime
    approved_at: datetime | None = None
