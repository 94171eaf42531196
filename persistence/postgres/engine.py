"""The SQLAlchemy engine, for read queries."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.postgres.connection import connect
from persistence.postgres.pool import PATIENCE_SECONDS, connection_options
from telemetry.spans import spans

DIALECT = "postgresql+asyncpg://"  # no address: `connect` knows it


def open_engine(
    database_url: str,
    *,
    max_size: int,
    name: str,
    patience: float = PATIENCE_SECONDS,
    standby: bool = False,
) -> AsyncEngine:
    """`patience` in seconds is for a free connection, and for each statement.

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
        pool_timeout=patience,
        pool_pre_ping=False,
        hide_parameters=True,  # its exceptions get into logs
    )
    spans().watch_engine(engine.sync_engine)
    return engine
