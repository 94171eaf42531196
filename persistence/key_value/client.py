"""Redis connections: bounded, with short time-outs, since Redis only saves work."""

from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff

from runtime.cancel_scope import before_call, call_under_way

TIMEOUT_SECONDS = 0.5
SENTINEL = "redis+sentinel"


class PrimaryPool(SentinelConnectionPool, BlockingConnectionPool):
    """Asks the Sentinels for the primary whenever it opens a connection.

    A connection to a former primary is closed when it fails, when it gets READONLY, or
    when a new connection leads to another server.
    """

    sentinel_manager: Sentinel

    async def disconnect(self, inuse_connections: bool = True) -> None:
        await super().disconnect(inuse_connections)
        if inuse_connections:  # the pool is closed; not a change of the primary
            await self.sentinel_manager.aclose()


class Client(Redis):
    async def execute_command(self, *args: Any, **options: Any) -> Any:
        await before_call()
        with call_under_way():
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call] # redis-py

    def pipeline(
        self,
        transaction: bool = True,
        shard_hint: str | None = None,
    ) -> Pipeline:
        return ClientPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )


class ClientPipeline(Pipeline):
    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        await before_call()
        with call_under_way():
            return await super().execute(raise_on_error)


def open_redis(
    url: str,
    *,
    max_connections: int = 32,
    socket_timeout: float | None = TIMEOUT_SECONDS,
    connect_timeout: float = TIMEOUT_SECONDS,
) -> Redis:
    """When all connections are in use a caller waits for one instead of failing.

    Without redis-py's own retries: a caller that can do without Redis goes on at once.
    `redis+sentinel://[user:password@]host:port,.../name` follows the primary of that
    name; the Sentinels use the same user and password as the servers.
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
        return Client.from_pool(BlockingConnectionPool.from_url(url, **pool))
    parts = urlsplit(url)
    login: dict[str, Any] = {}
    if parts.username or parts.password:
        login["username"] = unquote(parts.username) if parts.username else None
        login["password"] = unquote(parts.password or "")
    sentinels = Sentinel(  # type: ignore[no-untyped-call] # redis-py
        [_address(each) for each in parts.netloc.rpartition("@")[2].split(",")],
        sentinel_kwargs={"socket_timeout": TIMEOUT_SECONDS, **options, **login},
    )
    primary = PrimaryPool(parts.path.strip("/"), sentinels, **pool, **login)  # type: ignore[no-untyped-call] # redis-py
    return Client.from_pool(primary)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
