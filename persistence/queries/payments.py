"""A customer's own payments, their time considered, the newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Subquery, Text, literal_column, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.money import Money
from domain.payment import Payment, PaymentStatus
from persistence.key_value.own_writes import OwnWrites
from persistence.queries.keyset import Keyset, Page, Window
from persistence.queries.own_lists import in_status, since
from persistence.queries.reading import Reader
from persistence.sales.state_sql import PAYMENT_STATUS
from persistence.tables import PaymentRow, ReservationRow

# Their names are those that the ledger's fragments use.
r = aliased(ReservationRow, name="r")
p = aliased(PaymentRow, name="p")


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
        rows = newest_first.page(in_status(own, status), window)
        read = await self._reader.fetch(
            rows, await since(self._own_writes, customer_id)
        )
        return newest_first.turned(read, window, _payment)

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
        """Without those that are somebody else's."""
        own = _own(customer_id)
        rows = select(own).where(own.c.id.in_(ids))
        return {row.id: _payment(row) for row in await self._reader.fetch(rows)}

    async def by_reservation(
        self, customer_id: UUID, reservation_ids: Sequence[UUID]
    ) -> dict[UUID, Payment]:
        own = _own(customer_id)
        rows = select(own).where(own.c.reservation_id.in_(reservation_ids))
        return {
            row.reservation_id: _payment(row) for row in await self._reader.fetch(rows)
        }


def _own(customer_id: UUID) -> Subquery:
    # Not merged into what is around it, as with reservations.
    status = literal_column(PAYMENT_STATUS, Text).label("status_now")
    return (
        select(p, status)
        .join(r, col(r.id) == p.reservation_id)
        .where(col(r.customer_id) == customer_id)
        .subquery("own")
    )


def _payment(row: Row[Any]) -> Payment:
    return Payment(
        id=row.id,
        reservation_id=row.reservation_id,
        status=PaymentStatus(row.status_now),
        amount=Money(row.amount_minor, row.currency),
        created_at=row.created_at,
        approved_at=row.approved_at,
    )
