"""The SQLAlchemy engine, for read queries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from persistence.postgres.connection import connect
from persistence.postgres.pool import PATIENCE_SECONDS, connection_options
from runtime.cancel_scope import before_call, call_under_way
from runtime.patience import Patience
from telemetry.spans import spans

PATIENCE = "patience"
DIALECT = "postgresql+asyncpg://"  # no address: `connect` knows it


def open_engine(
    database_url: str,
    *,
    max_size: int,
    name: str,
    patience: float = PATIENCE_SECONDS,
    standby: bool = False,
) -> AsyncEngine:
    """`patience` in seconds is for a connection and its statement: see `reading`.

    `standby` connects to a host that is not the primary, whatever the URL says.
    """
    options = connection_options(name, patience)
    if standby:
        options["target_session_attrs"] = "standby"
    engine = create_async_engine(
        DIALECT,
        async_creator=partial(connect, database_url, **options),
        pool_size=max_size,
        max_overflow=0,
        pool_timeout=None,
        execution_options={PATIENCE: patience},
        pool_pre_ping=False,
        hide_parameters=True,  # its exceptions get into logs
    )
    spans().watch_engine(engine.sync_engine)
    return engine


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for one statement. Raises TimeoutError if it takes too long."""
    await before_call()
    with call_under_way():
        async with (
            Patience(engine.get_execution_options()[PATIENCE]),
            engine.connect() as db,
        ):
            yield db
