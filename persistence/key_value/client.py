"""Redis connections: bounded, and quick to give up, since Redis only saves work."""

from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

TIMEOUT_SECONDS = 0.5
SENTINEL = "redis+sentinel"


class PrimaryPool(SentinelConnectionPool, BlockingConnectionPool):
    """Asks the Sentinels for the primary whenever it opens a connection.

    Connections to a former primary end as they fail, or are told READONLY, or as soon
    as one of them has led to another server.
    """

    sentinel_manager: Sentinel

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        if inuse_connections:  # for good, not because the primary is another one
            await self.sentinel_manager.aclose()


def open_redis(
    url: str,
    *,
    max_connections: int = 32,
    socket_timeout: float | None = TIMEOUT_SECONDS,
    connect_timeout: float = TIMEOUT_SECONDS,
) -> Redis:
    """Waits for a free connection in a storm instead of failing.

    Without redis-py's own retries: a caller that can do without Redis goes on at once.
    `redis+sentinel://[user:password@]host:port,.../name` follows the primary of that
    name; the Sentinels know the same user as the servers behind them.
    """
    options: dict[str, Any] = {
        "socket_connect_timeout": connect_timeout,
        "retry": Retry(NoBackoff(), 0),
    }
    pool: dict[str, Any] = {
        "max_connections": max_connections,
        "timeout": TIMEOUT_SECONDS,
        "socket_timeout": socket_timeout,
        **options,
    }
    if not url.startswith(f"{SENTINEL}://"):
        return Redis.from_pool(BlockingConnectionPool.from_url(url, **pool))
    told = urlsplit(url)
    who: dict[str, Any] = {}
    if told.username or told.password:
        who["username"] = unquote(told.username) if told.username else None
        who["password"] = unquote(told.password or "")
    sentinels = Sentinel(  # type: ignore[no-untyped-call] # redis-py
        [_address(each) for each in told.netloc.rpartition("@")[2].split(",")],
        sentinel_kwargs={"socket_timeout": TIMEOUT_SECONDS, **options, **who},
    )
    primary = PrimaryPool(told.path.strip("/"), sentinels, **pool, **who)  # type: ignore[no-untyped-call] # redis-py
    return Redis.from_pool(primary)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
