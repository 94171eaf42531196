"""A customer's own reservations, their time considered, the newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Subquery, Text, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.money import Money
from domain.reservation import Reservation, ReservationStatus
from persistence.key_value.own_writes import OwnWrites
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.own_lists import in_status, since
from persistence.queries.reading import Reader
from persistence.sales.codec import seat_from_json
from persistence.sales.state_sql import RESERVATION_STATUS, SEAT_STATE_NOW
from persistence.tables import (
    ClaimRow,
    ReservationRow,
    SeatRow,
    SessionRow,
    SessionSeatRow,
)

# Their names are those that the ledger's fragments use.
r = aliased(ReservationRow, name="r")
ss = aliased(SessionSeatRow, name="ss")
seat = aliased(SeatRow, name="seat")
screening = aliased(SessionRow, name="screening")


class Reservations:
    def __init__(self, reader: Reader, own_writes: OwnWrites | None) -> None:
        self._reader = reader
        self._own_writes = own_writes

    async def page(
        self,
        customer_id: UUID,
        window: Window,
        status: ReservationStatus | None = None,
    ) -> Page[Reservation]:
        """Raises CursorError."""
        own = _own(customer_id)
        newest_first = Keyset(
            "reservations", own.c.created_at, own.c.id, descending=True
        )
        rows = newest_first.page(_with_seats(own, status), window)
        read = await self._reader.fetch(
            rows, await since(self._own_writes, customer_id)
        )
        return newest_first.turned(read, window, _reservation)

    async def count(
        self, customer_id: UUID, status: ReservationStatus | None = None
    ) -> int:
        rows = in_status(_own(customer_id), status)
        return await self._reader.count(
            rows, await since(self._own_writes, customer_id)
        )

    async def by_id(
        self, customer_id: UUID, ids: Sequence[UUID]
    ) -> dict[UUID, Reservation]:
        """Without those that are somebody else's."""
        own = _own(customer_id)
        rows = _with_seats(own).where(own.c.id.in_(ids))
        return {row.id: _reservation(row) for row in await self._reader.fetch(rows)}


def _own(customer_id: UUID) -> Subquery:
    # The clock runs on, so Postgres does not merge this into what is around it: the
    # status by which a row is chosen is the one that is shown.
    status = literal_column(RESERVATION_STATUS, Text).label("status_now")
    return select(r, status).where(col(r.customer_id) == customer_id).subquery("own")


def _with_seats(own: Subquery, status: ReservationStatus | None = None) -> Select[Any]:
    state = literal_column(SEAT_STATE_NOW, JSONB)
    seats = (
        select(func.jsonb_agg(aggregate_order_by(state, col(ss.id))))
        .select_from(ClaimRow)
        .join(ss, col(ss.id) == ClaimRow.session_seat_id)
        .join(seat, col(seat.id) == ss.seat_id)
        .join(screening, col(screening.id) == ss.session_id)
        .where(col(ClaimRow.reservation_id) == own.c.id)
        .scalar_subquery()
    )
    return in_status(own, status).add_columns(seats.label("seats"))


def _reservation(row: Row[Any]) -> Reservation:
    return Reservation(
        id=row.id,
        session_id=row.session_id,
        customer_id=row.customer_id,
        status=ReservationStatus(row.status_now),
        total=Money(row.amount_minor, row.currency),
        created_at=row.created_at,
        expires_at=row.expires_at,
        seats=tuple(seat_from_json(seat) for seat in row.seats),
    )
