"""Whether a session that changes has seats that are held or sold."""

from uuid import UUID

from persistence.catalog import catalog_sql as sql
from persistence.postgres.pool import Connection
from persistence.sales.ledger_sql import EXPIRE_THESE
from telemetry import origin


async def has_taken_seats(db: Connection, session_id: UUID, ended: list[float]) -> bool:
    """Expired holds do not count, and are ended here.

    Adds to `ended` how many seconds late each of them was ended.
    """
    taken = await db.fetch(sql.TAKEN, session_id)
    if taken and all(row["expired"] for row in taken):
        over = [row["reservation_id"] for row in taken]
        rows = await db.fetch(EXPIRE_THESE, over, *origin.of_event())
        ended += [row["late"] for row in rows]
        # Meanwhile one of them may have been paid, at the last moment.
        taken = await db.fetch(sql.TAKEN, session_id)
    return bool(taken)
