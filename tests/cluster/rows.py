"""The rows of Postgres that the judge reads, as plain values. See evidence.py."""

from dataclasses import dataclass
from datetime import date


@dataclass(slots=True, kw_only=True)
class SessionRow:
    id: str
    cinema: str
    day: date  # when it starts, by the cinema's clock
    sales_end_at: int | None = None  # not in older evidence


@dataclass(slots=True, kw_only=True)
class SeatRow:
    id: str
    session: str
    version: int
    status: str
    reservation: str | None
    price_minor: int
    row: str = ""
    place: int = 0  # in the row


@dataclass(slots=True, kw_only=True)
class ReservationRow:
    id: str
    session: str
    customer: str
    status: str
    amount_minor: int
    created_at: int
    expires_at: int
    extensions: int = 0
    sales_end_at: int | None = None  # of its session; not in older evidence


@dataclass(slots=True, kw_only=True)
class ClaimRow:
    reservation: str
    seat: str
    open: bool
    price_minor: int
    ticket: str = ""
    refund: str | None = None  # that gave it back
    generation: int | None = None  # of its code; not in older evidence
    ticket_type: str | None = None  # if it is not the default one
    holder: str | None = None  # who has accepted it from the buyer
    scan: str | None = None  # the key of the scan that has checked it in


@dataclass(slots=True, kw_only=True)
class QuotaRow:
    """How many tickets of a type a session has sold; each costs the same."""

    session: str
    ticket_type: str
    price_minor: int
    seats_limit: int
    seats_taken: int


@dataclass(slots=True, kw_only=True)
class PaymentRow:
    id: str
    reservation: str
    status: str
    amount_minor: int
    refunded_minor: int = 0


@dataclass(slots=True, kw_only=True)
class KeyRow:
    customer: str
    operation: str
    key: str
    result: str


@dataclass(slots=True, kw_only=True)
class RefundRow:
    id: str
    reservation: str
    amount_minor: int
