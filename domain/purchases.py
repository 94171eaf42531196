"""What a customer bought, as people read it: the facts of mails about sales."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.attempts import RefundStatus
from domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """A session by its names, in the clock of its cinema."""

    movie: str
    cinema: str
    address: str
    room: str
    starts_at: datetime  # in the cinema's time zone
    ends_at: datetime
    version: int
    cancelled_at: datetime | None
    cancel_reason: str | None
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasedTicket:
    id: UUID
    session_seat_id: UUID
    generation: int
    holder_id: UUID | None  # after a transfer; None: the customer
    seat: str
    type_name: str
    price: Money
    refund_id: UUID | None
    is_open: bool  # it was not given back


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseRefund:
    id: UUID
    amount: Money
    status: RefundStatus
    reason: str
    of_provider: bool  # else no provider took money, and none gives it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A reservation that was sold, with all of its tickets, row by row."""

    reservation_id: UUID
    screening: Screening
    tickets: tuple[PurchasedTicket, ...]
    refunds: tuple[PurchaseRefund, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsoldPayment:
    """Money that bought nothing, and goes back."""

    screening: Screening
    refund: PurchaseRefund | None  # None: it was only reserved
