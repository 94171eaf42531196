"""The payment of a reservation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.attempts import PaymentOutcome
from domain.money import Money

APPROVE: Final = "approve"  # in the place of a provider


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
    """`provider` is None until a provider was asked to take the money."""

    id: UUID
    reservation_id: UUID
    status: PaymentStatus
    amount: Money
    created_at: datetime
    approved_at: datetime | None = None
    provider: str | None = None
    outcome: PaymentOutcome | None = None  # of its last attempt

    @property
    def is_sold(self) -> bool:
        """Whether it was approved, refunded or not."""
        return self.approved_at is not None

    def made_through(self, provider: str) -> str:
        """The provider that takes the money, where `provider` takes that of others.

        `approve` where there is none: the customer said so, or there is nothing to pay.
        """
        if self.provider is not None:
            return self.provider
        return APPROVE if self.is_sold or not self.amount.amount_minor else provider
