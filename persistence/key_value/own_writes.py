"""Read your own writes: after a change a customer's lists come from the primary.

A mark in Redis lives longer than the replica may lag. It is set while Postgres works on
the change, so it costs the customer no extra round trip.
"""

import asyncio
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from persistence.key_value.script_batch import Script, ScriptBatch

MARK_MS = 5_000

MARK = Script("redis.call('SET', KEYS[1], '', 'PX', ARGV[1])")


class OwnWrites:
    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._batch = ScriptBatch(redis)

    def mark(self, account_id: UUID) -> "asyncio.Task[None]":
        """Starts at once; await the task before the answer."""
        return asyncio.get_running_loop().create_task(self._mark(account_id))

    async def since(self, account_id: UUID) -> int | None:
        """The position that a replica must have; None: only the primary may be read."""
        try:
            recent = await self._redis.exists(_key(account_id))
        except (RedisError, OSError):
            return None
        return None if recent else 0

    async def _mark(self, account_id: UUID) -> None:
        try:
            await self._batch.run(MARK, [_key(account_id)], MARK_MS)
        except (RedisError, OSError):
            return  # nobody can read the mark then: all read the primary


def _key(account_id: UUID) -> str:
    return f"wrote:{account_id}"
