"""Redis connections: bounded, and quick to give up, since Redis only saves work."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

TIMEOUT_SECONDS = 0.5


def open_redis(url: str, *, max_connections: int = 32) -> Redis:
    """Waits for a free connection in a storm instead of failing.

    Without redis-py's own retries: a caller that can do without Redis goes on at once.
    """
    return Redis.from_pool(
        BlockingConnectionPool.from_url(
            url,
            max_connections=max_connections,
            timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    )
