"""Attempts to have a room for some time, of which one at a time succeeds."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from persistence.postgres.pool import Connection, Pool

Value = TypeVar("Value")
ATTEMPTS = 3  # since the seeds put sessions into a room without locking it


async def in_a_free_room(
    pool: Pool, attempt: Callable[[Connection], Awaitable[Value]]
) -> Value:
    """Each attempt is a transaction. Raises RoomBusyError.

    An attempt looks for other sessions in the room first. The exclusion constraint
    decides: a session that our look missed is seen by the next attempt, or gone.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            async with pool.acquire() as db, db.transaction():
                return await attempt(db)
        except asyncpg.ExclusionViolationError:
            continue
    async with pool.acquire() as db, db.transaction():
        return await attempt(db)
