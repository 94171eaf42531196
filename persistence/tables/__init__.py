"""Postgres tables. Rows, not business objects: no behaviour here.

The database refuses impossible rows: states and amounts are checked, a seat is on sale
once per session, a room has one session at a time, and a seat has at most one open
claim.
"""

from persistence.tables.catalog import MovieRow, SessionRow
from persistence.tables.columns import metadata
from persistence.tables.money import (
    PaymentAttemptRow,
    PaymentEffectRow,
    ProviderEventRow,
    RefundRow,
)
from persistence.tables.notices import NoticeRow
from persistence.tables.outbox import OutboxRow, RelayLeaseRow
from persistence.tables.people import (
    AccountRow,
    AccountTokenRow,
    AddressChangeRow,
    IdentityRow,
    MembershipRow,
    RefreshTokenRow,
    SignInNetworkRow,
)
from persistence.tables.prices import (
    CardPriceRow,
    PriceCardRow,
    SessionPriceRow,
    TicketQuotaRow,
    TicketTypeRow,
)
from persistence.tables.sales import (
    ClaimRow,
    IdempotencyKeyRow,
    PaymentRow,
    ReservationRow,
    SessionSeatRow,
    TicketOfferRow,
)
from persistence.tables.venues import (
    SEAT_ORDER,
    CinemaRow,
    PriceZoneRow,
    RoomRow,
    SeatRow,
)

__all__ = [
    "SEAT_ORDER",
    "AccountRow",
    "AccountTokenRow",
    "AddressChangeRow",
    "CardPriceRow",
    "CinemaRow",
    "ClaimRow",
    "IdempotencyKeyRow",
    "IdentityRow",
    "MembershipRow",
    "MovieRow",
    "NoticeRow",
    "OutboxRow",
    "PaymentAttemptRow",
    "PaymentEffectRow",
    "PaymentRow",
    "PriceCardRow",
    "PriceZoneRow",
    "ProviderEventRow",
    "RefreshTokenRow",
    "RefundRow",
    "RelayLeaseRow",
    "ReservationRow",
    "RoomRow",
    "SeatRow",
    "SessionPriceRow",
    "SessionRow",
    "SessionSeatRow",
    "SignInNetworkRow",
    "TicketOfferRow",
    "TicketQuotaRow",
    "TicketTypeRow",
    "metadata",
]
