"""A caller that is cancelled leaves no lock."""

import asyncio

import pytest
from redis.asyncio import Redis

from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show


@pytest.fixture
async def show(pool: Pool) -> Show:
    return await Cinema(pool).open_session()


async def test_a_cancelled_caller_leaves_no_lock(
    seat_locks: RedlockSeatLocks, show: Show, redis: Redis
) -> None:
    inside = asyncio.Event()

    async def hold_for_ever() -> None:
        async with seat_locks.guard(show.wanting(0)):
            inside.set()
            await asyncio.Event().wait()

    caller = asyncio.create_task(hold_for_ever())
    await inside.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    assert await redis.exists(f"seat:{show.seat_ids[0]}") == 0


@pytest.mark.parametrize("ticks", range(1, 9))
async def test_a_caller_cancelled_while_it_locks_leaves_no_lock(
    seat_locks: RedlockSeatLocks, show: Show, redis: Redis, ticks: int
) -> None:
    async def ask() -> None:
        async with seat_locks.guard(show.wanting(0)):
            await asyncio.Event().wait()

    caller = asyncio.create_task(ask())
    for _ in range(ticks):
        await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller

    assert await redis.exists(f"seat:{show.seat_ids[0]}") == 0
