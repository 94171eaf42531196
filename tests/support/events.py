"""Opens and closes payments at once, without events."""

from collections.abc import Sequence
from uuid import UUID

from persistence.postgres.pool import Pool
from persistence.sales import payment_sql


async def open_payments(pool: Pool, *reservation_ids: UUID) -> None:
    await _follow(pool, payment_sql.OPEN_PAYMENTS, reservation_ids)


async def close_payments(pool: Pool, *reservation_ids: UUID) -> None:
    await _follow(pool, payment_sql.CLOSE_PAYMENTS, reservation_ids)


async def _follow(pool: Pool, statement: str, reservation_ids: Sequence[UUID]) -> None:
    origins = [None] * len(reservation_ids)  # no request id, no trace
    await pool.execute(statement, reservation_ids, origins, origins)


async def open_payment(pool: Pool, reservation_id: UUID) -> UUID:
    await open_payments(pool, reservation_id)
    payment_id: UUID = await pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", reservation_id
    )
    return payment_id
