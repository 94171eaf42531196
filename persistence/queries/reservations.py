"""A customer's own reservations with their status as of now, the newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Subquery, Text, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.reservation import Reservation, ReservationStatus
from persistence.codec import reservation_from_json
from persistence.key_value.own_writes import OwnWrites
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.own_lists import in_status, since
from persistence.queries.reading import Reader
from persistence.sales.state_sql import (
    RESERVATION_STATE,
    RESERVATION_STATUS,
    SEATS_OF_RESERVATION,
)
from persistence.tables import ReservationRow

r = aliased(ReservationRow, name="r")  # the name that state_sql uses
STATE = RESERVATION_STATE.format(
    r="own", status="own.status_now", seats=SEATS_OF_RESERVATION.format(r="own")
)


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
        rows = newest_first.page(_reservations(own, status), window)
        read = await self._reader.fetch(
            rows, await since(self._own_writes, customer_id)
        )
        return newest_first.page_of(read, window, _reservation)

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
        """Leaves out the reservations of other customers."""
        own = _own(customer_id)
        rows = _reservations(own).where(own.c.id.in_(ids))
        read = map(_reservation, await self._reader.fetch(rows))
        return {reservation.id: reservation for reservation in read}


def _own(customer_id: UUID) -> Subquery:
    # The clock goes on, so Postgres does not merge this into the query around it: the
    # status that a row is chosen by is the status that is shown.
    status = literal_column(RESERVATION_STATUS, Text).label("status_now")
    return select(r, status).where(col(r.customer_id) == customer_id).subquery("own")


def _reservations(
    own: Subquery, status: ReservationStatus | None = None
) -> Select[Any]:
    return in_status(own, status).add_columns(
        literal_column(STATE, JSONB).label("data")
    )


def _reservation(row: RowMapping) -> Reservation:
    return reservation_from_json(row["data"])
