"""Wakes the relay after a commit, with a message through Redis."""

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.topics import RELAY_WAKEUP


class RedisRelayWakeup:
    """Calls of the same moment share one message. A lost one costs 100 ms."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._wanted = False
        self._publishing: asyncio.Task[None] | None = None

    def notify(self) -> None:
        self._wanted = True
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.get_running_loop().create_task(self._publish())

    async def _publish(self) -> None:
        while self._wanted:
            self._wanted = False
            with suppress(RedisError, OSError):
                await self._redis.publish(RELAY_WAKEUP, "1")
