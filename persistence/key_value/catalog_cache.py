"""A cache of the catalog in Redis, so that crowds do not read it from Postgres.

Every value is stored with its generation. A change of the catalog starts a new
generation, and values of older ones count as missing. So a slow reader that has read
the state before a change cannot store it as current.

A generation begins with the position of its change in Postgres's write-ahead log. A
replica that has not replayed this position is not read. A position of None means that
only the primary may be read.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from logging import getLogger
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from persistence.outages import is_unavailable
from persistence.postgres.pool import Pool
from persistence.postgres.replica import WRITTEN
from telemetry.sale_metrics import READ_FROM_POSTGRES, READ_FROM_REDIS

logger = getLogger(__name__)

Value = TypeVar("Value")
# Its second argument is the position that a replica must have replayed.
Load = Callable[[Sequence[UUID], int | None], Awaitable[Mapping[UUID, Value]]]

GENERATION = "catalog"
# Redis may have been unavailable when the catalog changed: then old values end by this.
SECONDS = 60
POSITION_BYTES = 8
UNKNOWN = 2**63 - 1  # no replica ever gets there
# After a failure, Redis is not asked for this long: its time-out would delay each read.
PAUSE_SECONDS = 1.0


class RedisCatalogCache:
    """`replicated`: whether a replica exists."""

    def __init__(
        self, redis: "Redis", primary: Pool, *, replicated: bool = False
    ) -> None:
        self._redis = redis
        self._primary = primary
        self._replicated = replicated
        self._paused_until = 0.0

    async def drop(self) -> None:
        """After the commit of a change."""
        try:
            await self._redis.set(GENERATION, await self._new_generation())
        except (RedisError, OSError) as error:
            logger.warning("the catalog may be outdated for a minute: %r", error)

    async def since(self) -> int | None:
        """The position for uncached reads. No round trip without a replica."""
        if not self._replicated:
            return None
        generation, _ = await self._stored([])
        return _position(generation)

    async def by_id(
        self,
        kind: str,
        ids: Sequence[UUID],
        values: TypeAdapter[Value],
        load: Load[Value],
    ) -> dict[UUID, Value]:
        """Ids that do not exist are not cached: strangers can send any id."""
        keys = {key: f"catalog:{kind}:{key}" for key in ids}
        generation, stored = await self._stored(list(keys.values()))
        read = {
            key: _read(values, generation, text)
            for key, text in zip(keys, stored, strict=True)
        }
        found = {key: value for key, value in read.items() if value is not None}
        missing = [key for key in keys if key not in found]
        READ_FROM_REDIS.inc(len(found))
        READ_FROM_POSTGRES.inc(len(missing))
        if missing:
            loaded = await load(missing, _position(generation))
            written = {
                keys[key]: values.dump_json(value) for key, value in loaded.items()
            }
            await self._store(generation, written)
            found |= loaded
        return found

    async def page(
        self,
        name: str,
        values: TypeAdapter[Value],
        load: Callable[[int | None], Awaitable[Value]],
    ) -> Value:
        """For a few fixed names only: names that strangers choose could fill Redis."""
        key = f"catalog:{name}"
        generation, [stored] = await self._stored([key])
        value = _read(values, generation, stored)
        (READ_FROM_POSTGRES if value is None else READ_FROM_REDIS).inc()
        if value is None:
            value = await load(_position(generation))
            await self._store(generation, {key: values.dump_json(value)})
        return value

    async def _stored(
        self, keys: Sequence[str]
    ) -> tuple[bytes | None, Sequence[bytes | None]]:
        """The generation, None without Redis, and the values of any generation."""
        if time.monotonic() >= self._paused_until:
            try:
                answer: Sequence[Any] = await self._redis.mget(GENERATION, *keys)
                if answer[0] is None:
                    return await self._first_generation(), [None] * len(keys)
            except (RedisError, OSError) as error:
                self._pause(error)
            else:
                return answer[0], answer[1:]
        return None, [None] * len(keys)

    async def _first_generation(self) -> bytes:
        """For a Redis that is new or came back empty. Raises RedisError or OSError."""
        ours = await self._new_generation()
        if _position(ours) == UNKNOWN:  # used by this reader alone
            return ours
        await self._redis.set(GENERATION, ours, nx=True)
        stored = cast("bytes | None", await self._redis.get(GENERATION))
        return stored or ours

    async def _new_generation(self) -> bytes:
        try:
            position: int = await self._primary.fetchval(f"SELECT {WRITTEN}")
        except Exception as error:
            if not is_unavailable(error):
                raise
            position = UNKNOWN
        return position.to_bytes(POSITION_BYTES) + uuid4().bytes

    async def _store(self, generation: bytes | None, values: dict[str, bytes]) -> None:
        if generation is None:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for key, text in values.items():
                    pipe.set(key, generation + text, ex=SECONDS)
                await pipe.execute()
        except (RedisError, OSError) as error:
            self._pause(error)

    def _pause(self, error: Exception) -> None:
        self._paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("the catalog is read from Postgres alone: %r", error)


def _position(generation: bytes | None) -> int | None:
    return None if generation is None else int.from_bytes(generation[:POSITION_BYTES])


def _read(
    values: TypeAdapter[Value], generation: bytes | None, stored: bytes | None
) -> Value | None:
    if generation is None or stored is None or not stored.startswith(generation):
        return None
    try:
        return values.validate_json(stored[len(generation) :])
    except ValidationError:  # written by another version of the program
        return None
