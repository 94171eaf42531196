"""Postgres tables. Rows, not business objects: no behaviour here.

The database itself refuses the impossible: states and amounts are checked, a seat
is sold once per session, a room shows one film at a time, and at most one open claim
exists for a seat.
"""

from persistence.tables.catalog import (
    SEAT_ORDER,
    MovieRow,
    RoomRow,
    SeatRow,
    SessionRow,
)
from persistence.tables.columns import metadata
from persistence.tables.outbox import OutboxRow, RelayLeaseRow
from persistence.tables.people import AccountRow, IdentityRow, RefreshTokenRow
from persistence.tables.sales import (
    ClaimRow,
    IdempotencyKeyRow,
    PaymentRow,
    ReservationRow,
    SessionSeatRow,
)

__all__ = [
    "SEAT_ORDER",
    "AccountRow",
    "ClaimRow",
    "IdempotencyKeyRow",
    "IdentityRow",
    "MovieRow",
    "OutboxRow",
    "PaymentRow",
    "RefreshTokenRow",
    "RelayLeaseRow",
    "ReservationRow",
    "RoomRow",
    "SeatRow",
    "SessionRow",
    "SessionSeatRow",
    "metadata",
]
