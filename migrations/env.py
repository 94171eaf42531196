"""Alembic's entry point: runs each version in one transaction on DATABASE_URL."""

import asyncio
from functools import partial

from alembic import context
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from persistence.postgres.connection import connect
from persistence.postgres.engine import DIALECT
from persistence.tables import metadata

MIGRATION_LOCK = 20_261_125  # any number that no other advisory lock has
LOCK_TRY_SECONDS = 0.1


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    where = partial(connect, context.config.attributes["database_url"])
    engine = create_async_engine(DIALECT, async_creator=where, poolclass=NullPool)
    async with engine.connect() as db:
        # Held until the connection ends: of two migrations at once the second waits.
        # Not inside Postgres: that would hold a snapshot, and CREATE INDEX CONCURRENTLY
        # of the first one would wait for its end, a deadlock.
        while not await db.scalar(select(func.pg_try_advisory_lock(MIGRATION_LOCK))):
            await db.commit()
            await asyncio.sleep(LOCK_TRY_SECONDS)
        await db.commit()
        await db.run_sync(run)
    await engine.dispose()


asyncio.run(connect_and_run())
