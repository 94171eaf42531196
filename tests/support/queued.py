"""Calls that wait for the same lock, so that their order is known."""

import asyncio
from collections.abc import Awaitable

from persistence.postgres.pool import Pool
from tests.support.polling import until_blocked

LOCK_RESERVATION = "SELECT FROM reservations WHERE id = $1 FOR UPDATE"


async def queued(
    pool: Pool, lock: str, locked: object, *calls: Awaitable[object]
) -> list[object]:
    """Calls that wait for a lock, in this order, until all of them do."""
    async with pool.acquire() as db:
        waiting = []
        async with db.transaction():
            await db.execute(lock, locked)
            for number, call in enumerate(calls, 1):
                waiting.append(asyncio.ensure_future(call))
                await until_blocked(pool, number)
    return list(await asyncio.gather(*waiting, return_exceptions=True))
