"""What a customer pays for one reservation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.money import Money


class PaymentStatus(StrEnum):
    """PENDING from the reservation's event on, then ends once."""

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
