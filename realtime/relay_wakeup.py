"""Wakes the relay after a commit, through Redis; at most one ring is under way."""

import asyncio
import logging
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.topics import RELAY_BELL

logger = logging.getLogger(__name__)


class RedisBell:
    """Rings of the same moment are one; one that is lost costs 100 ms."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._wanted = False
        self._ringing: asyncio.Task[None] | None = None

    def ring(self) -> None:
        self._wanted = True
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.get_running_loop().create_task(self._ring())

    async def _ring(self) -> None:
        while self._wanted:
            self._wanted = False
            with suppress(RedisError, OSError):
                await self._redis.publish(RELAY_BELL, "1")
