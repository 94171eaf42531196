"""The connections of a process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from app.settings import Settings
from persistence.key_value.client import open_redis
from persistence.key_value.own_writes import OwnWrites
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import PATIENCE_SECONDS, Pool, open_pool
from persistence.sales.ledger import PostgresLedger
from realtime.hub import Hub
from realtime.topics import RELAY_WAKEUP
from realtime.wakeups import RedisWakeup


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """The connections of a process, and what works directly on them."""

    pool: Pool
    redis: "Redis"
    hub: Hub
    own_writes: OwnWrites | None
    ledger: PostgresLedger
    locks: RedlockSeatLocks
    wakeup: RedisWakeup


@asynccontextmanager
async def open_resources(
    settings: Settings, name: str, *, patience: float = PATIENCE_SECONDS
) -> AsyncIterator[Resources]:
    """`name` is what the servers' own lists of clients show; `patience`: see Pool."""
    async with AsyncExitStack() as opened:
        pool = await open_pool(
            settings.database_url,
            max_size=settings.db_pool_size,
            name=name,
            patience=patience,
            opened=settings.db_pool_size,
        )
        opened.push_async_callback(pool.close)
        redis = open_redis(settings.redis_url)
        opened.push_async_callback(redis.aclose)
        # Their time-out is that of ScriptBatch: a busy event loop does not end it.
        nodes = [open_redis(url, socket_timeout=None) for url in settings.redlock_urls]
        for node in nodes:
            opened.push_async_callback(node.aclose)
        hub = Hub(settings.redis_url)
        await opened.enter_async_context(hub)
        # Without a replica nobody needs to know who has just written.
        own_writes = OwnWrites(redis) if settings.database_replica_url else None
        yield Resources(
            pool=pool,
            redis=redis,
            hub=hub,
            own_writes=own_writes,
            ledger=PostgresLedger(pool, own_writes),
            locks=RedlockSeatLocks([ScriptBatch(node) for node in nodes]),
            wakeup=RedisWakeup(redis, RELAY_WAKEUP),
        )
