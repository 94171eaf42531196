"""The asyncpg pool of everything that decides a seat, and of the seat maps."""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from persistence.outages import is_unavailable
from persistence.postgres.connection import MortalConnection, connect
from telemetry.spans import spans

if TYPE_CHECKING:
    _Pool = asyncpg.Pool[asyncpg.Record]
    Connection = (
        asyncpg.Connection[asyncpg.Record]
        | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    _Pool = asyncpg.Pool
    Connection = asyncpg.Connection

logger = logging.getLogger(__name__)

# Of those for whom nobody waits: the worker, operators.
PATIENCE_SECONDS = 10.0
# Beyond it the server itself has given up, and says so, if it still can.
GRACE_SECONDS = 0.1


class Pool(_Pool):
    """Who waits for too long for a connection, or for a new one, is told TimeoutError.

    A connection that is broken, silent or to a former primary ends with the statement
    that found out (MortalConnection), so no statement meets it twice.
    """

    patience_seconds = PATIENCE_SECONDS

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 # theirs
        """Behind acquire() and all that asks the pool itself.

        Not by asyncpg's own time-out, a wait_for: up to Python 3.11 that swallows a
        cancellation which comes at the same moment as a connection.
        """
        async with asyncio.timeout(timeout or self.patience_seconds):
            return await super()._acquire(None)  # type: ignore[misc] # not in its stubs

    async def close(self) -> None:
        """Without a goodbye to a server that does not take it."""
        with suppress(TimeoutError, OSError):
            await super().close()


async def open_pool(
    dsn: str,
    *,
    max_size: int,
    name: str,
    patience: float = PATIENCE_SECONDS,
    opened: int = 1,
) -> Pool:
    """A bounded pool that speaks JSON and UTC. `name` is seen in pg_stat_activity.

    `patience` is for a connection, and for each statement. `opened`: how many are
    there from the start, some 5 ms each, twice as much where several hosts are asked,
    for the first crowd would have to wait for them. A server that is away is no reason
    to fail: it may be there for whoever asks first. A wrong password is one.
    """
    pool = Pool(
        dsn,
        connect=connect,  # type: ignore[arg-type] # it takes what it passes on
        connection_class=MortalConnection,
        record_class=asyncpg.Record,
        init_size=0,
        min_size=0,  # what is lost comes back when it is needed
        max_size=max_size,
        max_queries=50_000,
        max_inactive_connection_lifetime=0.0,  # they are for the crowd that comes next
        init=_speak_json,
        reset=_nothing_to_reset,
        loop=None,
        **connection_options(name, patience),
    )
    pool.patience_seconds = patience
    await pool
    try:
        async with AsyncExitStack() as held:
            for _ in range(opened):
                await held.enter_async_context(pool.acquire())
    except Exception as error:
        if not is_unavailable(error):
            raise
        logger.warning("Postgres is away: %r", error)
    return pool


def connection_options(name: str, patience: float) -> dict[str, Any]:
    limit_ms = str(int(patience * 1_000))
    return {
        # A server that is frozen or cut off says nothing, not even that it is late.
        "timeout": patience,
        "command_timeout": patience + GRACE_SECONDS,
        "server_settings": {
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": limit_ms,
            "idle_in_transaction_session_timeout": limit_ms,
            "jit": "off",
        },
    }


async def _nothing_to_reset(_db: Connection) -> None:
    """No setting of a connection is ever changed: giving it back costs no trip."""


async def _speak_json(db: Connection) -> None:
    spans().watch_statements(db)
    await db.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),
        format="binary",
    )
