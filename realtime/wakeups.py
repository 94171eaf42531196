"""Wakes a loop in whatever process it runs, with a message through Redis."""

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError


class RedisWakeup:
    """Calls of the same moment share one message. It may be lost, so listeners poll."""

    def __init__(self, redis: "Redis", channel: str, message: str = "1") -> None:
        self._redis = redis
        self._channel = channel
        self._message = message
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
                await self._redis.publish(self._channel, self._message)
