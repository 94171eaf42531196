"""How many seats of a session are free, in Redis: for lists that crowds read.

The worker counts again when seats have changed. From the event on, an older count ends
within a second: so it is gone if the worker ends before it has counted.
"""

import time
from collections.abc import Mapping, Sequence
from logging import getLogger
from uuid import UUID

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.seats import Availability

logger = getLogger(__name__)

KEPT_SECONDS = 30  # a Redis that takes over may not have the newest count
OUTDATED_MS = 1_000  # a count that is older than an event
# After a failure, Redis is not asked for this long: its time-out would delay each read.
PAUSE_SECONDS = 1.0


def count_key(session_id: UUID | str) -> str:
    return f"session:{session_id}:free"


class KeptCounts:
    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._paused_until = 0.0

    async def read(self, session_ids: Sequence[UUID]) -> dict[UUID, Availability]:
        """Those that are kept. None without Redis."""
        if time.monotonic() < self._paused_until:
            return {}
        try:
            kept = await self._redis.mget([count_key(each) for each in session_ids])
        except (RedisError, OSError) as error:
            self._pause(error)
            return {}
        return {
            session_id: _parsed(text)
            for session_id, text in zip(session_ids, kept, strict=True)
            if text is not None
        }

    async def add(self, counts: Mapping[UUID, Availability]) -> None:
        """By who has read: what the worker has counted meanwhile stays."""
        if time.monotonic() < self._paused_until:
            return
        try:
            await self._write(counts, only_new=True)
        except (RedisError, OSError) as error:
            self._pause(error)

    async def replace(self, counts: Mapping[UUID, Availability]) -> None:
        """By the worker. Raises RedisError or OSError."""
        await self._write(counts, only_new=False)

    async def _write(
        self, counts: Mapping[UUID, Availability], *, only_new: bool
    ) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for session_id, count in counts.items():
                text = orjson.dumps([count.available, count.total])
                pipe.set(count_key(session_id), text, ex=KEPT_SECONDS, nx=only_new)
            await pipe.execute()

    def _pause(self, error: Exception) -> None:
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("free seats are counted by Postgres alone: %r", error)


def _parsed(text: bytes | str) -> Availability:
    available, total = orjson.loads(text)
    return Availability(total=total, available=available)
