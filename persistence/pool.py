"""The asyncpg pool of everything that decides a seat, and of the seat maps."""

from typing import TYPE_CHECKING

import asyncpg
import orjson

from persistence.spans import spans

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = (
        asyncpg.Connection[asyncpg.Record]
        | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection

STATEMENT_TIMEOUT_MS = 10_000


async def open_pool(dsn: str, *, max_size: int, name: str) -> Pool:
    """A bounded pool that speaks JSON and UTC. `name` is seen in pg_stat_activity."""
    return await asyncpg.create_pool(
        dsn,
        min_size=min(2, max_size),
        max_size=max_size,
        init=_speak_json,
        reset=_nothing_to_reset,
        timeout=5,
        # A server that is frozen or cut off says nothing, not even that it is late.
        command_timeout=STATEMENT_TIMEOUT_MS / 1_000 + 1,
        server_settings={
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(STATEMENT_TIMEOUT_MS),
            "jit": "off",
        },
    )


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
