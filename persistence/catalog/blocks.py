"""Blocked seats: each method is one transaction, its events included."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import NotFoundError, SeatsUnavailableError
from domain.seats import SessionSeat, seat_order
from persistence.catalog import block_sql as sql
from persistence.codec import Json, seat_from_json
from persistence.postgres.pool import Pool
from persistence.sales.ledger_sql import EXPIRE_THESE
from telemetry import origin, sale_metrics


class PostgresBlocks:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def block(
        self, session_id: UUID, seat_ids: Sequence[UUID], reason: str, by: UUID
    ) -> list[SessionSeat]:
        for _ in seat_ids:  # another hold may end while one is ended here
            [row] = await self._pool.fetch(
                sql.BLOCK, session_id, seat_ids, reason, by, *origin.of_event()
            )
            if not row["found"]:
                raise NotFoundError
            if not row["taken"]:
                return _seats(row["seats"])
            if not row["expired"]:
                break
            await self._end(list(map(UUID, row["expired"])))
        raise SeatsUnavailableError(_seats(row["taken"]))

    async def unblock(
        self, session_id: UUID, seat_ids: Sequence[UUID]
    ) -> list[SessionSeat]:
        [row] = await self._pool.fetch(
            sql.UNBLOCK, session_id, seat_ids, *origin.of_event()
        )
        if not row["found"]:
            raise NotFoundError
        return _seats(row["seats"])

    async def _end(self, expired: Sequence[UUID]) -> None:
        for row in await self._pool.fetch(EXPIRE_THESE, expired, *origin.of_event()):
            sale_metrics.MANAGED_LATENESS.observe(row["late"])


def _seats(seats: Sequence[Json]) -> list[SessionSeat]:
    return sorted(map(seat_from_json, seats), key=seat_order)
