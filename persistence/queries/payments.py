"""A customer's own payments with their status as of now, the newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Subquery, Text, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.payment import Payment, PaymentStatus
from persistence.codec import payment_from_json
from persistence.key_value.own_writes import OwnWrites
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.own_lists import in_status, since
from persistence.queries.reading import Reader
from persistence.sales.state_sql import PAYMENT_STATE, PAYMENT_STATUS
from persistence.tables import PaymentRow, ReservationRow

# The names that the expressions of state_sql use.
r = aliased(ReservationRow, name="r")
p = aliased(PaymentRow, name="p")
STATE = PAYMENT_STATE.format(p="own", r="own", status="own.status_now")


class Payments:
    def __init__(self, reader: Reader, own_writes: OwnWrites | None) -> None:
        self._reader = reader
        self._own_writes = own_writes

    async def page(
        self,
        customer_id: UUID,
        window: Window,
        status: PaymentStatus | None = None,
    ) -> Page[Payment]:
        """Raises CursorError."""
        own = _own(customer_id)
        newest_first = Keyset("payments", own.c.created_at, own.c.id, descending=True)
        rows = newest_first.page(_payments(own, status), window)
        read = await self._reader.fetch(
            rows, await since(self._own_writes, customer_id)
        )
        return newest_first.page_of(read, window, _payment)

    async def count(
        self, customer_id: UUID, status: PaymentStatus | None = None
    ) -> int:
        rows = in_status(_own(customer_id), status)
        return await self._reader.count(
            rows, await since(self._own_writes, customer_id)
        )

    async def by_id(
        self, customer_id: UUID, ids: Sequence[UUID]
    ) -> dict[UUID, Payment]:
        """Leaves out the payments of other customers."""
        own = _own(customer_id)
        rows = _payments(own).where(own.c.id.in_(ids))
        read = map(_payment, await self._reader.fetch(rows))
        return {payment.id: payment for payment in read}

    async def by_reservation(
        self, customer_id: UUID, reservation_ids: Sequence[UUID]
    ) -> dict[UUID, Payment]:
        own = _own(customer_id)
        rows = _payments(own).where(own.c.reservation_id.in_(reservation_ids))
        read = map(_payment, await self._reader.fetch(rows))
        return {payment.reservation_id: payment for payment in read}


def _own(customer_id: UUID) -> Subquery:
    # Postgres does not merge it into the query around it, as with reservations.
    status = literal_column(PAYMENT_STATUS, Text).label("status_now")
    return (
        select(p, col(r.session_id), col(r.customer_id), status)
        .join(r, col(r.id) == p.reservation_id)
        .where(col(r.customer_id) == customer_id)
        .subquery("own")
    )


def _payments(own: Subquery, status: PaymentStatus | None = None) -> Select[Any]:
    return in_status(own, status).add_columns(
        literal_column(STATE, JSONB).label("data")
    )


def _payment(row: RowMapping) -> Payment:
    return payment_from_json(row["data"])
