"""Opens and closes payments at once, without events."""

from uuid import UUID

from domain.events import PAYMENTS_CONSUMER
from persistence.postgres.pool import Pool
from persistence.sales import payment_sql

# For reservations, whatever events of theirs are there: none of them is confirmed.
OF_EVENTS = "JOIN mine ON mine.id = event.event_id"
AT_ONCE = payment_sql.UPDATE_PAYMENTS.replace(OF_EVENTS, "")


async def update_payments(pool: Pool, *reservation_ids: UUID) -> None:
    nothing = [None] * len(reservation_ids)  # no event, no request id, no trace
    columns = (nothing, reservation_ids, nothing, nothing)
    await pool.execute(AT_ONCE, [], PAYMENTS_CONSUMER, *columns)


async def open_payment(pool: Pool, reservation_id: UUID) -> UUID:
    await update_payments(pool, reservation_id)
    payment_id: UUID = await pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", reservation_id
    )
    return payment_id
