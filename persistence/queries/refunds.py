"""The refunds of payments."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.attempts import RefundStatus
from domain.refunds import Refund
from persistence.money.refunds import refund_of
from persistence.queries.reading import Reader
from persistence.tables import PaymentRow, RefundRow, ReservationRow


class Refunds:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_payment(self, payment_ids: Sequence[UUID]) -> dict[UUID, list[Refund]]:
        """The oldest first."""
        rows = (
            select(RefundRow)
            .where(col(RefundRow.payment_id).in_(payment_ids))
            .where(col(RefundRow.repeated_as).is_(None))
            .order_by(col(RefundRow.created_at), col(RefundRow.id))
        )
        refunds: defaultdict[UUID, list[Refund]] = defaultdict(list)
        for row in await self._reader.fetch(rows):
            refunds[row["payment_id"]].append(refund_of(row))
        return refunds

    async def pending(self, session_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many have not succeeded. Leaves out the sessions without any."""
        session_id = col(ReservationRow.session_id)
        rows = (
            select(session_id, func.count().label("refunds"))
            .join(PaymentRow, col(PaymentRow.reservation_id) == col(ReservationRow.id))
            .join(RefundRow, col(RefundRow.payment_id) == col(PaymentRow.id))
            .where(session_id.in_(session_ids))
            .where(col(RefundRow.status) != RefundStatus.SUCCEEDED)
            .where(col(RefundRow.repeated_as).is_(None))
            .group_by(session_id)
        )
        read = await self._reader.fetch(rows)
        return {row["session_id"]: row["refunds"] for row in read}
