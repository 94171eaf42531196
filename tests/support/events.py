"""What events lead to, without the wait for them."""

from uuid import UUID

from persistence import payment_sql
from persistence.pool import Pool


async def open_payment(pool: Pool, reservation_id: UUID) -> UUID:
    await pool.execute(payment_sql.OPEN_PAYMENTS, [reservation_id])
    payment_id: UUID = await pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", reservation_id
    )
    return payment_id
