"""The connections and services that both processes are made of."""

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
from realtime.broker import Kafka
from realtime.hub import Hub
from realtime.relay_wakeup import RedisRelayWakeup


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    pool: Pool
    redis: "Redis"
    hub: Hub
    own_writes: OwnWrites | None
    ledger: PostgresLedger
    locks: RedlockSeatLocks
    wakeup: RedisRelayWakeup


@asynccontextmanager
async def connections(
    settings: Settings, name: str, *, patience: float = PATIENCE_SECONDS
) -> AsyncIterator[Connections]:
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
        nodes = [open_redis(url) for url in settings.redlock_urls]
        for node in nodes:
            opened.push_async_callback(node.aclose)
        hub = Hub(settings.redis_url)
        await opened.enter_async_context(hub)
        # Only where there is a replica does it matter who has just written.
        own_writes = OwnWrites(redis) if settings.database_replica_url else None
        yield Connections(
            pool=pool,
            redis=redis,
            hub=hub,
            own_writes=own_writes,
            ledger=PostgresLedger(pool, own_writes),
            locks=RedlockSeatLocks([ScriptBatch(node) for node in nodes]),
            wakeup=RedisRelayWakeup(redis),
        )


def kafka(settings: Settings) -> Kafka:
    return Kafka(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        idempotence=settings.kafka_idempotence,
        replication_factor=settings.kafka_replication_factor,
        partitions=settings.kafka_partitions,
        fetch_wait_ms=settings.kafka_fetch_max_wait_ms,
        session_timeout_ms=settings.kafka_session_timeout_ms,
    )
