"""The asyncpg pool: for every change, and for seat maps."""

import logging
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, Protocol

import asyncpg
import orjson

from domain.errors import TooManyAtOnceError
from persistence.outages import is_unavailable
from persistence.postgres.connection import MortalConnection, connect
from runtime.cancel_scope import before_call
from runtime.patience import Patience
from telemetry.sale_metrics import RATE_LIMITED
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

# For programs without a waiting customer: the worker, commands.
PATIENCE_SECONDS = 10.0
# The server's own statement time-out comes first, if the server can still answer.
GRACE_SECONDS = 0.1
# Callers that wait for a connection of one pool. The last one waits for seconds.
WAITING_LIMIT = 4_000


class RecordPool(Protocol):
    """What reads need of a pool."""

    async def fetch(self, statement: str, *args: object) -> list[asyncpg.Record]: ...


class Pool(_Pool):
    """Callers wait for a connection while others get answers on theirs.

    Raises TimeoutError to them when nobody got one for too long, and TooManyAtOnceError
    to one that comes when too many wait.

    A connection that is broken, silent or to a former primary is closed by the first
    statement that notices it (MortalConnection), so no second statement gets it.
    """

    patience_seconds = PATIENCE_SECONDS
    answered = 0  # callers that have had a connection, and left it in order
    _waiting = 0

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 # theirs
        """Behind acquire() and the pool's own execute() and fetch().

        Not with asyncpg's own time-out, which uses wait_for: up to Python 3.11 that
        swallows a cancellation which comes at the same moment as a connection.
        """
        await before_call()
        if self._waiting >= WAITING_LIMIT:
            RATE_LIMITED.labels("connections").inc()
            raise TooManyAtOnceError
        self._waiting += 1
        try:
            async with Patience(
                timeout or self.patience_seconds, lambda: self.answered
            ):
                return await super()._acquire(None)  # type: ignore[misc] # not in its stubs
        finally:
            self._waiting -= 1

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 # theirs
        # A lost connection has nothing behind its proxy.
        if not getattr(connection, "given_up", True) and not connection.is_closed():
            self.answered += 1
        await super().release(connection, timeout=timeout)

    async def close(self) -> None:
        """Does not wait for an unavailable server."""
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
    """A bounded pool with JSON and UTC. pg_stat_activity shows its `name`.

    `patience` in seconds is for progress in the queue for a connection, and for each
    statement. `opened`
    connections are opened now, some 5 ms each, so that the first crowd does not wait
    for them. An unavailable server is only logged; a wrong password raises.
    """
    options = connection_options(name, patience)
    # Else each connection plans each of the first five calls of a statement. Those of
    # this pool find their rows by keys, so their plans need no values.
    options["server_settings"]["plan_cache_mode"] = "force_generic_plan"
    pool = Pool(
        dsn,
        connect=connect,  # type: ignore[arg-type] # it accepts all that it passes on
        connection_class=MortalConnection,
        record_class=asyncpg.Record,
        init_size=0,
        min_size=0,  # lost connections are opened again when they are needed
        max_size=max_size,
        max_queries=50_000,
        max_inactive_connection_lifetime=0.0,  # they stay open for the next crowd
        init=_set_up_json,
        reset=_reset_nothing,
        loop=None,
        **options,
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
        logger.warning("Postgres is unavailable: %r", error)
    return pool


def connection_options(name: str, patience: float) -> dict[str, Any]:
    limit_ms = str(int(patience * 1_000))
    return {
        # Enforced by us: a frozen server cannot report a time-out.
        "timeout": patience,
        "patience": patience + GRACE_SECONDS,
        "server_settings": {
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": limit_ms,
            "idle_in_transaction_session_timeout": limit_ms,
            "jit": "off",
        },
    }


async def _reset_nothing(_db: Connection) -> None:
    """We never change settings of a connection: its return costs no round trip."""


async def _set_up_json(db: Connection) -> None:
    spans().watch_statements(db)
    await db.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + orjson.dumps(value),
        decoder=lambda data: orjson.loads(data[1:]),
        format="binary",
    )
