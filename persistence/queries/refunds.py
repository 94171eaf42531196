"""The refunds of payments."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.refunds import Refund
from persistence.money.refunds import refund_of
from persistence.queries.reading import Reader
from persistence.tables import RefundRow


class Refunds:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def by_payment(self, payment_ids: Sequence[UUID]) -> dict[UUID, list[Refund]]:
        """The oldest first."""
        rows = (
            select(RefundRow)
            .where(col(RefundRow.payment_id).in_(payment_ids))
            .order_by(col(RefundRow.created_at), col(RefundRow.id))
        )
        refunds: defaultdict[UUID, list[Refund]] = defaultdict(list)
        for row in await self._reader.fetch(rows):
            refunds[row["payment_id"]].append(refund_of(row))
        return refunds
