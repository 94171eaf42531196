"""Polls until a condition holds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from persistence.postgres.pool import Connection, Pool

T = TypeVar("T")

# A limit for faults: slow machines stay below it.
PATIENCE_SECONDS = 60

BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


async def eventually(
    holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS
) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 # it is in Postgres, not in here
            await asyncio.sleep(0.02)


async def soon(event: Awaitable[T]) -> T:
    """Raises TimeoutError."""
    return await asyncio.wait_for(event, PATIENCE_SECONDS)


async def blocked(db: Pool | Connection) -> int:
    """How many connections of this database wait for a lock."""
    return int(await db.fetchval(BLOCKED))


async def until_blocked(db: Pool | Connection, count: int) -> None:
    async def are_blocked() -> bool:
        return await blocked(db) == count

    await eventually(are_blocked)
